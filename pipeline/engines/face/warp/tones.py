"""Colours of teeth and tongue in the light of a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import (
    LEFT_LID_LOWER,
    LEFT_LID_UPPER,
    LIP_RED,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
    SKIN,
)
from pipeline.engines.face.warp.brush import filled
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.lips import LipRig
from pipeline.engines.face.warp.luma import LUMA

Picture = NDArray[np.uint8]
Grey = NDArray[np.float32]

# Teeth in white light, BGR.
_TEETH = np.array([187.0, 205.0, 223.0])
# A tongue in white light; lips may be so many times as blue.
_TONGUE = np.array([67.0, 64.0, 146.0])
_BLUER = (0.8, 1.1)
# Landmarks below the lower lip and beside it.
_BELOW = (43, 273, 106, 335, 182, 406, 83, 313, 18, 204, 424, 194, 418, 201, 421, 200)
# How many times as red as blue the palest skin and the whites of eyes are in white light, and how green
# skin is between the two.
_SKIN_IN_WHITE, _EYES_IN_WHITE = 1.3, 1.05
_SKIN_GREEN = 0.95
# Landmarks on cheeks and beside the mouth, on the picture's left and right.
_CHEEKS = ((50, 205, 101), (280, 425, 330))
_BESIDE = ((187, 207, 216), (411, 427, 436))
# Of the eleven points of the lips' edges so many at each end are not looked at for the lips' colour.
_LIP_ENDS = 3
# Teeth are between these times as bright as the whites of the eyes.
_LEAST_OF_EYES, _MOST_OF_EYES = 0.65, 1.4
_EYES = ((RIGHT_LID_UPPER, RIGHT_LID_LOWER), (LEFT_LID_UPPER, LEFT_LID_LOWER))


@dataclass(frozen=True, kw_only=True, eq=False)
class Tones:
    """Greys of a mouth in the light of its picture, BGR."""

    teeth: Grey
    tongue: Grey
    dark: Grey
    glow: Grey


def tones(frame: FaceFrame, picture: Picture) -> Tones:
    """What teeth and tongue look like where this face is: as bright and as tinted as its skin."""
    smooth = np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.0), np.uint8)
    skin = np.median(colours_at(frame, smooth, frame.points[list(SKIN)]), axis=0)
    luma = float(skin @ LUMA)
    # Beside a mouth in the shade cheeks and forehead may be lit; what is darker still is a beard.
    below = float(np.percentile(colours_at(frame, smooth, frame.points[list(_BELOW)]) @ LUMA, 60))
    near = min(max(below, 0.70 * luma), luma)
    light = min(max(luma / 150.0, 0.40), 1.12)
    eyes = _eyes(frame, picture)
    tint = _tint(skin, eyes)
    # In the shade of the lips teeth are hardly lighter than the skin, and in dark faces a little more.
    brightness = (66.0 + 0.72 * near) / 210.0
    if eyes is not None:
        # The whites of the eyes tell it better, unless they are in the shade of lids themselves.
        white = float(eyes @ LUMA) / float(_TEETH @ LUMA)
        brightness = min(
            max(brightness, _LEAST_OF_EYES * white), max(_MOST_OF_EYES * white, 0.85 * brightness)
        )
    # Inside a mouth it is of the lips' own red, rose or orange.
    lips = np.median(colours_at(frame, smooth, frame.points[list(LIP_RED)]), axis=0)
    bluer = float(lips[0] / max(lips[1], 1.0)) / float(_TONGUE[0] * tint[0] / (_TONGUE[1] * tint[1]))
    red = tint * np.array([min(max(bluer, _BLUER[0]), _BLUER[1]) ** 0.5, 1.0, 1.0])
    return Tones(
        teeth=(_TEETH * tint * min(brightness, 1.0)).astype(np.float32),
        tongue=(_TONGUE * red * light).astype(np.float32),
        dark=(np.array([17.0, 16.0, 40.0]) * red * (0.5 + 0.5 * light)).astype(np.float32),
        glow=(np.array([14.0, 10.0, 34.0]) * red * light).astype(np.float32),
    )


def colours_at(frame: FaceFrame, picture: Picture, points: Points) -> NDArray[np.float64]:
    """Colours of a picture at points of the face, BGR; of its border, where they lie beyond it."""
    at = frame.to_picture(points).astype(int)
    columns = np.clip(at[:, 0], 0, picture.shape[1] - 1)
    rows = np.clip(at[:, 1], 0, picture.shape[0] - 1)
    return np.asarray(picture[rows, columns], np.float64)


def lips_colours(frame: FaceFrame, lips: LipRig, picture: Picture) -> list[NDArray[np.float64]]:
    """Colours in the middle of the upper and of the lower lip, BGR, (n, 3) each."""
    edges = ((lips.upper_outer, lips.upper_inner), (lips.lower_outer, lips.lower_inner))
    return [
        colours_at(frame, picture, ((outer.source + inner.source) / 2)[_LIP_ENDS:-_LIP_ENDS])
        for outer, inner in edges
    ]


def side_light(frame: FaceFrame, picture: Picture) -> float:
    """By what part of the mean the cheek at the picture's right is lighter than that, -1 to 1.

    0 where what is beside the mouth and the cheeks above it do not agree: one of them is hair.
    """
    smooth = np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.0), np.uint8)
    found = []
    for pairs in (_CHEEKS, _BESIDE):
        left, right = (np.median(colours_at(frame, smooth, frame.points[list(p)]) @ LUMA) for p in pairs)
        found.append(float(right - left) / max(float(right + left), 1.0))
    return min(found, key=abs) if found[0] * found[1] > 0 else 0.0


def _tint(skin: NDArray[np.float64], eyes: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """How a picture's light tints a mouth, BGR, as bright as white: by less than what it is told by."""
    red, green = _redness(skin) / _SKIN_IN_WHITE, _greenness(skin) / _SKIN_GREEN
    if eyes is not None:
        # Skin alone may be ruddy, and eyes alone may be small or hidden; pale skin does not tell of blue.
        red = min(red, _redness(eyes) / _EYES_IN_WHITE)
        green = math.sqrt(green * min(_greenness(eyes), 1.0))
    warmth = min(max(red, 1.0), 3.0)
    purple = min(max(green, 0.8), 1.0)
    tint = np.array([warmth**-0.45, purple**0.5, warmth**0.18])
    return np.asarray(tint / (tint @ LUMA), np.float64)


def _eyes(frame: FaceFrame, picture: Picture) -> NDArray[np.float64] | None:
    """The colour of the whites of the eyes, BGR; None where no eye is seen."""
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    for upper, lower in _EYES:
        outline = frame.to_picture(frame.points[[*upper, *lower[::-1]]])
        mask = np.maximum(mask, filled(outline, width, height))
    eyes = picture[mask > 200].astype(np.float64)  # noqa: PLR2004 - well inside
    if not len(eyes):
        return None
    light = eyes.sum(axis=1)
    return np.asarray(np.median(eyes[light >= np.percentile(light, 70)], axis=0), np.float64)


def _redness(colour: NDArray[np.float64]) -> float:
    return float(colour[2] / max(colour[0], 1.0))


def _greenness(colour: NDArray[np.float64]) -> float:
    return float(colour[1] / max(np.sqrt(colour[0] * colour[2]), 1.0))
