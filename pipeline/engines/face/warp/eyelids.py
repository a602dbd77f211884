"""Blinks: lids of the sitter's own skin, drawn over the eyes of the portrait, made once in fine steps."""

from __future__ import annotations

from collections.abc import Sequence
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
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import part_of, recoloured
from pipeline.engines.face.warp.sheet import ENLARGED, enlarged
from pipeline.media.picture import Planes

Picture = NDArray[np.uint8]

#: Steps from open to closed.
LEVELS = 14

_DENSE = 25


@dataclass(frozen=True, kw_only=True, eq=False)
class Patch:
    """One eye's part of the enlarged portrait: its corner, and its planes at each level, open first."""

    left: int
    top: int
    levels: tuple[Planes, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Eye:
    """An eye in pixels: lids and brow from left to right, the face's unit, the axis down the face."""

    upper: Points
    lower: Points
    brow: Points
    unit: float
    down: Points


class Eyelids:
    """The lids of one portrait.

    Args:
        frame: the face, in pixels of the portrait.
        picture: the portrait, BGR.
        box: its moving part.
        source: that part's enlarged planes.
    """

    def __init__(self, frame: FaceFrame, picture: Picture, box: Box, source: Planes) -> None:
        pixels = (frame.to_picture(frame.points) - (box.left, box.top)) * ENLARGED
        portrait = enlarged(picture, box)
        patches = (
            _patch(
                portrait,
                source,
                _Eye(
                    upper=pixels[list(upper)],
                    lower=pixels[list(lower)],
                    brow=pixels[list(brow)],
                    unit=frame.unit * ENLARGED,
                    down=frame.down,
                ),
            )
            for upper, lower, brow in (
                (RIGHT_LID_UPPER, RIGHT_LID_LOWER, RIGHT_BROW),
                (LEFT_LID_UPPER, LEFT_LID_LOWER, LEFT_BROW),
            )
        )
        self._patches = tuple(patch for patch in patches if patch is not None)

    def close(self, source: Planes, lids: float) -> None:
        """Draw the lids into the enlarged portrait: 0 open, 1 closed."""
        level = round(min(max(lids, 0.0), 1.0) * LEVELS)
        for patch in self._patches:
            drawn = patch.levels[level]
            part = part_of(source, patch.left, patch.top, *drawn.luma.shape)
            for plane, pixels in zip(part, drawn, strict=True):
                plane[...] = pixels


def _patch(portrait: Picture, source: Planes, eye: _Eye) -> Patch | None:
    """The patch of an eye that is given in the portrait's pixels; None where it lies outside."""
    upper, lower = eye.upper, eye.lower
    middle = (upper.mean(axis=0) + lower.mean(axis=0)) / 2
    across = upper[-1] - upper[0]
    reach = 0.75 * float(np.sqrt((across * across).sum()))
    # Even, since chroma has half as many pixels.
    left, top = np.maximum((middle - reach).astype(int), 0) // 2 * 2
    right, bottom = (
        np.minimum((middle + reach).astype(int) + 1, (portrait.shape[1], portrait.shape[0])) // 2 * 2
    )
    if right - left < 8 or bottom - top < 8:  # noqa: PLR2004 - nothing of the eye is in the picture
        return None
    still = portrait[top:bottom, left:right].copy()
    matrix = curve_matrix(len(upper), _DENSE)
    corner = np.array([left, top])
    eye = _Eye(
        upper=smooth_curve(upper - corner, matrix),
        lower=smooth_curve(lower - corner, matrix),
        brow=eye.brow - corner,
        unit=eye.unit,
        down=eye.down,
    )
    skin = _skin(eye, still)
    lash = _lash_colour(eye, still, skin)
    opened = part_of(source, int(left), int(top), *still.shape[:2])
    closed = (_closed(eye, still, skin, lash, step / LEVELS) for step in range(1, LEVELS + 1))
    levels = [Planes(*(plane.copy() for plane in opened))] + [
        recoloured(opened, still, drawn) for drawn in closed
    ]
    return Patch(left=int(left), top=int(top), levels=tuple(levels))


def _arch(count: int) -> NDArray[np.float64]:
    """0 in the corners of an eye, 1 in its middle, (count, 1)."""
    side = np.linspace(-1.0, 1.0, count)
    return (1.0 - side * side)[:, None]


def _within(points: Points, width: int, height: int) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Columns and rows of the pixels nearest to points (n, 2), kept within a picture."""
    columns = np.clip(np.round(points[:, 0]).astype(int), 0, width - 1)
    rows = np.clip(np.round(points[:, 1]).astype(int), 0, height - 1)
    return columns, rows


def _sample(picture: Picture, points: Points) -> NDArray[np.float64]:
    """Colours at points (n, 2), kept within the picture, (n, 3)."""
    columns, rows = _within(points, picture.shape[1], picture.shape[0])
    return np.asarray(picture[rows, columns], dtype=np.float64)


def _skin(eye: _Eye, still: Picture) -> NDArray[np.float32]:
    """The closed lid: its colour runs from the skin above the eye to the skin below it."""
    smooth = np.asarray(cv2.GaussianBlur(still, (0, 0), max(0.8, 0.012 * eye.unit)), dtype=np.uint8)
    to_brow = eye.brow.mean(axis=0) - eye.upper[_DENSE // 2]
    above = _colours(smooth, [eye.upper + to_brow * part for part in (0.38, 0.48, 0.58)])
    below = _colours(smooth, [eye.lower + eye.down * (part * eye.unit) for part in (0.09, 0.12, 0.15)])
    # Brows and shadows make the skin beside an eye too dark, frames of glasses too light: the cheek decides.
    cheek = np.median(_sample(smooth, eye.lower[6:-6] + eye.down * (0.27 * eye.unit)), axis=0)
    above, below = (_as_light_as(cheek, side) for side in (above, below))
    u, v, across, top, bottom = _along_lid(eye, *still.shape[:2])
    t = np.clip(
        (v - np.interp(u, across, top)) / np.maximum(np.interp(u, across, bottom - top), 1.0), 0.0, 1.0
    )
    mix = (0.15 + 0.65 * t)[..., None]
    sides = [
        np.stack([np.interp(u, across, side[:, k]) for k in range(3)], axis=-1) for side in (above, below)
    ]
    half = (across[-1] - across[0]) / 2
    # The ball under the lid: lighter in its middle, darker towards the corners, the crease and the lashes.
    ball = np.exp(-((u / (0.72 * half)) ** 2) - ((t - 0.45) / 0.5) ** 2)[..., None]
    lid = (sides[0] * (1.0 - mix) + sides[1] * mix) * (0.93 + 0.06 * ball) * np.array([0.97, 0.98, 1.0])
    grained: NDArray[np.float32] = (lid + _grain(eye, still)).astype(np.float32)
    return grained


def _along_lid(
    eye: _Eye, height: int, width: int
) -> tuple[Points, Points, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Where pixels lie along (u) and down (v) an eye, and the u and both v of the points of its lids."""
    middle = (eye.upper + eye.lower).mean(axis=0) / 2
    along = np.array([eye.down[1], -eye.down[0]])
    y, x = np.mgrid[:height, :width].astype(np.float64)
    u = (x - middle[0]) * along[0] + (y - middle[1]) * along[1]
    v = (x - middle[0]) * eye.down[0] + (y - middle[1]) * eye.down[1]
    upper, lower = eye.upper - middle, eye.lower - middle
    across = (upper[:, 0] + lower[:, 0]) / 2 * along[0] + (upper[:, 1] + lower[:, 1]) / 2 * along[1]
    tops = upper[:, 0] * eye.down[0] + upper[:, 1] * eye.down[1]
    bottoms = lower[:, 0] * eye.down[0] + lower[:, 1] * eye.down[1]
    return u, v, np.maximum.accumulate(across), tops, bottoms


def _colours(smooth: Picture, lines: Sequence[Points]) -> NDArray[np.float64]:
    """One colour for each point along a lid, (25, 3): mostly of the skin beside it, partly of all."""
    local = np.median(np.stack([_sample(smooth, points) for points in lines]), axis=0)
    steady = np.stack([np.median(local[max(k - 4, 0) : k + 5], axis=0) for k in range(len(local))])
    return 0.65 * steady + 0.35 * np.median(local, axis=0)


def _as_light_as(cheek: NDArray[np.float64], colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colours mixed with a cheek's as far as they are much darker or lighter than it."""
    light, usual = colours.mean(axis=1, keepdims=True), max(float(cheek.mean()), 1.0)
    shaded = 0.88 * cheek
    wanted = np.clip(light, 0.74 * usual, 1.05 * usual)
    part = np.where(wanted == light, 0.0, (wanted - light) / (0.88 * usual - light + 1e-9))
    mixed: NDArray[np.float64] = colours + (shaded - colours) * np.clip(part, 0.0, 1.0)
    return mixed


def _grain(eye: _Eye, still: Picture) -> NDArray[np.float64]:
    """Fine texture as strong as that of the skin under the eye: a lid is no smoother than its face."""
    height, width = still.shape[:2]
    fine = np.abs(still.astype(np.float64) - cv2.GaussianBlur(still, (0, 0), 2.0)).mean(axis=2)
    spots = eye.lower[4:-4] + eye.down * (0.13 * eye.unit)
    columns, rows = _within(spots, width, height)
    strength = min(5.0 * float(np.median(fine[rows, columns])), 9.0)
    noise = np.random.Generator(np.random.PCG64(7)).uniform(-strength, strength, (height, width))
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.3), dtype=np.float64)[..., None]


