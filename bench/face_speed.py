"""How many frames a face engine gives in a second of one core, alone, encoded, and against the encoder alone.

    python bench/face_speed.py [--engine warp] [--frames 150] [--runs 3]

Counts CPU seconds, not wall-clock time, of this process and of FFmpeg, on one thread each; prints the median
of the runs. The encoder alone gets the same frames, so the last column compares machines: the rate of both
together as a part of the encoder's own. Targets: both at 512 at least 90, at 1080 at least 40; 0.30 and 0.45
of the encoder.
"""

from __future__ import annotations

import argparse
import statistics
import time

import cv2
from _clip import FPS, canvas_of, encode, encoder, talk
from _farm import machine

from pipeline.engines.face import Drive, Sitter
from pipeline.engines.shelf import faces
from pipeline.media import machine_ms
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Lipsync

_FORMATS = ((512, 512), (720, 720), (1080, 1080), (1920, 1080))


def _draw(sitter: Sitter, drive: Drive) -> float:
    """CPU seconds that the face takes."""
    begun = machine_ms()
    for _ in sitter.frames(drive):
        pass
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
    drive = talk(given.frames)
    media = encoder()
    print(machine())
    print("    format  prepare s  face fps  encoder fps  both fps  of encoder")
    for width, height in _FORMATS:
        picture = Format(width=width, height=height, fps=FPS)
        canvas = canvas_of(picture)
        begun = time.process_time()
        sitter = engine.prepare(canvas, Lipsync())
        prepared = time.process_time() - begun
        kept = [frame.copy() for frame in sitter.frames(drive)]
        runs = [
            (
                _draw(sitter, drive),
                encode(kept, drive, picture, media),
                encode(sitter.frames(drive), drive, picture, media),
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
