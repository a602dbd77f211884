"""What a closed lid looks like: the skin around the eye, drawn on over it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.eyeshape import EyeShape, Place

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

# Luma of BGR, as ITU-R BT.601 weighs it.
_LUMA = np.array([0.114, 0.587, 0.299], np.float32)

# Lashes and the lid's own rim lie within this of its edge; the skin beyond is what a lid is made of.
_RIM_ABOVE, _RIM_BELOW = 0.050, 0.030
# The skin between the lashes and the crease is a lid's own, and may be lighter than what is around.
_OWN = 0.012
_MOST_LIGHTENED = 1.3
_SKIN_REACH = 0.15
# The least part of the skin around an eye that has to look like skin.
_LEAST_SKIN = 0.15
# The least spread of grey levels in an open eye; where there is less, it is hidden.
_LEAST_SPREAD = 14.0


def around(eye: EyeShape, at: Place) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Pixels of the skin above and below an eye, without lashes, without the brow."""
    unit = eye.unit
    beside = np.abs(at.side) < 1.35  # noqa: PLR2004 - a little wider than the eye
    away = eye.upper.mean(axis=0) - eye.brow.mean(axis=0)
    to_brow = float(away[0] * eye.down[0] + away[1] * eye.down[1]) / unit
    high = max(min(_SKIN_REACH, to_brow - 0.07), 0.08) * unit
    above = beside & (at.depth < -_RIM_ABOVE * unit) & (at.depth > -high)
    under = at.depth - at.gap
    below = beside & (under > _RIM_BELOW * unit) & (under < _SKIN_REACH * unit)
    return above, below


def likeness(picture: Picture, parts: tuple[NDArray[np.bool_], ...]) -> Values:
    """How much each pixel of some parts looks like the skin that most of its part is, 0 to 1; 0 elsewhere.

    Brows, hair, frames of glasses and highlights are no skin.
    """
    found = np.zeros(picture.shape[:2], np.float32)
    # What is as light as skin and less red is grey hair.
    for values in (luma_of(picture), picture[..., 2].astype(np.float32)):
        for part in parts:
            if part.any():
                usual = np.float32(np.median(values[part]))
                away = (values[part] - usual) / (np.float32(0.22) * usual + np.float32(8.0))
                found[part] = np.maximum(found[part], away * away)
    seen = np.logical_or.reduce(parts)
    return np.where(seen, 1 / (1 + found * found), 0).astype(np.float32)


def lid_skin(eye: EyeShape, picture: Picture, at: Place) -> Values | None:
    """The skin of a closed lid over a part of a picture, BGR.

    None where there is no eye to be seen: hair, dark glasses or a hand is before it, or it is closed.

    Args:
        eye: the eye.
        picture: that part, BGR.
        at: where its pixels lie.
    """
    parts = around(eye, at)
    skin = likeness(picture, parts)
    inside = (at.depth > 0) & (at.depth < at.gap)
    if not inside.any() or any(part.any() and skin[part].mean() < _LEAST_SKIN for part in parts):
        return None
    low, high = np.percentile(luma_of(picture)[inside], (5, 95))
    if skin.sum() < 1 or high - low < _LEAST_SPREAD:
        return None
    drawn = spread(picture.astype(np.float32), skin)
    drawn *= _own_light(eye, picture, drawn, at, parts[1])
    drawn = drawn * _shade(eye, at)[..., None] + _grain(picture, parts[1])
    return np.clip(drawn, 0, 255).astype(np.float32)


def _own_light(
    eye: EyeShape, picture: Picture, drawn: Values, at: Place, below: NDArray[np.bool_]
) -> np.float32:
    """By how much a lid is lighter, right above its lashes, than what was drawn; never more than below it."""
    up = -at.depth / np.float32(eye.unit)
    own = (up > _OWN) & (up < _RIM_ABOVE) & (np.abs(at.side) < 0.8)  # noqa: PLR2004 - not in the corners
    if not own.any() or not below.any():
        return np.float32(1)
    luma, usual = luma_of(picture), max(float(np.median(luma_of(drawn)[own])), 1.0)
    wanted = min(float(np.percentile(luma[own], 60)), 0.92 * float(np.median(luma[below])))
    return np.float32(min(max(wanted / usual, 1.0), _MOST_LIGHTENED))


