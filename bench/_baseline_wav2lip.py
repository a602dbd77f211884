"""Lip-sync by Wav2Lip in the straightforward way: what the engine `wav2lip` is measured against.

    PYTHONPATH=. python bench/_baseline_wav2lip.py --checkpoint w.pth --face portrait.png --audio speech.wav
        --box TOP BOTTOM LEFT RIGHT [--out film.mp4] [--batch 128] [--threads 2]
        [--frames raw.bin]

What the paper's own program is known to do: the whole network for every frame in fp32, 128 portraits and
faces at a time in memory, the drawn face pasted over the portrait, all frames into an AVI of MPEG-4, and that
encoded again, with the sound. It hears as the engine does (the same samples at 16 kHz, the same spectrogram),
so what differs is how mouths are computed, pasted and encoded.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.architecture import IMAGE, MEL_STEPS
from pipeline.engines.face.wav2lip.checkpoint import load_generator
from pipeline.engines.face.wav2lip.mel import MEL_RATE, spectrogram
from pipeline.media import find_ffmpeg
from pipeline.plan.thirds import thirds

Picture = NDArray[np.uint8]
#: Rows and columns of the face: top, bottom, left, right.
Box = tuple[int, int, int, int]


def main() -> None:
    """Make the film that is asked for."""
    parser = argparse.ArgumentParser(description="Lip-sync by Wav2Lip, in the straightforward way.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--face", type=Path, required=True)
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--box", type=int, nargs=4, required=True)
    parser.add_argument("--out", type=Path, default=Path("film.mp4"))
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--frames", type=Path, help="where to write frames, BGR, instead of a film")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    windows = windows_in(given.audio, given.fps)
    portrait = np.asarray(cv2.imread(str(given.face)), np.uint8)
    frames = frames_of(portrait, tuple(given.box), windows, given.checkpoint, given.batch)
    if given.frames is not None:
        with given.frames.open("wb") as file:
            file.writelines(frame.tobytes() for frame in frames)
        return
    height, width = portrait.shape[:2]
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "result.avi"
        film = cv2.VideoWriter(str(raw), cv2.VideoWriter.fourcc(*"DIVX"), given.fps, (width, height))
        for frame in frames:
            film.write(frame)
        film.release()
        command = [find_ffmpeg(), "-y", "-loglevel", "error", "-i", given.audio, "-i", raw]
        # The program's own words; libx264 then takes its defaults: preset medium, crf 23.
        subprocess.run([*map(str, command), "-strict", "-2", "-q:v", "1", str(given.out)], check=True)


def windows_in(sound: Path, fps: int) -> list[NDArray[np.float32]]:
    """The windows of a sound, (80, 16) each; the last one ends with the sound."""
    with wave.open(str(sound)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    mel = spectrogram(thirds(samples))
    windows = []
    for index in range(mel.shape[1]):
        start = index * MEL_RATE // fps
        if start + MEL_STEPS > mel.shape[1]:
            break
        windows.append(mel[:, start : start + MEL_STEPS])
    return [*windows, mel[:, -MEL_STEPS:]]


def frames_of(
    portrait: Picture, box: Box, windows: list[NDArray[np.float32]], checkpoint: Path, batch: int
) -> Iterator[Picture]:
    """Every frame of the film, BGR."""
    top, bottom, left, right = box
    generator = load_generator(checkpoint)
    for first in range(0, len(windows), batch):
        some = windows[first : first + batch]
        frames = [portrait.copy() for _ in some]
        faces = np.stack([cv2.resize(frame[top:bottom, left:right], (IMAGE, IMAGE)) for frame in frames])
        masked = faces.copy()
        masked[:, IMAGE // 2 :] = 0
        shown = np.concatenate((masked, faces), axis=3).transpose(0, 3, 1, 2) / 255.0
        heard = np.stack(some)[:, np.newaxis]
        with torch.no_grad():
            drawn = generator(torch.from_numpy(heard.copy()), torch.from_numpy(shown.astype(np.float32)))
        for frame, face in zip(frames, drawn.numpy().transpose(0, 2, 3, 1) * 255.0, strict=True):
            frame[top:bottom, left:right] = cv2.resize(face.astype(np.uint8), (right - left, bottom - top))
            yield frame


if __name__ == "__main__":
    main()
