"""Where an eye ends: landmarks lie beside the lids of wide, drawn or turned eyes, its white tells more."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.eyeshape import DENSE, EyeShape, Place, place
from pipeline.engines.face.warp.faceframe import Points
from pipeline.engines.face.warp.lattice import Box

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Values = NDArray[np.float32]

# How far below the landmarks of the lower lid, and beyond the corners (in halves of the eye's width), white
# is looked for; the skin is told by what lies below that.
_LOWER_REACH, _SIDE_REACH = 0.10, 1.30
_SKIN_FROM, _SKIN_TO = 0.10, 0.15
# And so far above the upper lid, and above a corner.
_ABOVE, _ABOVE_CORNER, _AT_CORNER = 0.03, 0.10, 0.85
# What is more than this part of the way from skin to white is white.
_NEARER = 0.5
# White and skin have to be this far apart, in levels, to be told from each other.
_LEAST_APART = 35.0
# No more than this part of the skin may look like white.
_MOST_WHITE_SKIN = 0.1
# What goes on from an eye's white is no part of it where more than this part of it lies beside the landmarks.
_MOST_BEYOND = 0.85
# So much of what lies between the landmarks has to be white, or iris.
_LEAST_SEEN = 0.25
# White may differ from its usual colour by so much of its distance from skin, where it is not skin's way.
_MOST_ASKEW = 0.6
# An iris is this far from skin, in squares of the white's distance.
_IRIS_APART = 0.4
# White is paler than skin by so much, at least, where that tells it; and in the shade still this light.
_LEAST_PALER, _IN_SHADE = 0.15, 0.5
# So far above its landmarks the lower lid may begin.
_LID = 0.02
# A corner takes along so much of the eye's edge.
_CORNER = 0.35
_SMOOTHED = 4
# Towards a corner the lid rises.
_ROUND = np.array([0.0, 0.4, 0.75, 0.95])
_ROUNDED = len(_ROUND)
# Within this of the white's end, in inter-ocular distances, so much of what it differs by is gone, mostly.
_EDGE, _STEEP, _MOSTLY = 0.012, 0.6, 0.6


def fitted(eye: EyeShape, box: Box, picture: Picture) -> tuple[EyeShape, Mask]:
    """The eye with its lower lid and its corners where its white ends, and that white; (height, width).

    As it is, and nothing, where that cannot be told.

    It only grows: landmarks that lie outside the eye do no harm.

    Args:
        eye: as landmarks tell it, in pixels of the picture.
        box: the part of the picture around it.
        picture: that part, BGR.
    """
    at = place(eye, box, step=1)
    white = _white_of(eye, at, picture)
    if white is None:
        return eye, np.zeros(at.depth.shape, np.bool_)
    corner = np.array([box.left, box.top], np.float64)
    lower = eye.lower + _run(eye, eye.lower - corner, white)[:, None] * eye.down
    lower = _hull(eye, lower)
    moved = _corners(eye, at, white)
    upper = eye.upper.copy()
    for end, away in zip((0, -1), moved, strict=True):
        step = away[0] * eye.along + away[1] * eye.down
        gone = np.abs(np.linspace(0.0, 1.0, DENSE) - (0.0 if end == 0 else 1.0)) / _CORNER
        share = np.clip(1 - gone, 0, 1)[:, None] ** 2
        upper, lower = upper + share * step, lower + share * step
    lower[[0, -1]] = upper[[0, -1]]
    return replace(eye, upper=upper, lower=lower), white


def _white_of(eye: EyeShape, at: Place, picture: Picture) -> Mask | None:
    """The white of an eye, as far as it goes on from between its lids; None where skin is much like it."""
    unit = np.float32(eye.unit)
    under = at.depth - at.gap
    inside = (at.depth > 0.1 * at.gap) & (under < -0.1 * at.gap)
    beside_iris = inside & (np.abs(at.across) > np.float32(1.1 * eye.iris))
    below = (under > _SKIN_FROM * unit) & (under < _SKIN_TO * unit) & (np.abs(at.side) < 1)
    if min(beside_iris.sum(), below.sum()) < 16:  # noqa: PLR2004 - too few pixels to tell a colour
        return None
    colours = picture.astype(np.float32)
    ball, skin = colours[beside_iris], np.median(colours[below], axis=0)
    light = ball.sum(axis=1)
    white = np.median(ball[light >= np.percentile(light, 50)], axis=0)
    axis = white - skin
    apart = float((axis * axis).sum())
    if apart < _LEAST_APART * _LEAST_APART:
        return None
    away = colours - skin
    like = (away[..., 0] * axis[0] + away[..., 1] * axis[1] + away[..., 2] * axis[2]) / np.float32(apart)
    pale = _as_pale(colours, white, skin)
    like = np.maximum(like, pale)
    if float((like[below] > _NEARER).mean()) > _MOST_WHITE_SKIN:
        return None
    # Beside a corner it is the corner that heights are told from.
    high = np.where(np.abs(at.side) > _AT_CORNER, _ABOVE_CORNER, _ABOVE).astype(np.float32) * unit
    near = (at.depth > -high) & (under < _LOWER_REACH * unit) & (np.abs(at.side) < _SIDE_REACH)
    askew = (away - like[..., None] * axis) ** 2
    straight = (pale > _NEARER) | (
        askew[..., 0] + askew[..., 1] + askew[..., 2] < np.float32(_MOST_ASKEW * _MOST_ASKEW * apart)
    )
    # An iris is as unlike skin, in whatever way.
    unlike = away[..., 0] * away[..., 0] + away[..., 1] * away[..., 1] + away[..., 2] * away[..., 2]
    round_ = at.across * at.across + at.under * at.under < np.float32(eye.iris * eye.iris)
    iris = round_ & (unlike > np.float32(_IRIS_APART * apart))
    found = (((like > _NEARER) & straight) | iris) & near
    _, labels = cv2.connectedComponents(found.astype(np.uint8), connectivity=4)
    whole, own = np.bincount(labels.ravel()), np.bincount(labels[inside], minlength=int(labels.max()) + 1)
    of_eye = own >= (1 - _MOST_BEYOND) * whole
    # What goes on to the end of what is looked at is skin.
    leaks = (under > np.float32(_LOWER_REACH - 0.01) * unit) | (
        np.abs(at.side) > np.float32(_SIDE_REACH - 0.03)
    )
    of_eye &= np.bincount(labels[leaks], minlength=len(whole)) == 0
    of_eye[0] = False
    kept: Mask = of_eye[labels]
    ends = kept & ~round_ & (under > -_LID * unit)
    enough = (kept & inside).sum() > _LEAST_SEEN * inside.sum()
    return kept if enough and _ends_sharply(ends, like, near, unit) else None


def _as_pale(colours: Values, white: Values, skin: Values) -> Values:
    """How much less colourful pixels are than skin, 1 as the white: in the shade it is dark, but pale."""
    strength = 1 - colours.min(axis=-1) / np.maximum(colours.max(axis=-1), 1)
    of_white, of_skin = (1 - float(colour.min()) / max(float(colour.max()), 1.0) for colour in (white, skin))
    if of_skin - of_white < _LEAST_PALER:
        return np.zeros_like(strength)
    light = colours.max(axis=-1) > np.float32(_IN_SHADE * float(white.max()))
    pale: Values = (np.float32(of_skin) - strength) / np.float32(of_skin - of_white) * light
    return np.minimum(pale, 1)


def _ends_sharply(white: Mask, like: Values, near: Mask, unit: np.float32) -> bool:
    """Whether white ends as a lid's edge does: within what was looked at, and not slowly as light on skin."""
    step = max(2, round(float(_EDGE * unit)))
    lowest = white[:-1] & ~white[1:]
    lowest[-step:] = lowest[:step] = False
    rows, columns = np.nonzero(lowest)
    if not len(rows):
        return False
    within = near[rows + step, columns]
    falls = like[rows - step + 1, columns] - like[rows + step, columns]
    return float((within & (falls > _STEEP)).mean()) > _MOSTLY


