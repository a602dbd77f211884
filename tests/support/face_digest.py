"""Run as a program: prints digests of what a face engine draws, for comparison between processes."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import cv2

from pipeline.engines.shelf import faces
from pipeline.plan.lipsync import Lipsync
from tests.support.face_engines import open_for_tests, ways_of
from tests.support.faces import drawn_canvas, murmured, smiling_canvas, spoken


def digest(engine_name: str, checkpoint: Path | None) -> str:
    """SHA-256 over all frames of two canvases that speak and murmur, drawn in every way of an engine.

    With a model one canvas murmurs for a moment.
    """
    shelf = faces()
    found = hashlib.sha256()
    for way in ways_of(shelf, engine_name):
        engine = open_for_tests(shelf, way, checkpoint)
        canvases = (smiling_canvas,) if way.backend else (smiling_canvas, drawn_canvas)
        said = (murmured(frames=20),) if way.backend else (spoken("h ə ˈl oʊ m aɪ f", seed=3), murmured())
        for canvas in (made() for made in canvases):
            sitter = engine.prepare(canvas, Lipsync(mode=way.mode))
            for drive in said:
                for frame in sitter.frames(drive):
                    found.update(frame.tobytes())
        shelf.discard(engine)
    shelf.close()
    return found.hexdigest()


def main() -> None:
    """Print the digest of an engine's frames, with OpenCV on the given number of threads."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("threads", type=int)
    parser.add_argument("checkpoint", type=Path, nargs="?")
    given = parser.parse_args()
    cv2.setNumThreads(given.threads)
    print(digest(given.engine, given.checkpoint))  # noqa: T201 - the program's answer


if __name__ == "__main__":
    main()
