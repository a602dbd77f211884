"""Blinks: lids of the sitter's own skin, drawn over the eyes of the portrait, made once in fine steps."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import curve_matrix, filled, line, smooth_curve, soft
from pipeline.engines.face.warp.faceframe import (
    LEFT_BROW,
    LEFT_LID_LOWER,
    LEFT_LID_UPPER,
    RIGHT_BROW,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
    FaceFrame,
    Points,
)

Picture = NDArray[np.uint8]

#: Steps from open to closed.
LEVELS = 14

_DENSE = 25


@dataclass(frozen=True, kw_only=True, eq=False)
class Patch:
    """One eye's part of the enlarged portrait: top left corner, and the pixels at each level, open first."""

    left: int
    top: int
    levels: tuple[Picture, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Eye:
    """An eye in pixels of its patch: lids and brow from left to right, the unit, the axis down the face."""

    upper: Points
    lower: Points
    brow: Points
    unit: float
    down: Points


class Eyelids:
    """The lids of one portrait.

    Args:
        frame: the face, in pixels of the portrait.
        portrait: its enlarged moving part.
        corner: the portrait's pixel that stands at the enlarged part's top left.
        enlarged: by how much it is enlarged.
    """

    def __init__(self, frame: FaceFrame, portrait: Picture, corner: tuple[int, int], enlarged: int) -> None:
        pixels = (frame.to_picture(frame.points) - corner) * enlarged
        patches = (
            _patch(frame, portrait, pixels[list(upper)], pixels[list(lower)], pixels[list(brow)], enlarged)
            for upper, lower, brow in (
                (RIGHT_LID_UPPER, RIGHT_LID_LOWER, RIGHT_BROW),
                (LEFT_LID_UPPER, LEFT_LID_LOWER, LEFT_BROW),
            )
        )
        self._patches = tuple(patch for patch in patches if patch is not None)

    def close(self, portrait: Picture, lids: float) -> None:
        """Draw the lids into the enlarged portrait: 0 open, 1 closed."""
        level = round(min(max(lids, 0.0), 1.0) * LEVELS)
        for patch in self._patches:
            pixels = patch.levels[level]
            height, width = pixels.shape[:2]
            portrait[patch.top : patch.top + height, patch.left : patch.left + width] = pixels


def _patch(
    frame: FaceFrame, portrait: Picture, upper: Points, lower: Points, brow: Points, enlarged: int
) -> Patch | None:
    """The patch of one eye; None where it lies outside the picture."""
    middle = (upper.mean(axis=0) + lower.mean(axis=0)) / 2
    across = upper[-1] - upper[0]
    reach = 0.75 * float(np.sqrt((across * across).sum()))
    left, top = np.maximum((middle - reach).astype(int), 0)
    right, bottom = np.minimum((middle + reach).astype(int) + 1, (portrait.shape[1], portrait.shape[0]))
    if right - left < 8 or bottom - top < 8:  # noqa: PLR2004 - nothing of the eye is in the picture
        return None
    still = portrait[top:bottom, left:right].copy()
    matrix = curve_matrix(len(upper), _DENSE)
    corner = np.array([left, top])
    eye = _Eye(
        upper=smooth_curve(upper - corner, matrix),
        lower=smooth_curve(lower - corner, matrix),
        brow=brow - corner,
        unit=frame.unit * enlarged,
        down=frame.down,
    )
    skin, lash = _skin(eye, still), _lash_colour(eye, still)
    levels = [still] + [_closed(eye, still, skin, lash, step / LEVELS) for step in range(1, LEVELS + 1)]
    return Patch(left=int(left), top=int(top), levels=tuple(levels))


def _arch(count: int) -> NDArray[np.float64]:
    """0 in the corners of an eye, 1 in its middle, (count, 1)."""
    side = np.linspace(-1.0, 1.0, count)
    return (1.0 - side * side)[:, None]


def _sample(picture: Picture, points: Points) -> NDArray[np.float64]:
    """Colours at points (n, 2), kept within the picture, (n, 3)."""
    columns = np.clip(np.round(points[:, 0]).astype(int), 0, picture.shape[1] - 1)
    rows = np.clip(np.round(points[:, 1]).astype(int), 0, picture.shape[0] - 1)
    return picture[rows, columns].astype(np.float64)


def _skin(eye: _Eye, still: Picture) -> NDArray[np.float32]:
    """The closed lid: its colour runs from the skin above the eye to the skin below it."""
    smooth = cv2.GaussianBlur(still, (0, 0), max(0.8, 0.012 * eye.unit))
    to_brow = eye.brow.mean(axis=0) - eye.upper[_DENSE // 2]
    above = np.concatenate([_sample(smooth, eye.upper[4:-4] + to_brow * part) for part in (0.38, 0.48, 0.58)])
    below = np.concatenate(
        [_sample(smooth, eye.lower[4:-4] + eye.down * (part * eye.unit)) for part in (0.09, 0.12, 0.15)]
    )
    top, bottom = np.median(above, axis=0), np.median(below, axis=0)
    # Brows and shadows make the skin above too dark, light frames too bright: both sides vote.
    top = np.clip(top, 0.72 * bottom, 1.12 * bottom)
    height, width = still.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float64)
    middle = (eye.upper + eye.lower).mean(axis=0) / 2
    across = eye.upper[-1] - eye.upper[0]
    length = float(np.sqrt((across * across).sum()))
    along = across / length
    u = ((x - middle[0]) * along[0] + (y - middle[1]) * along[1]) / length
    v = ((x - middle[0]) * eye.down[0] + (y - middle[1]) * eye.down[1]) / length
    mix = np.clip(0.45 + 1.1 * v, 0.0, 1.0)[..., None]
    # The ball under the lid: lighter in its middle, darker towards the corners and the crease.
    ball = np.exp(-((u / 0.34) ** 2) - ((v + 0.02) / 0.20) ** 2)[..., None]
    lid = (top * (1.0 - mix) + bottom * mix) * (0.855 + 0.095 * ball) * np.array([0.965, 0.98, 1.0])
    return np.float32(lid + _grain(eye, still))


def _grain(eye: _Eye, still: Picture) -> NDArray[np.float64]:
    """Fine texture as strong as that of the skin under the eye, so that a lid is no smoother than its face."""
    height, width = still.shape[:2]
    fine = still.astype(np.float32) - cv2.GaussianBlur(still, (0, 0), 2.0)
    spots = eye.lower[4:-4] + eye.down * (0.13 * eye.unit)
    strength = float(np.median(np.abs(_sample_float(fine, spots).mean(axis=1))))
    noise = np.random.Generator(np.random.PCG64(7)).uniform(-1.0, 1.0, (height, width))
    return cv2.GaussianBlur(noise, (0, 0), 1.3)[..., None] * min(5.0 * strength, 9.0)


def _sample_float(picture: NDArray[np.float32], points: Points) -> NDArray[np.float64]:
    columns = np.clip(np.round(points[:, 0]).astype(int), 0, picture.shape[1] - 1)
    rows = np.clip(np.round(points[:, 1]).astype(int), 0, picture.shape[0] - 1)
    return picture[rows, columns].astype(np.float64)


def _lash_colour(eye: _Eye, still: Picture) -> NDArray[np.float32]:
    dark = np.percentile(_sample(still, eye.upper[5:-5]), 20, axis=0)
    return np.float32(np.minimum(dark, 110.0))


def _closed(
    eye: _Eye, still: Picture, skin: NDArray[np.float32], lash: NDArray[np.float32], lids: float
) -> Picture:
    """The eye with its lid lowered by `lids`, above 0 to 1."""
    height, width = still.shape[:2]
    arch = _arch(_DENSE)
    way = (eye.lower - eye.upper) * (0.94 * lids)
    edge = eye.upper + way * np.sqrt(np.sqrt(arch))
    crease = eye.upper - eye.down * (0.050 * eye.unit * min(1.0, 2.0 * lids)) * np.sqrt(arch)
    lid = soft(filled(np.concatenate([crease, edge[::-1]]), width, height), max(0.8, 0.016 * eye.unit))
    painted = still.astype(np.float32)
    painted += (skin - painted) * lid[..., None]
    painted += (lash - painted) * _lashes(eye, edge, lids, width, height)[..., None]
    return np.clip(painted, 0, 255).astype(np.uint8)


def _lashes(eye: _Eye, edge: Points, lids: float, width: int, height: int) -> NDArray[np.float32]:
    """The dark edge of the lid, thinner and fainter as it comes down and lies on the other."""
    thickness = max(1, round((0.024 - 0.008 * lids) * eye.unit))
    mask = line(edge[1:-1], thickness, width, height)
    return soft(mask, max(0.7, 0.010 * eye.unit)) * np.float32(0.85 - 0.2 * lids)
