"""The lips' opening without a model of faces: how far the skin below the lips leaves that above them.

A second opinion for faces on which landmarks do not see a mouth open. Two pieces of the first frame, the
edge of the lower lip with the skin below it and that of the upper lip with the skin above it, are looked for
in each frame by normalised correlation, to fractions of a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]

_LOWER_LIP, _UPPER_LIP = 17, 0


@dataclass(frozen=True, kw_only=True)
class _Reach:
    """Where a piece of skin is, and how far it may go: in inter-ocular distances, down is positive."""

    below: float
    width: float
    height: float
    up: float
    down: float
    aside: float = 0.12


_LOWER = _Reach(below=0.03, width=0.5, height=0.22, up=0.15, down=0.45)
_UPPER = _Reach(below=-0.05, width=0.4, height=0.2, up=0.2, down=0.15)


class _Piece:
    """A piece of skin of the first frame, looked for in others."""

    def __init__(self, luma: Luma, middle: NDArray[np.float64], unit: float, reach: _Reach) -> None:
        height, width = luma.shape
        left = round(float(middle[0]) - reach.width * unit / 2)
        top = round(float(middle[1]) + (reach.below - reach.height / 2) * unit)
        self._still = luma[
            top : top + round(reach.height * unit), left : left + round(reach.width * unit)
        ].copy()
        self._top = max(top - round(reach.up * unit), 0)
        self._from = top - self._top
        self._rows = slice(self._top, min(top + round((reach.height + reach.down) * unit), height))
        aside = round(reach.aside * unit)
        self._columns = slice(max(left - aside, 0), min(left + round(reach.width * unit) + aside, width))

    def moved(self, luma: Luma) -> float:
        """By how many pixels it has moved down."""
        fits = cv2.matchTemplate(luma[self._rows, self._columns], self._still, cv2.TM_CCOEFF_NORMED)
        _, _, _, (x, y) = cv2.minMaxLoc(fits)
        part = 0.0
        if 0 < y < fits.shape[0] - 1:
            before, at, after = (float(value) for value in fits[y - 1 : y + 2, x])
            part = 0.5 * (before - after) / (before - 2 * at + after)
        return y + part - self._from


class Skin:
    """Measures frames of a film against its first one, in which the lips are closed.

    Args:
        luma: of the first frame, (height, width).
        landmarks: of the face in it, in pixels, (478, 3).
        unit: the inter-ocular distance in pixels.
    """

    def __init__(self, luma: Luma, landmarks: NDArray[np.float64], unit: float) -> None:
        self._unit = unit
        self._lower = _Piece(luma, landmarks[_LOWER_LIP, :2], unit, _LOWER)
        self._upper = _Piece(luma, landmarks[_UPPER_LIP, :2], unit, _UPPER)

    def __call__(self, luma: Luma) -> float:
        """How far the lips are apart, in inter-ocular distances; never below 0."""
        return max(0.0, (self._lower.moved(luma) - self._upper.moved(luma)) / self._unit)
