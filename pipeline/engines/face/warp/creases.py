"""What a smile leaves on a face, and a sitter at rest has less of: folds beside the mouth, glints on lips."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LOWER_LIP_OUTER, UPPER_LIP_OUTER
from pipeline.engines.face.warp.brush import disc, filled, line, soft
from pipeline.engines.face.warp.faceframe import FaceFrame

Picture = NDArray[np.uint8]

# Landmarks along the fold on each side, from beside the nose to beside the mouth and below it.
_FOLDS = ((203, 206, 216, 212), (423, 426, 436, 432))
# And from the corners of the mouth outwards.
_CORNERS = ((61, 57), (291, 287))
# So many points of the lips' edges at each end are the corners.
_ENDS = 2

# Lengths in inter-ocular distances: to each side of those landmarks, how wide a fold may be, and what is
# finer than folds and stays: skin and beards.
_REACH, _CORNER_REACH = 0.15, 0.09
_WIDEST = 0.14
_FINE, _FAINT = 0.012, 6.0
# Where a fold is by so many levels darker than the skin beside, what is fine and dark is its bottom;
# elsewhere it is skin, or the cracks of a painting.
_DEEP = 20.0
# How softly the shades on both sides of a fold meet, and how far they do.
_SHADE, _SOFTENED = 0.07, 0.75

# The part of a fold's depth that a smile has made, and differences, in levels, that are none.
_BY_SMILING = 0.9
_NO_FOLD = 3.0

# Glints on stretched lips are narrower than this; so much of their light goes.
_GLINT = 0.11
_GLINT_PART = 0.75


def relaxed(frame: FaceFrame, picture: Picture) -> Picture:
    """A smiling portrait with its folds beside the mouth partly filled and the glints of its lips dimmed."""
    unit = frame.unit
    reach = np.array([0.95, 0.75]) * unit
    size = np.array([picture.shape[1], picture.shape[0]])
    left, top = np.clip((frame.origin - reach).astype(int), 0, size - 8).tolist()
    right, bottom = np.clip((frame.origin + reach).astype(int), (left + 8, top + 8), size).tolist()
    part = picture[top:bottom, left:right]
    smooth = cv2.GaussianBlur(part, (0, 0), max(0.8, _FINE * unit))
    folds, corners, lips = _where(frame, (left, top, right, bottom))
    filled_up = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, disc(_half(_WIDEST * unit))).astype(np.float32)
    depth = np.maximum(filled_up - smooth - np.float32(_NO_FOLD), 0)
    change = depth * np.maximum(folds, corners) * np.float32(_BY_SMILING)
    # Where a fold was, cheek and lip meet in a soft shade.
    shade = np.asarray(cv2.GaussianBlur(filled_up, (0, 0), max(0.8, _SHADE * unit)), np.float32)
    change += (shade - filled_up) * folds * np.float32(_SOFTENED)
    # A fold's sharp bottom is darker than skin's own detail.
    fine = part.astype(np.float32) - smooth
    deep = np.minimum(depth / np.float32(_DEEP), 1)
    change -= np.minimum(fine + np.float32(_FAINT), 0) * folds * deep
    evened = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, disc(_half(_GLINT * unit))).astype(np.float32)
    change -= np.maximum(smooth - evened - np.float32(_NO_FOLD), 0) * lips * np.float32(_GLINT_PART)
    change = np.asarray(cv2.GaussianBlur(change, (0, 0), max(0.6, 0.5 * _FINE * unit)), np.float32)
    calm = picture.copy()
    # Never beyond the skin beside, which leaves no halo around what is sharper than folds are.
    calm[top:bottom, left:right] = np.clip(
        part + change + np.float32(0.5),
        np.minimum(part, np.minimum(evened, shade)),
        np.maximum(part, filled_up),
    )
    return calm


def _half(across: float) -> int:
    """Half of about so many pixels, at least one."""
    return max(3, round(across)) // 2


def _where(
    frame: FaceFrame, box: tuple[int, int, int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """1 on the folds, 0 away from them and on the lips; the same in the corners; and 1 on the lips alone.

    Each (height, width, 1).
    """
    left, top, right, bottom = box
    width, height, unit = right - left, bottom - top, frame.unit
    pixels = frame.to_picture(frame.points) - (left, top)
    upper, lower = pixels[list(UPPER_LIP_OUTER)], pixels[list(LOWER_LIP_OUTER)][::-1]
    on_lips = filled(np.concatenate([upper, lower[1:-1]]), width, height)
    # In the corners there is little of the lips.
    inner = filled(np.concatenate([upper[_ENDS:-_ENDS], lower[_ENDS:-_ENDS]]), width, height)
    near = np.ones((max(3, round(0.05 * unit)) | 1,) * 2, np.uint8)
    found = []
    for lines, reach, kept in ((_FOLDS, _REACH, on_lips), (_CORNERS, _CORNER_REACH, inner)):
        mask = np.zeros((height, width), np.uint8)
        for each in lines:
            drawn = line(pixels[list(each)], max(1, round(2 * reach * unit)), width, height)
            mask = np.maximum(mask, drawn)
        free = 1 - soft(np.asarray(cv2.dilate(kept, near), np.uint8), 0.02 * unit)
        found.append((soft(mask, 0.05 * unit) * free)[..., None])
    return found[0], found[1], soft(on_lips, max(0.6, 0.01 * unit))[..., None]
