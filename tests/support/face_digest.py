"""Run as a program: prints digests of what a face engine draws, for comparison between processes."""

from __future__ import annotations

import argparse
import hashlib

import cv2

from pipeline.engines.shelf import faces
from tests.support.faces import drawn_canvas, murmured, smiling_canvas, spoken


def digest(engine_name: str) -> str:
    """SHA-256 over all frames of two canvases that speak and murmur."""
    shelf = faces()
    engine = shelf.open(engine_name)
    found = hashlib.sha256()
    for canvas in (smiling_canvas(), drawn_canvas()):
        sitter = engine.prepare(canvas)
        for drive in (spoken("h ə ˈl oʊ m aɪ f", seed=3), murmured()):
            for frame in sitter.frames(drive):
                found.update(frame.tobytes())
    shelf.close()
    return found.hexdigest()


def main() -> None:
    """Print the digest of an engine's frames, with OpenCV on the given number of threads."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("threads", type=int)
    given = parser.parse_args()
    cv2.setNumThreads(given.threads)
    print(digest(given.engine))  # noqa: T201 - the program's answer


if __name__ == "__main__":
    main()
