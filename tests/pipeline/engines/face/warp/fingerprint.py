"""What `warp` draws, small enough to keep: run as a program, it writes the fingerprint of this version.

python -m tests.pipeline.engines.face.warp.fingerprint
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.warp import WarpEngine
from pipeline.media.picture import to_bgr
from pipeline.plan.lipsync import Lipsync
from tests.support.faces import drawn_canvas, smiling_canvas, spoken

FILE = Path(__file__).with_name("fingerprint.png")

_BLOCK = 16
# Steps of a grey level in the file.
_STEPS = 256


def drive() -> Drive:
    """An utterance with every kind of mouth, a stressed vowel, and a blink."""
    return spoken("b ˈæ f u θ i ʃ ɑ m o l", seed=29)


def kept() -> NDArray[np.float64]:
    """The fingerprint in the file, in grey levels."""
    stored = cv2.imread(str(FILE), cv2.IMREAD_UNCHANGED)
    if stored is None:
        raise FileNotFoundError(FILE)
    return np.asarray(stored, dtype=np.float64) / _STEPS


def drawn() -> NDArray[np.float64]:
    """The fingerprint of what is drawn now: mean colours of blocks of 16 x 16 pixels, every third frame."""
    strips = []
    for canvas in (smiling_canvas(), drawn_canvas()):
        sitter = WarpEngine().prepare(canvas, Lipsync())
        frames = [_blocks(to_bgr(f)) for index, f in enumerate(sitter.frames(drive())) if index % 3 == 0]
        strips.append(np.concatenate(frames, axis=1))
    return np.concatenate(strips)


def _blocks(frame: NDArray[np.uint8]) -> NDArray[np.float64]:
    height, width = frame.shape[:2]
    blocks = frame.reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK, 3).astype(np.float64)
    means: NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return means


def main() -> None:
    """Write the fingerprint of what is drawn now."""
    cv2.imwrite(str(FILE), np.round(drawn() * _STEPS).astype(np.uint16))


if __name__ == "__main__":
    main()
