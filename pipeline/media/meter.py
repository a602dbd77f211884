"""Measures a clip's frames on their way to the encoder, in whole numbers, at a hundredth of their cost."""

from __future__ import annotations

from math import isqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.plan.figures import CELLS, ClipFigures

# Of so many rows one is looked at: movement in a mouth of a few rows shows, and memory is hardly read.
_ROWS = 8
# Means are taken of every second of these, and of every so many pixels in them, between these tenths of the
# height: there faces are, and neither labels nor captions.
_EVERY_ROW, _EVERY_PIXEL = 2, 8
_FROM, _TO = 2, 7

Luma = NDArray[np.uint8]


class PictureMeter:
    """Takes in the luma of a clip's frames, one after the other.

    Args:
        group: every so many frames one is a keyframe, the first one being the first.
    """

    def __init__(self, group: int) -> None:
        self._group = group
        self._before: Luma | None = None
        self._levels = bytearray()
        self._spreads = bytearray()
        self._steps = bytearray()
        self._stills: dict[int, bytes] = {}

    def see(self, luma: Luma) -> None:
        """Measure the next frame: uint8 (height, width); it may be reused afterwards."""
        rows = _rows(luma)
        if len(self._levels) % self._group == 0:
            self._stills[len(self._levels)] = cells(luma)
        if self._before is None:
            self._before = rows.copy()
            self._steps.append(0)
        else:
            self._steps.append(int(cv2.norm(rows, self._before, cv2.NORM_INF)))
            np.copyto(self._before, rows)
        middle = rows[len(rows) * _FROM // 10 : len(rows) * _TO // 10 : _EVERY_ROW, ::_EVERY_PIXEL]
        few = middle.astype(np.int64)
        count, total = few.size, int(few.sum())
        spread = isqrt(count * int(np.vdot(few, few)) - total * total) // count
        self._levels.append(total // count)
        self._spreads.append(spread)

    def figures(self) -> ClipFigures:
        """What all of them are like."""
        return ClipFigures(
            levels=bytes(self._levels),
            spreads=bytes(self._spreads),
            steps=bytes(self._steps),
            stills=self._stills,
        )


def cells(luma: Luma) -> bytes:
    """Mean levels of `CELLS` by `CELLS` parts of a frame, row by row, from some of its rows."""
    rows = _rows(luma)
    down, across = (np.arange(CELLS + 1) * side // CELLS for side in rows.shape)
    sums = np.add.reduceat(rows.astype(np.int64), across[:-1], axis=1)
    sums = np.add.reduceat(sums, down[:-1], axis=0)
    return bytes((sums // np.outer(np.diff(down), np.diff(across))).astype(np.uint8).ravel())


def _rows(luma: Luma) -> Luma:
    step = max(1, min(_ROWS, len(luma) // CELLS))
    return luma[step // 2 :: step]
