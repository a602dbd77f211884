"""How far the lashes of an open eye reach above the edge of its upper lid."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.eyeshape import EyeShape, Place
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.luma import luma_of

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

# How far above the lid's edge lashes are looked for, in inter-ocular distances; what is dark as far as that
# is a deep socket, a fold, a brow or a rim.
_REACH, _LEAST = 0.11, 0.014
# The skin that they are told from lies there.
_SKIN_FROM, _SKIN_TO = 0.04, 0.15
# Whatever is as dark as this part of the skin counts as lashes, and so does grey that is less red by as much.
_DARK = 0.84
# Landmarks may lie this far below the lashes.
_GAP = 0.02
_SMOOTHED = 7
# A closed eye's line is so dark, at least, as a part of the skin.
_DARK_LINE = 0.40


def lash_reach(eye: EyeShape, box: Box, picture: Picture) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far lashes reach above each point of the upper lid's edge, and how thick they are; pixels, (25,).

    Args:
        eye: the eye, in pixels of the picture.
        box: the part of the picture around it.
        picture: that part, BGR.
    """
    up = np.arange(0.0, _SKIN_TO * eye.unit)
    points = (eye.upper - (box.left, box.top))[:, None] - up[None, :, None] * eye.down
    at = points.astype(np.float32)
    seen = np.asarray(
        cv2.remap(picture, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),  # type: ignore[call-overload]
        np.float32,
    )
    luma = luma_of(seen)
    skin = up > _SKIN_FROM * eye.unit
    dark = np.zeros(luma.shape, np.bool_)
    for values in (luma, seen[..., 2]):
        usual = np.percentile(values[:, skin], 60, axis=1, keepdims=True)
        dark |= values < _DARK * usual
    # Lashes begin at the edge, or where its landmarks say it is.
    first = np.argmax(dark, axis=1)
    begins = dark.any(axis=1) & (first <= _GAP * eye.unit)
    light = ~dark & (np.arange(len(up)) > first[:, None])
    ends = np.where(light.any(axis=1), np.argmax(light, axis=1), len(up))
    reach = np.where(begins, ends, 0).astype(np.float64)
    reach[reach > _REACH * eye.unit] = 0.0
    usual = np.percentile(luma[:, skin], 60, axis=1, keepdims=True)
    depth = np.clip(1 - luma / np.maximum(usual, 1), 0, 1) * (up < reach[:, None])
    reach = np.maximum(reach, _LEAST * eye.unit)
    # Rather too far than not far enough.
    before, after = _beside(reach)
    return _smooth(np.maximum(np.maximum(before, after), reach)), _smooth(
        depth.sum(axis=1).astype(np.float64)
    )


def _beside(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What stands before and after each value; at the ends, itself."""
    return np.concatenate([values[:1], values[:-1]]), np.concatenate([values[1:], values[-1:]])


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    for _ in range(_SMOOTHED):
        before, after = _beside(values)
        values = (before + 2 * values + after) / 4
    return values


def along_edge(eye: EyeShape, at: Place, reach: NDArray[np.float64]) -> Values:
    """What is given at the points of the upper lid's edge, (25,), above and below them, at every pixel."""
    middle = (eye.upper[0] + eye.upper[-1]) / 2
    away = eye.upper - middle
    u = np.maximum.accumulate(away[:, 0] * eye.along[0] + away[:, 1] * eye.along[1])
    side = u / max(float(u[-1]), 1.0)
    return np.interp(at.side, side, reach).astype(np.float32)


def lash_colour(eye: EyeShape, picture: Picture, skin: Values, at: Place) -> Values:
    """As dark as the upper lid's own lashes, and never so light that the closed eye has no line."""
    near = (at.depth < 0) & (at.depth > np.float32(-0.03 * eye.unit)) & (np.abs(at.side) < np.float32(0.9))
    lid = (at.depth > 0) & (at.depth < at.gap)
    around = np.median(skin[lid], axis=0)
    dark = np.percentile(picture[near], 15, axis=0) if near.any() else around
    return np.asarray(np.minimum(dark, _DARK_LINE * around), np.float32)
