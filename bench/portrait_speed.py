"""How long a portrait keeps whoever submits it waiting: decoding it, and looking at it.

    python bench/portrait_speed.py [portraits ...]

Without arguments: the demo's portraits, as they are and as photographs of 12 and 48 million pixels. The eye's
models are loaded before, once in a process as at submission; the time of that is printed first.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2

from pipeline.engines.shelf import eyes
from pipeline.plan.formats import parse_format
from pipeline.steps.look import PictureLimits, examine, load_picture

ROOT = Path(__file__).resolve().parents[1]
_LIMITS = PictureLimits(file_bytes=100_000_000, pixels=60_000_000)
_RUNS = 3
_SIDES = (3464, 6928)


def main(names: list[str]) -> None:
    """Print a line for each portrait: the best of some runs, in milliseconds of wall-clock time."""
    cv2.setNumThreads(1)
    picture = parse_format("square-720", fps=25)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(name) for name in names] or list(_usual(Path(folder)))
        eye = eyes().open("facemesh")
        started = time.perf_counter()
        examine(load_picture(files[0], _LIMITS), eye, picture)
        print(f"first look of a process: {1000 * (time.perf_counter() - started):.0f} ms")
        for file in files:
            decoding, looking = [], []
            for _ in range(_RUNS):
                started = time.perf_counter()
                pixels = load_picture(file, _LIMITS)
                decoded = time.perf_counter()
                examine(pixels, eye, picture)
                decoding.append(decoded - started)
                looking.append(time.perf_counter() - decoded)
            size = f"{pixels.shape[1]} x {pixels.shape[0]}"
            told = f"decode {1000 * min(decoding):5.0f} ms, look {1000 * min(looking):5.0f} ms"
            print(f"{file.name:24} {size:>14}: {told}")


def _usual(folder: Path) -> Iterator[Path]:
    for file in sorted((ROOT / "demo/portraits").glob("*.png")):
        yield file
        small = load_picture(file, _LIMITS)
        for side in _SIDES:
            large = folder / f"{file.stem}-{side}.jpg"
            cv2.imwrite(str(large), cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC))
            yield large


if __name__ == "__main__":
    main(sys.argv[1:])
