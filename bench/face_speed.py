"""How many frames a face engine draws in a second of one core, alone and with the encoder.

    python bench/face_speed.py [--engine warp] [--frames 150] [--runs 3]

Counts CPU seconds, not wall-clock time, of this process and of FFmpeg, on one thread each; prints the median
of the runs. The encoder alone gets the same frames, so the last column compares machines: the rate of both
together as a part of the encoder's own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Canvas, Drive, Sitter
from pipeline.engines.shelf import eyes, faces
from pipeline.media import find_ffmpeg
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import Format
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


def _canvas(width: int, height: int) -> Canvas:
    shelf = eyes()
    picture = load_picture(_PORTRAIT, PictureLimits(file_bytes=1 << 24, pixels=1 << 24))
    report = look_at(picture, shelf.open("facemesh"), Format(width=width, height=height, fps=_FPS))
    shelf.close()
    if report.canvas is None:
        raise SystemExit(f"the demo's portrait was refused: {report.errors}")
    return report.canvas


def _draw(sitter: Sitter, drive: Drive) -> float:
    """CPU seconds that the face takes."""
    start = time.process_time()
    for _ in sitter.frames(drive):
        pass
    return time.process_time() - start


def _encode(frames: Iterable[NDArray[np.uint8]], width: int, height: int) -> float:
    """CPU seconds that colour conversion and the encoder take for frames that lie ready."""
    command = [
        str(find_ffmpeg()), "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p",
        "-s", f"{width}x{height}", "-r", str(_FPS), "-i", "-", "-c:v", "libx264", "-preset", "veryfast",
        "-crf", "20", "-threads", "1", "-f", "null", "-",
    ]  # fmt: skip
    before, children = time.process_time(), os.times()
    planes = b"".join(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes() for frame in frames)
    subprocess.run(command, input=planes, check=True)
    after = os.times()
    used = after.children_user + after.children_system - children.children_user - children.children_system
    return used + time.process_time() - before


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
    print("    format  prepare s  face fps  encoder fps  both fps  of encoder")
    for width, height in _FORMATS:
        canvas = _canvas(width, height)
        start = time.process_time()
        sitter = engine.prepare(canvas)
        prepared = time.process_time() - start
        kept = [frame.copy() for frame in sitter.frames(drive)]
        pairs = [(_draw(sitter, drive), _encode(kept, width, height)) for _ in range(given.runs)]
        face, encoder = (statistics.median(times) for times in zip(*pairs, strict=True))
        rates = (given.frames / seconds for seconds in (face, encoder, face + encoder))
        alone, encoding, both = (f"{rate:.0f}" for rate in rates)
        share = encoder / (face + encoder)
        size = f"{width}x{height}"
        print(
            f"{size:>10}  {prepared:>9.2f}  {alone:>8}  {encoding:>11}  {both:>8}  {share:>10.2f}", flush=True
        )
    shelf.close()


if __name__ == "__main__":
    main()