def spread(picture: Values, weight: Values) -> Values:
    """A smooth picture that agrees with another one where `weight` is near 1, drawn on from there elsewhere.

    Pull and push through halved pictures (Gortler and others, "The Lumigraph", 1996, 3.4), in elementwise
    arithmetic alone.
    """
    weights, sums = [weight], [picture * weight[..., None]]
    while max(weights[-1].shape) > 2:  # noqa: PLR2004 - a few pixels hold everything
        weights.append(np.minimum(_half_sized(weights[-1]) * 2, np.float32(1)))
        pulled = _half_sized(sums[-1])
        with_weight = _half_sized(weights[-2])
        sums.append(pulled * (weights[-1] / np.maximum(with_weight, np.float32(1e-6)))[..., None])
    filled = (sums[-1] / np.maximum(weights[-1], 1e-6)[..., None]).astype(np.float32)
    for finer, total in zip(weights[-2::-1], sums[-2::-1], strict=True):
        coarse = _doubled(filled, total.shape[:2])
        filled = total + coarse * (1 - finer)[..., None]
    return filled


def luma_of(picture: Picture | Values) -> Values:
    """Luma of BGR."""
    values = picture.astype(np.float32)
    luma: Values = values[..., 0] * _LUMA[0] + values[..., 1] * _LUMA[1] + values[..., 2] * _LUMA[2]
    return luma


def _half_sized(values: Values) -> Values:
    """Means of two by two pixels; an odd last row or column is taken twice."""
    odd = [(0, size % 2) for size in values.shape[:2]] + [(0, 0)] * (values.ndim - 2)
    even = np.pad(values, odd, mode="edge")
    rows = even[0::2] + even[1::2]
    return (rows[:, 0::2] + rows[:, 1::2]) * np.float32(0.25)


def _doubled(values: Values, shape: tuple[int, ...]) -> Values:
    """Twice as large, linear between pixels."""
    for axis in (0, 1):
        before, after = (np.roll(values, by, axis) for by in (1, -1))
        edge = [slice(None)] * values.ndim
        edge[axis] = slice(0, 1)
        before[tuple(edge)] = values[tuple(edge)]
        edge[axis] = slice(-1, None)
        after[tuple(edge)] = values[tuple(edge)]
        three, one = np.float32(0.75), np.float32(0.25)
        pair = np.stack([values * three + before * one, values * three + after * one], axis=axis + 1)
        size = list(values.shape)
        size[axis] *= 2
        values = pair.reshape(size)
    return values[: shape[0], : shape[1]]


def _shade(eye: EyeShape, at: Place) -> Values:
    """Light on the ball under a lid: a little more in the middle, less towards its edge and its corners."""
    t = at.depth / np.maximum(at.gap, np.float32(0.02 * eye.unit))
    inside = np.clip(1 - np.abs(2 * t - 1), 0, 1)
    ball = inside * np.clip(1 - at.side * at.side, 0, 1)
    edge = np.clip((t - np.float32(0.45)) / np.float32(0.5), 0, 1) * np.clip((np.float32(1.4) - t) * 2, 0, 1)
    shade: Values = 1 + np.float32(0.05) * ball - np.float32(0.09) * edge
    return shade


def _grain(picture: Picture, part: NDArray[np.bool_]) -> Values:
    """Fine texture as strong as that of the skin under the eye: a lid is no smoother than its face."""
    fine = np.abs(picture.astype(np.float32) - cv2.GaussianBlur(picture, (0, 0), 2.0)).mean(axis=2)
    strength = min(5.0 * float(np.median(fine[part])), 9.0) if part.any() else 0.0
    noise = np.random.Generator(np.random.PCG64(7)).uniform(-strength, strength, fine.shape)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.3), np.float32)[..., None]
