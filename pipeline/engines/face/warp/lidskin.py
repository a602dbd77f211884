"""What a closed lid looks like: the skin around the eye, drawn on over it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import disc
from pipeline.engines.face.warp.ease import ease
from pipeline.engines.face.warp.eyeshape import EyeShape, Place
from pipeline.engines.face.warp.luma import luma_of

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

# The lower lid's rim lies within this of its edge; the skin beyond is what a lid is made of.
_RIM_BELOW = 0.030
# Beside an eye skin begins there, in halves of its width.
_BESIDE = 1.15
# The first parts, above and below, tell skin themselves.
_OWN_SKIN = 2
_SKIN_REACH = 0.15
# Skin begins this far above the lashes, and its edges are not sure of being skin.
_LASH_MARGIN, _SOFT_EDGE = 0.010, 0.008
# A lid is as smooth as this, but for its grain; and then as even as this.
_SMOOTH, _EVEN = 0.02, 0.04
# A lid bulges into the light: so much of its colour is that of the cheek below, the rest the nearest skin's.
_LIT = 0.75
# The cheek is there, and those parts in a hundred of it, from dark to light, are skin in the light.
_CHEEK_FROM, _CHEEK_TO, _CHEEK_LONG = 0.06, 0.18, 1.0
_CHEEK_LIGHT, _LIKE_SKIN = (60, 90), 0.1
# How much lighter a lid is where it is round, and darker towards its edge.
_BALL, _TO_EDGE = 0.03, 0.07
# A lid's skin goes on over lashes as high as this, and a little further, and then fades.
_HIGH, _COVERED, _FADES = 0.05, 0.01, 0.06
# Below its rim it fades, and its length is so much more than the eye's, squared.
_RIM, _FADES_BELOW, _LONG = 0.02, 0.03, 1.2
# Lashes and folds are thinner than this.
_THIN = 0.14
# Grain is finer than this, and as light and as dark as those parts in a hundred of it, or so many times
# as usual.
_FINE, _GRAIN_LIGHT_DARK, _MOST_USUAL = 0.025, (85, 94), np.float32(3)
# Folds are so long and wide, in halves.
_FOLD, _FOLD_WIDE, _GRAIN_STEPS = 0.03, 0.004, 2048
# Skin that looks this part like skin counts wholly there: cracks are darker.
_SKIN_WEIGHT = 3.0
# The least part of the skin around an eye that has to look like skin.
_LEAST_SKIN = 0.15
# The least spread of grey levels in an open eye; where there is less, it is hidden.
_LEAST_SPREAD = 14.0


def around(eye: EyeShape, at: Place, lashes: Values) -> tuple[NDArray[np.bool_], ...]:
    """Pixels of the skin above, below and beside an eye on both sides, without lashes, without the brow."""
    unit = eye.unit
    beside = np.abs(at.side) < 1.35  # noqa: PLR2004 - a little wider than the eye
    away = eye.upper.mean(axis=0) - eye.brow.mean(axis=0)
    to_brow = float(away[0] * eye.down[0] + away[1] * eye.down[1]) / unit
    high = max(min(_SKIN_REACH, to_brow - 0.07), 0.08) * unit
    bare = lashes + np.float32(_LASH_MARGIN) * np.float32(unit)
    reach = np.maximum(bare + np.float32(0.03 * unit), high)
    above = beside & (at.depth < -bare) & (at.depth > -reach)
    under = at.depth - at.gap
    below = beside & (under > _RIM_BELOW * unit) & (under < _SKIN_REACH * unit)
    level = np.abs(at.depth) < np.float32(0.05 * unit)
    inner, outer = (level & (way > _BESIDE) & (way < _BESIDE + 0.25) for way in (-at.side, at.side))
    return above, below, inner, outer


def likeness(picture: Picture, parts: tuple[NDArray[np.bool_], ...]) -> Values:
    """How much each pixel of some parts looks like the skin that most of its part is, 0 to 1; 0 elsewhere.

    Brows, hair, frames of glasses and highlights are no skin.
    """
    found = np.zeros(picture.shape[:2], np.float32)
    # What is as light as skin and less red is grey hair.
    both = parts[0] | parts[1]
    for values in (luma_of(picture), picture[..., 2].astype(np.float32)):
        for number, part in enumerate(parts):
            if part.any() and both.any():
                # Beside an eye there may be none.
                told = part if number < _OWN_SKIN else both
                usual = np.float32(np.median(values[told]))
                away = np.abs(values[part] - usual)
                # Even skin tells what is strange more finely than skin full of lines.
                spread_ = np.float32(2.5 * float(np.median(np.abs(values[told] - usual))))
                most = np.float32(0.22) * usual + np.float32(8.0)
                away /= np.clip(spread_, most / 3, most)
                found[part] = np.maximum(found[part], away * away)
    seen = np.logical_or.reduce(parts)
    return np.where(seen, 1 / (1 + found * found), 0).astype(np.float32)


def lid_skin(eye: EyeShape, picture: Picture, at: Place, lashes: Values) -> Values | None:
    """The skin of a closed lid over a part of a picture, BGR.

    The skin above and below is drawn on over the eye, and over all that lies around.
    None where there is no eye to be seen: hair, dark glasses or a hand is before it, or it is closed.

    Args:
        eye: the eye.
        picture: that part, BGR.
        at: where its pixels lie.
        lashes: how far above the upper lid's edge its lashes reach, in pixels, for every pixel of the part.
    """
    parts = around(eye, at, lashes)
    skin = likeness(picture, parts)
    inside = (at.depth > 0) & (at.depth < at.gap)
    if not inside.any() or any(part.any() and skin[part].mean() < _LEAST_SKIN for part in parts[:2]):
        return None
    low, high = np.percentile(luma_of(picture)[inside], (5, 95))
    if skin.sum() < 1 or high - low < _LEAST_SPREAD:
        return None
    colours = picture.astype(np.float32)
    margin = max(1, round(_SOFT_EDGE * eye.unit))
    sure = np.asarray(cv2.erode(skin, np.ones((3, 3), np.uint8), iterations=margin), np.float32)
    # Two blurs: what was drawn on from few pixels has streaks.
    drawn = _blurred(_smooth(eye, spread(colours, sure)), _EVEN * eye.unit)
    below = _cheek(eye, picture, at)
    grain = _grain(eye, colours, below, at)
    lit, brow = _lit(picture, below), _lit(picture, skin * parts[0])
    if lit is not None:
        # A brow bone in the shade tells nothing of the light on a lid.
        if brow is not None and float(luma_of(brow)) > float(luma_of(lit)):
            lit = (lit + brow) * np.float32(0.5)
        drawn += (lit - drawn) * _bulge(at)[..., None]
    drawn *= (_shade(at) * (1 + grain))[..., None]
    closed: Values = np.clip(drawn, 0, 255)
    return closed


def laid(eye: EyeShape, skin: Values, bare: Values, own: Values, white: Values) -> Values:
    """A lid's skin that fades, around its place and an eye's white, into the picture without lashes, BGR."""
    bare = _smooth(eye, bare)
    # As far as the smooth picture is lighter for the white.
    size = max(1, round(1.5 * _SMOOTH * eye.unit))
    wider = cv2.dilate(np.round(white * 255).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=size)
    covered = np.minimum(_blurred(np.asarray(wider, np.float32), _SMOOTH * eye.unit) / np.float32(127), 1)
    shown: Values = bare + (skin - bare) * np.maximum(own, covered)[..., None]
    return shown


def without_thin(eye: EyeShape, picture: Picture) -> Values:
    """A picture without what is dark and thin, as lashes and folds are; shade is wide and stays."""
    round_ = disc(round(_THIN * eye.unit / 2))
    return np.asarray(cv2.morphologyEx(picture, cv2.MORPH_CLOSE, round_), np.float32)


def almond(eye: EyeShape, at: Place, lashes: Values) -> Values:
    """Where the skin of a closed lid lies, 1, and where none of it does, 0; soft all around."""
    unit = np.float32(eye.unit)
    round_ = np.sqrt(np.clip((np.float32(_LONG) - at.side * at.side) / np.float32(_LONG), 0, 1))
    covered = (np.minimum(lashes, np.float32(_HIGH) * unit) + np.float32(_COVERED) * unit) * round_
    fades = np.float32(_FADES) * unit * round_ + np.float32(1)
    above = 1 - ease((-at.depth - covered) / fades)
    under = at.depth - at.gap
    below = 1 - ease((under - np.float32(_RIM) * unit) / (np.float32(_FADES_BELOW) * unit))
    beside = 1 - ease((np.abs(at.side) - np.float32(0.85)) / np.float32(0.35))
    soft: Values = above * below * beside
    return soft


def _moved(eye: EyeShape, picture: Values, down: Values) -> Values:
    """A picture read at so many pixels further down the face."""
    rows, columns = np.indices(down.shape, np.float32)
    x, y = (np.float32(part) for part in eye.down)
    border = cv2.BORDER_REFLECT_101
    found = cv2.remap(picture, columns + down * x, rows + down * y, cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(found, np.float32)


def _smooth(eye: EyeShape, picture: Values) -> Values:
    """A picture without its fine detail."""
    return _blurred(picture, _SMOOTH * eye.unit)


def _blurred(values: Values, sigma: float) -> Values:
    """Levels blurred as whole numbers, the same on every machine; three boxes are like a bell."""
    whole = np.clip(np.round(values), 0, 255).astype(np.uint8)
    side = 2 * max(1, round(sigma)) + 1
    for _ in range(3):
        whole = np.asarray(cv2.blur(whole, (side, side)), np.uint8)
    return whole.astype(np.float32)


def _cheek(eye: EyeShape, picture: Picture, at: Place) -> Values:
    """How much each pixel is skin of the cheek under an eye, 0 to 1; no socket shades it."""
    under = (at.depth - at.gap) / np.float32(eye.unit)
    below = (under > _CHEEK_FROM) & (under < _CHEEK_TO) & (np.abs(at.side) < _CHEEK_LONG)
    return likeness(picture, (below, below))


def _lit(picture: Picture, part: Values) -> Values | None:
    """The colour of a part's skin in the light, BGR; None where there is none.

    Its lighter half is no crease, and its lightest part glistens.
    """
    skin = picture[part > _LIKE_SKIN]
    if not len(skin):
        return None
    light = luma_of(skin)
    least, most = np.percentile(light, _CHEEK_LIGHT)
    return np.asarray(np.median(skin[(light >= least) & (light <= most)], axis=0), np.float32)


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


def _bulge(at: Place) -> Values:
    """How much of a lid's colour is the cheek's: most where it is round, none at the socket around it."""
    high = np.float32(max(float(at.gap.max()), 1.0))
    down = ease((at.depth / high + np.float32(0.35)) / np.float32(0.9))
    beside = ease((np.float32(1.1) - np.abs(at.side)) / np.float32(0.7))
    bulge: Values = np.float32(_LIT) * down * beside
    return bulge


def _shade(at: Place) -> Values:
    """Light on the ball under a lid: a little more in the middle, less towards its edge and its corners."""
    t = at.depth / np.maximum(at.gap, np.float32(1))
    round_ = np.clip(1 - at.side * at.side, 0, 1)
    ball = np.clip(1 - np.abs(np.float32(2.2) * t - 1), 0, 1) * round_
    edge = ease((t - np.float32(0.3)) / np.float32(0.7)) * np.clip(round_ * 3, 0, 1)
    shade: Values = 1 + np.float32(_BALL) * ease(ball) - np.float32(_TO_EDGE) * edge
    return shade


def _grain(eye: EyeShape, picture: Values, skin: Values, at: Place) -> Values:
    """The fine texture of the cheek, mirrored up over the lid, as a part of its light.

    A lid is no smoother than its face; lines and spots are no part of it.
    """
    luma = luma_of(picture)
    # Weighted, so that nothing beside the skin leaves an edge in it.
    weight = np.minimum(skin * np.float32(_SKIN_WEIGHT), 1)
    known = _blurred(weight * 255, _FINE * eye.unit) / np.float32(255)
    smooth = _blurred(luma * weight, _FINE * eye.unit) / np.maximum(known, np.float32(0.01))
    fine = (luma - smooth) / (smooth + 10) * ease(known * np.float32(1.5) - np.float32(0.5))
    own = skin > _LIKE_SKIN
    if not own.any():
        return np.zeros_like(luma)
    # Cracks and pores are dark; what glistens is as wide as it lies, and does not lie on a lid.
    usual, lightest, darkest = np.percentile(np.abs(fine[own]), (50, *_GRAIN_LIGHT_DARK)).astype(np.float32)
    # Where skin is smooth but for a few lines, they are no texture of it.
    fine = np.clip(fine, -min(darkest, _MOST_USUAL * usual), min(lightest, _MOST_USUAL * usual)) * weight
    # Folds go along the lid, cracks and pores any way.
    long = 2 * max(1, round(_FOLD * eye.unit)) + 1
    wide = 2 * max(1, round(_FOLD_WIDE * eye.unit)) + 1
    fold = cv2.blur(np.round(fine * _GRAIN_STEPS).astype(np.int16), (long, wide))
    fine -= np.asarray(fold, np.float32) / np.float32(_GRAIN_STEPS)
    unit = np.float32(eye.unit)
    reach = np.float32(_CHEEK_TO - _CHEEK_FROM) * unit
    above = np.abs(at.gap - at.depth)
    mirrored = np.float32(_CHEEK_FROM) * unit + reach - np.abs(np.mod(above, 2 * reach) - reach)
    return _moved(eye, fine.astype(np.float32), at.gap + mirrored - at.depth)
