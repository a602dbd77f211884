"""The folds from nose to mouth that a smile leaves: a sitter at rest has fainter ones."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import filled, line, soft
from pipeline.engines.face.warp.faceframe import LOWER_LIP_OUTER, UPPER_LIP_OUTER, FaceFrame

Picture = NDArray[np.uint8]

# Landmarks along the fold on each side, from beside the nose to beside the mouth and below it.
_FOLDS = ((203, 206, 216, 212), (423, 426, 436, 432))

# Lengths in inter-ocular distances: to each side of those landmarks, how wide a fold may be, and what is
# finer than folds and stays: skin and beards.
_REACH = 0.13
_WIDEST = 0.10
_FINE = 0.012

# The part of a fold's depth that a smile has made, and differences, in levels, that are none.
_BY_SMILING = 0.85
_NO_FOLD = 3.0


def relaxed(frame: FaceFrame, picture: Picture) -> Picture:
    """A smiling portrait with its folds from nose to mouth partly filled, as the skin beside them is."""
    unit = frame.unit
    reach = np.array([0.95, 0.75]) * unit
    size = np.array([picture.shape[1], picture.shape[0]])
    left, top = np.clip((frame.origin - reach).astype(int), 0, size - 8).tolist()
    right, bottom = np.clip((frame.origin + reach).astype(int), (left + 8, top + 8), size).tolist()
    part = picture[top:bottom, left:right]
    smooth = cv2.GaussianBlur(part, (0, 0), max(0.8, _FINE * unit))
    around = max(3, round(_WIDEST * unit)) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (around, around))
    filling = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, disc).astype(np.float32) - smooth
    filling = np.maximum(filling - np.float32(_NO_FOLD), 0) * _where(frame, (left, top, right, bottom))
    filling = cv2.GaussianBlur(filling, (0, 0), max(0.6, 0.5 * _FINE * unit))
    calm = picture.copy()
    calm[top:bottom, left:right] = np.clip(part + filling * np.float32(_BY_SMILING) + np.float32(0.5), 0, 255)
    return calm


def _where(frame: FaceFrame, box: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """1 on the folds, 0 away from them and on the lips, (height, width, 1)."""
    left, top, right, bottom = box
    width, height, unit = right - left, bottom - top, frame.unit
    pixels = frame.to_picture(frame.points) - (left, top)
    mask = np.zeros((height, width), np.uint8)
    for fold in _FOLDS:
        mask = np.maximum(mask, line(pixels[list(fold)], max(1, round(2 * _REACH * unit)), width, height))
    lips = np.concatenate([pixels[list(UPPER_LIP_OUTER)], pixels[list(LOWER_LIP_OUTER)][::-1][1:-1]])
    near = max(3, round(0.05 * unit)) | 1
    kept = cv2.dilate(filled(lips, width, height), np.ones((near, near), np.uint8))
    return (soft(mask, 0.05 * unit) * (1 - soft(np.asarray(kept, np.uint8), 0.02 * unit)))[..., None]
