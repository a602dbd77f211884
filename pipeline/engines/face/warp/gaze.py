"""Irises that look aside: they glide in their eyes, and the white around them gives way.

A glance of a degree or two moves an iris by a hundredth of the distance between the eyes, so the white and
the iris's edge are stretched by a few per cent and nothing has to be invented. The lids keep still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.ease import ease
from pipeline.engines.face.warp.eyeshape import EyeShape, Place, place
from pipeline.engines.face.warp.faceframe import Points
from pipeline.engines.face.warp.lattice import Box
from pipeline.media.picture import Planes

Values = NDArray[np.float32]

# An iris of a smaller radius, in pixels of the portrait, does not move.
_SMALLEST = 2.5
# The least by which an iris is darker than the white beside it, in levels of luma.
_LEAST_CONTRAST = 12.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Iris:
    """The iris of one eye.

    Attributes:
        box: the part of the eye's planes that it moves in.
        luma, chroma: how far each pixel goes with it, 0 to 1.
    """

    #: Steps of a pixel of the enlarged picture in which an iris moves.
    STEPS: ClassVar[int] = 16

    box: Box
    luma: Values
    chroma: Values

    def look(self, still: Planes, out: Planes, away: Points) -> None:
        """Draw an eye whose iris has gone by some pixels (x, y) from where it is in `still`."""
        whole = _map(self.luma, away)
        half = _map(self.chroma, away / 2)
        for source, drawn, at, box in zip(
            still, out, (whole, half, half), (self.box, self.box.halved(), self.box.halved()), strict=True
        ):
            part = np.s_[box.top : box.bottom, box.left : box.right]
            cv2.remap(source[part], *at, cv2.INTER_LINEAR, dst=drawn[part], borderMode=cv2.BORDER_REPLICATE)


def iris_of(eye: EyeShape, box: Box, planes: Planes, times: int) -> Iris | None:
    """The iris of an eye; None where none can be told from the white: too small, hidden or reflecting.

    Args:
        eye: the eye, in pixels of the enlarged picture.
        box: the part of the picture around it.
        planes: that part.
        times: how many times as large as the portrait the picture is.
    """
    if eye.iris < _SMALLEST * times:
        return None
    luma, chroma = (_goes_along(eye, place(eye, box, step=step)) for step in (1, 2))
    if not _is_seen(eye, place(eye, box, step=1), planes.luma):
        return None
    rows, columns = (np.flatnonzero(luma.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    first = np.array([columns[0], rows[0]]) // 2 * 2
    last = np.minimum(np.array([columns[-1], rows[-1]]) // 2 * 2 + 2, (box.width, box.height))
    part = Box(left=int(first[0]), top=int(first[1]), right=int(last[0]), bottom=int(last[1]))
    half = part.halved()
    return Iris(
        box=part,
        luma=luma[part.top : part.bottom, part.left : part.right].copy(),
        chroma=chroma[half.top : half.bottom, half.left : half.right].copy(),
    )


def _goes_along(eye: EyeShape, at: Place) -> Values:
    """How far a pixel goes with the iris: wholly on it, not at all at the lids and in the corners."""
    radius = np.float32(eye.iris)
    to_lid = np.minimum(at.depth, at.gap - at.depth)
    between_lids = ease((to_lid - np.float32(0.06) * radius) / (np.float32(0.55) * radius))
    across = np.abs(at.across)
    corner = np.maximum(np.float32(0.92) - np.abs(at.side), 0) * np.float32(eye.width / 2)
    beside = corner / (corner + np.maximum(across - radius, 0) + np.float32(1e-3))
    share: Values = between_lids * ease(beside * np.float32(1.1))
    return share


def _is_seen(eye: EyeShape, at: Place, luma: NDArray[np.uint8]) -> bool:
    """Whether the iris is darker than the white on both of its sides."""
    inside = (at.depth > 0.12 * eye.iris) & (at.depth < at.gap - np.float32(0.12 * eye.iris))
    disc = inside & (np.abs(at.across) < np.float32(0.7 * eye.iris))
    away = np.abs(at.across) - np.float32(1.25 * eye.iris)
    white = inside & (away > 0) & (np.abs(at.side) < np.float32(0.9))
    if not disc.any() or not white.any():
        return False
    return float(np.median(luma[white])) - float(np.median(luma[disc])) > _LEAST_CONTRAST


def _map(share: Values, away: Points) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Where a plane is read from, in OpenCV's fixed point."""
    height, width = share.shape
    x = np.arange(width, dtype=np.float32)[None, :] - share * np.float32(away[0])
    y = np.arange(height, dtype=np.float32)[:, None] - share * np.float32(away[1])
    whole, fraction = cv2.convertMaps(x, y, cv2.CV_16SC2)
    return np.asarray(whole, np.int16), np.asarray(fraction, np.uint16)