def _run(eye: EyeShape, lower: Points, white: Mask) -> NDArray[np.float64]:
    """How far white goes on below the landmarks of the lower lid, in pixels, smooth from corner to corner."""
    away = np.arange(-_LID * eye.unit, _LOWER_REACH * eye.unit)
    points = lower[:, None] + away[None, :, None] * eye.down
    columns, rows = (np.round(points[..., axis]).astype(int) for axis in (0, 1))
    height, width = white.shape
    seen = white[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
    seen &= (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    last = seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)
    run = np.where(seen.any(axis=1), np.maximum(away[last], 0.0), 0.0)
    # An iris may be as dark as the skin: there the lid goes on as beside it.
    aside = (lower[:, 0] - eye.pupil[0]) * eye.along[0] + (lower[:, 1] - eye.pupil[1]) * eye.along[1]
    beside = np.abs(aside) > 1.05 * eye.iris
    if beside.any():
        index = np.arange(DENSE)
        run = np.maximum(run, np.interp(index, index[beside], run[beside]))
    for most in (np.maximum, np.maximum, np.minimum, np.minimum):
        padded = np.concatenate([run[:1], run, run[-1:]])
        run = most(most(padded[:-2], padded[2:]), run)
    for _ in range(_SMOOTHED):
        padded = np.concatenate([run[:1], run, run[-1:]])
        run = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    run[:_ROUNDED], run[-_ROUNDED:] = run[:_ROUNDED] * _ROUND, run[-_ROUNDED:] * _ROUND[::-1]
    return run


def _hull(eye: EyeShape, lower: Points) -> Points:
    """A lower lid without hollows: an iris as dark as the skin, or a highlight, leaves some."""
    along, down = eye.along, eye.down
    u, v = (lower[:, 0] * axis[0] + lower[:, 1] * axis[1] for axis in (along, down))
    corners = [0]
    for index in range(1, DENSE):
        while len(corners) > 1:
            first, last = corners[-2], corners[-1]
            rises = (v[last] - v[first]) * (u[index] - u[first])
            if rises > (v[index] - v[first]) * (u[last] - u[first]):
                break
            corners.pop()
        corners.append(index)
    deeper = np.interp(u, u[corners], v[corners]) - v
    hull: Points = lower + np.maximum(deeper, 0.0)[:, None] * down
    return hull


def _corners(eye: EyeShape, at: Place, white: Mask) -> list[tuple[float, float]]:
    """How far beyond its left and its right corner white goes on: along the line of the eyes, and down."""
    gone = []
    for side in (-1.0, 1.0):
        beyond = at.side * np.float32(side) - 1
        ends = white & (beyond > 0)
        if not ends.any():
            gone.append((0.0, 0.0))
            continue
        farthest = float(beyond[ends].max())
        tip = ends & (beyond > 0.7 * farthest)
        gone.append((side * farthest * eye.width / 2, float(at.depth[tip].mean())))
    return gone
