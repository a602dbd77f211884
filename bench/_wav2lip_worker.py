"""Makes films with the engine `wav2lip` as a worker does, and tells what each took, a JSON object a line.

    PYTHONPATH=. python bench/_wav2lip_worker.py --stage stage.pickle --checkpoint w.pth [--mode fast]
        [--backend auto] [--device auto] [--motion none] [--threads 2] [--films 1] [--frames raw.bin]
        [--whole]

Each film is one of the stage's stretches of speech, from the portrait's preparing over its frames into the
encoder to the file with its sound. With --whole all of them are one utterance, of which no phonemes are
known, and one film. With --frames the first one's frames are written, raw, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from _wav2lip_stage import Stage, drives_in, joined, write_sound
from numpy.typing import NDArray

from config.settings import read_settings
from pipeline.durable import digest_of
from pipeline.engines.face import Drive
from pipeline.engines.face.wav2lip.engine import Wav2LipEngine
from pipeline.engines.weights import Weights
from pipeline.media import Limits, Media, find_ffmpeg, machine_ms
from pipeline.plan import graphs
from pipeline.plan.bearing import Bearing, Motion
from pipeline.plan.lipsync import Lipsync, Mode
from pipeline.steps.tidy import give_back, give_back_large


def main() -> None:
    """Make the films that are asked for."""
    parser = arguments("Films with the engine wav2lip, as a worker makes them.")
    parser.add_argument("--films", type=int, default=1)
    parser.add_argument("--frames", type=Path, help="where to write the first film's frames, raw yuv420p")
    parser.add_argument("--whole", action="store_true", help="one film of all that is said")
    given = parser.parse_args()
    give_back_large()
    cv2.setNumThreads(1)
    stage, engine, media = Stage.read(given.stage), engine_of(given), media_of()
    lipsync = Lipsync(mode=given.mode)
    said = islice(drives_in(given.stage), given.films)
    drives = (
        replace(drive, bearing=Bearing(motion=given.motion))
        for drive in ([joined(said, given.films)] if given.whole else said)
    )
    if given.frames is not None:
        frames = engine.prepare(stage.canvas, lipsync).frames(next(drives))
        with given.frames.open("wb") as file:
            file.writelines(frame.tobytes() for frame in frames)
        return
    for drive in drives:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            sitter = engine.prepare(stage.canvas, lipsync)
            prepared, spent = time.perf_counter(), machine_ms()
            give_back()
            _film(media, sitter.frames(drive), stage, drive, Path(folder))
            ended, cpu_s = time.perf_counter(), (machine_ms() - spent) / 1000
        told = {"prepare": prepared - begun, "film": ended - begun, "frames": drive.frames, "cpu": cpu_s}
        print(json.dumps({**told, **described(engine)}), flush=True)
        # The next film's portrait is a new one, beside which this one is not kept.
        del sitter
    engine.close()


def _film(
    media: Media, frames: Iterable[NDArray[np.uint8]], stage: Stage, drive: Drive, folder: Path
) -> None:
    """A film of frames and their sound, which is encoded beside them."""
    clip, wave, sound = folder / "clip.mp4", folder / "sound.wav", folder / "sound.m4a"
    write_sound(wave, drive)
    with ThreadPoolExecutor(1) as beside:
        sounding = beside.submit(media.run, ["-i", str(wave), "-c:a", "aac", str(sound)])
        encode(media, frames, stage, clip, drive.frames)
        sounding.result()
    media.run(["-i", str(clip), "-i", str(sound), "-c", "copy", str(folder / "film.mp4")])


def arguments(description: str) -> argparse.ArgumentParser:
    """What it takes to open the engine for a stage."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--stage", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--mode", type=Mode, default=Mode.FAST)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--motion", type=Motion, default=Motion.NONE)
    parser.add_argument("--threads", type=int, default=2)
    return parser


def engine_of(given: argparse.Namespace) -> Wav2LipEngine:
    """The engine that was asked for; nothing heavy is loaded yet."""
    return Wav2LipEngine(
        weights=weights_of(given),
        mode=given.mode,
        backend=given.backend,
        device=given.device,
        threads=given.threads,
    )


def weights_of(given: argparse.Namespace) -> Weights:
    """The checkpoint, as the card of a model would tell it."""
    return Weights(path=given.checkpoint, digest=digest_of(given.checkpoint), name=given.checkpoint.stem)


def described(engine: Wav2LipEngine) -> dict[str, str | int]:
    """What computes."""
    return {"backend": engine.backend, "precision": engine.precision, "batch": engine.batch}


def media_of() -> Media:
    """The door to FFmpeg, with room for long films."""
    return Media(find_ffmpeg(), limits=Limits(seconds=3600, memory_bytes=1 << 32))


def encode(media: Media, frames: Iterable[NDArray[np.uint8]], stage: Stage, clip: Path, count: int) -> None:
    """Encode frames as a clip is."""
    set_to = read_settings(os.environ).encoder
    parameters = graphs.video_parameters(qp=set_to.qp, preset=set_to.preset)
    media.encode_clip(frames, clip, picture=stage.picture, total=count, parameters=parameters)


if __name__ == "__main__":
    main()
