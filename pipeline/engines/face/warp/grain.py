"""The grain of a picture: what brush, engraver, pores or film leave on everything in it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.faceframe import FaceFrame
from pipeline.engines.face.warp.luma import luma_of

Picture = NDArray[np.uint8]

# Landmarks in the middle of both cheeks, where hardly anybody has hair; how large a part around them is
# looked at, and how large its grain is at most, in inter-ocular distances.
_CHEEKS = (50, 280)
_PART, _COARSEST = 0.24, 0.03
# How much of its light a spot differs by at most, and what part of that something smooth shows.
_MOST, _SHOWN = 0.25, 0.6
# What is darker than this, in levels, tells nothing of grain.
_DARK = 16.0


def grain(frame: FaceFrame, picture: Picture, size: tuple[int, int]) -> NDArray[np.float32]:
    """By how many times of its light each pixel of something smooth differs, (height, width), about 1.

    Args:
        frame: the face.
        picture: the portrait, BGR.
        size: width and height.
    """
    parts = [_of(frame, picture, cheek) for cheek in _CHEEKS]
    # Of both cheeks the plainer one: a line or a strand of hair is no grain.
    plain = min(parts, key=lambda part: float(np.abs(part).mean()))
    rows, columns = (
        _there_and_back(side, count) for side, count in zip(size[::-1], plain.shape, strict=True)
    )
    found: NDArray[np.float32] = np.float32(1) + np.float32(_SHOWN) * plain[np.ix_(rows, columns)]
    return found


def _there_and_back(side: int, count: int) -> NDArray[np.intp]:
    """Indices of `count` things, 2 or more, from the first to the last and back, over `side` places."""
    return np.abs(np.arange(side) % (2 * count - 2) - (count - 1))


def _of(frame: FaceFrame, picture: Picture, landmark: int) -> NDArray[np.float32]:
    """What is fine around a landmark, as a part of the light there."""
    middle = frame.to_picture(frame.points[landmark])
    reach = max(2.0, _PART * frame.unit / 2)
    limit = np.array([picture.shape[1], picture.shape[0]])
    left, top = np.clip((middle - reach).astype(int), 0, limit - 2)
    right, bottom = np.maximum(np.clip((middle + reach).astype(int), 0, limit), (left + 2, top + 2))
    light = luma_of(picture[top:bottom, left:right])
    sigma = max(1.0, _COARSEST * frame.unit)
    around = np.asarray(cv2.GaussianBlur(light, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101), np.float32)
    part = (light - around) / np.maximum(around, np.float32(_DARK))
    return np.clip(part, np.float32(-_MOST), np.float32(_MOST))
