"""Planes of luma and chroma, in parts and recoloured: YUV is linear in BGR, so both are mixed alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.media.picture import TO_YUV, Planes

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

_ROWS = TO_YUV.astype(np.float32)
_HALF = np.float32(0.5)


def recoloured(planes: Planes, before: Picture, after: Picture | Values) -> Planes:
    """Planes that show `before` changed as far as `after`, BGR of the same size, differs from it."""
    change = after.astype(np.float32) - before
    small = halved(change)
    drawn = Planes(*(np.empty_like(plane) for plane in planes))
    for plane, target, row, changed in zip(planes, drawn, _ROWS, (change, small, small), strict=True):
        _written(target, plane + _along(row, changed))
    return drawn


def part_of(planes: Planes, left: int, top: int, height: int, width: int) -> Planes:
    """Views of a part of a picture, given in pixels of luma, all even."""
    half = np.s_[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]
    return Planes(
        luma=planes.luma[top : top + height, left : left + width],
        blue=planes.blue[half],
        red=planes.red[half],
    )


def _along(row: Values, colour: Values) -> Values:
    """A row of the colour matrix times BGR, without its constant; always summed in one order."""
    mixed: Values = colour[..., 0] * row[0] + colour[..., 1] * row[1] + colour[..., 2] * row[2]
    return mixed


def halved(values: Values) -> Values:
    """Means of two by two pixels."""
    wide = values[0::2] + values[1::2]
    return (wide[:, 0::2] + wide[:, 1::2]) * np.float32(0.25)


def _written(plane: Picture, values: Values) -> None:
    plane[...] = np.clip(values + _HALF, 0, 255)
