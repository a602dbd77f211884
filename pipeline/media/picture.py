"""Colours as video carries them: full-range BGR to limited-range YUV 4:2:0 by ITU-R BT.709."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]

# ITU-R BT.709-6, 3.2 and 3.4: luma weights of red and blue; 219 and 224 steps from 16 and about 128.
_RED, _BLUE = 0.2126, 0.0722
_GREEN = 1.0 - _RED - _BLUE
_LUMA = 219.0 / 255.0
_CHROMA = 224.0 / 255.0
#: Rows of Y, blue and red difference; columns of B, G, R and 1; all in 8-bit levels.
TO_YUV = np.array(
    [
        [_BLUE * _LUMA, _GREEN * _LUMA, _RED * _LUMA, 16.0],
        [0.5 * _CHROMA, -_GREEN / (2 * (1 - _BLUE)) * _CHROMA, -_RED / (2 * (1 - _BLUE)) * _CHROMA, 128.0],
        [-_BLUE / (2 * (1 - _RED)) * _CHROMA, -_GREEN / (2 * (1 - _RED)) * _CHROMA, 0.5 * _CHROMA, 128.0],
    ]
)
_FROM_YUV = np.linalg.inv(TO_YUV[:, :3])
_TO_BGR = np.column_stack([_FROM_YUV, -_FROM_YUV @ TO_YUV[:, 3]])


class Planes(NamedTuple):
    """The three planes of a raw yuv420p picture; views, not copies.

    Attributes:
        luma: uint8 (height, width).
        blue, red: chroma, uint8 (height / 2, width / 2).
    """

    luma: Plane
    blue: Plane
    red: Plane


def planes_of(raw: Plane) -> Planes:
    """The planes of raw yuv420p, an array of (height * 3 / 2, width)."""
    width = raw.shape[1]
    height = raw.shape[0] * 2 // 3
    blue, red = raw[height:].reshape(2, height // 2, width // 2)
    return Planes(luma=raw[:height], blue=blue, red=red)


def to_yuv(frame: Plane) -> Plane:
    """Raw yuv420p (height * 3 / 2, width) of a BGR uint8 (height, width, 3) frame of even sizes.

    OpenCV's own conversion to I420 follows BT.601. Its matrix transform of 8-bit pixels and its halving are
    integer arithmetic (a test holds them to it), hence equal on every processor.
    """
    height, width = frame.shape[:2]
    raw = np.empty((height * 3 // 2, width), np.uint8)
    planes = planes_of(raw)
    wide = [np.empty((height, width), np.uint8) for _ in range(2)]
    cv2.split(cv2.transform(frame, TO_YUV), [planes.luma, *wide])
    for whole, plane in zip(wide, (planes.blue, planes.red), strict=True):
        cv2.resize(whole, (width // 2, height // 2), plane, interpolation=cv2.INTER_AREA)
    return raw


def to_bgr(raw: Plane) -> Plane:
    """A BGR frame, full range, from raw yuv420p as an array of (height * 3 / 2, width)."""
    return bgr_of(planes_of(raw))


def bgr_of(planes: Planes) -> Plane:
    """A BGR picture, full range, (height, width, 3), from three planes, which may be parts of larger ones."""
    height, width = planes.luma.shape
    wide = [
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
        for plane in (planes.blue, planes.red)
    ]
    return np.asarray(cv2.transform(cv2.merge([planes.luma, *wide]), _TO_BGR), np.uint8)
