"""How many frames a face engine gives in a second of one core, alone, encoded, and against the encoder alone.

    python bench/face_speed.py [--engine warp] [--frames 150] [--runs 3]

Counts CPU seconds, not wall-clock time, of this process and of FFmpeg, on one thread each; prints the median
of the runs. The encoder alone gets the same frames, so the last column compares machines: the rate of both
together as a part of the encoder's own. Targets: both at 512 at least 90, at 1080 at least 40; 0.30 and 0.45
of the encoder.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from _farm import machine
from numpy.typing import NDArray

from farm.bootstrap import settings_of
from pipeline.engines.face import Canvas, Drive, Sitter
from pipeline.engines.shelf import eyes, faces
from pipeline.media import Limits, Media, find_ffmpeg, machine_ms
from pipeline.plan import graphs
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Lipsync
from pipeline.plan.speech import Phoneme
from pipeline.steps.look import PictureLimits, load_picture, look_at

_PORTRAIT = Path(__file__).resolve().parents[1] / "demo/portraits/astronaut.png"
_FORMATS = ((512, 512), (720, 720), (1080, 1080), (1920, 1080))
_FPS = 25
_SOUNDS = ("h", "ə", "l", "oʊ", "m", "aɪ", "f", "ɹ", "ɛ", "n", "d", "z", "ɑ", "p", "i", "w", "u", "ʃ")


def _drive(frames: int) -> Drive:
    """Speech without a halt, 80 ms a sound."""
    samples = frames * samples_per_frame(_FPS)
    step = SAMPLE_RATE * 80 // 1000
    starts = range(SAMPLE_RATE // 4, samples - SAMPLE_RATE // 4, step)
    phonemes = tuple(
        Phoneme(symbol=_SOUNDS[k % len(_SOUNDS)], start=at, end=at + step, stressed=k % 5 == 0)
        for k, at in enumerate(starts)
    )
    audio = np.zeros(samples, np.int16)
    return Drive(audio=audio, phonemes=phonemes, frames=frames, fps=_FPS, seed=1)


def _canvas(picture: Format) -> Canvas:
    shelf = eyes()
    portrait = load_picture(_PORTRAIT, PictureLimits(file_bytes=1 << 24, pixels=1 << 24))
    report = look_at(portrait, shelf.open("facemesh"), picture)
    shelf.close()
    if report.canvas is None:
        raise SystemExit(f"the demo's portrait was refused: {report.errors}")
    return report.canvas


def _draw(sitter: Sitter, drive: Drive) -> float:
    """CPU seconds that the face takes."""
    begun = machine_ms()
    for _ in sitter.frames(drive):
        pass
    return (machine_ms() - begun) / 1000


def _encode(frames: Iterable[NDArray[np.uint8]], drive: Drive, picture: Format) -> float:
    """CPU seconds of this process and the encoder for a clip of some frames, as a worker makes it."""
    set_to = settings_of(os.environ).encoder
    media = Media(find_ffmpeg(), limits=Limits(seconds=600, memory_bytes=1 << 31))
    with tempfile.TemporaryDirectory() as folder:
        begun = machine_ms()
        media.encode_clip(
            frames,
            Path(folder) / "clip.mp4",
            picture=picture,
            total=drive.frames,
            parameters=graphs.video_parameters(qp=set_to.qp, preset=set_to.preset),
        )
        return (machine_ms() - begun) / 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Frames of a face engine per second of one core.")
    parser.add_argument("--engine", default="warp")
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    shelf = faces()
    engine = shelf.open(given.engine)
    drive = _drive(given.frames)
    print(machine())
    print("    format  prepare s  face fps  encoder fps  both fps  of encoder")
    for width, height in _FORMATS:
        picture = Format(width=width, height=height, fps=_FPS)
        canvas = _canvas(picture)
        begun = time.process_time()
        sitter = engine.prepare(canvas, Lipsync())
        prepared = time.process_time() - begun
        kept = [frame.copy() for frame in sitter.frames(drive)]
        runs = [
            (
                _draw(sitter, drive),
                _encode(kept, drive, picture),
                _encode(sitter.frames(drive), drive, picture),
            )
            for _ in range(given.runs)
        ]
        rates = [given.frames / statistics.median(times) for times in zip(*runs, strict=True)]
        alone, encoding, both = (f"{rate:.0f}" for rate in rates)
        share = rates[2] / rates[1]
        size = f"{width}x{height}"
        print(
            f"{size:>10}  {prepared:>9.2f}  {alone:>8}  {encoding:>11}  {both:>8}  {share:>10.2f}", flush=True
        )
    shelf.close()


if __name__ == "__main__":
    main()