def _lash_colour(eye: _Eye, still: Picture, skin: NDArray[np.float32]) -> NDArray[np.float32]:
    """As dark as the upper lid's own lashes, and never so light that the closed eye has no line."""
    dark = np.percentile(_sample(still, eye.upper[5:-5]), 20, axis=0)
    around = np.median(skin.reshape(-1, 3), axis=0)
    return np.asarray(np.minimum(dark, 0.42 * around), dtype=np.float32)


def _closed(
    eye: _Eye, still: Picture, skin: NDArray[np.float32], lash: NDArray[np.float32], lids: float
) -> Picture:
    """The eye with its lid lowered by `lids`, above 0 to 1."""
    height, width = still.shape[:2]
    arch = _arch(_DENSE)
    round_arch = np.sqrt(np.sqrt(arch))
    way = (eye.lower - eye.upper + eye.down * (0.012 * eye.unit)) * lids
    edge = eye.upper + way * round_arch
    # The lashes' old place is covered too, as soon as they have left it.
    crease = eye.upper - eye.down * (0.080 * eye.unit * min(1.0, 2.5 * lids)) * np.sqrt(arch)
    outline = np.concatenate([crease, edge[::-1]])
    lid = soft(filled(outline, width, height), max(0.8, 0.024 * eye.unit))
    eyeball = filled(np.concatenate([eye.upper, edge[::-1]]), width, height)
    lid = np.maximum(lid, soft(eyeball, max(0.8, 0.008 * eye.unit)))
    painted = still.astype(np.float32)
    painted += (skin - painted) * lid[..., None]
    painted += (lash - painted) * _lashes(eye, edge, lids, width, height)[..., None]
    return np.clip(painted, 0, 255).astype(np.uint8)


def _lashes(eye: _Eye, edge: Points, lids: float, width: int, height: int) -> NDArray[np.float32]:
    """The dark edge of the lid, thinner as it comes down and lies on the other."""
    thickness = max(1, round((0.026 - 0.006 * lids) * eye.unit))
    mask = line(edge[1:-1], thickness, width, height)
    return soft(mask, max(0.7, 0.010 * eye.unit)) * np.float32(0.85)
