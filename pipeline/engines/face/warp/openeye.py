"""What a picture shows of an open eye: its lashes, its white, and what is before it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import soft
from pipeline.engines.face.warp.ease import ease
from pipeline.engines.face.warp.eyeshape import EyeShape, Place
from pipeline.engines.face.warp.layers import halved
from pipeline.engines.face.warp.luma import luma_of

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

#: Lids end there, in halves of the eye's width; beyond, only white and lashes are covered.
ENDS = 0.97

# Lashes' old place is within an ellipse, in halves of the eye's width and inter-ocular distances, and fades.
_LASHES_LONG, _LASHES_HIGH, _LASHES_FADE = 1.12, 0.075, 0.35
# Whatever is as dark as this part of the skin there counts as lashes wholly, or not at all.
_LASHES_DARK, _LASHES_LIGHT = 0.78, 0.95
# What is darker than this part of the skin and goes on beyond the eye is the rim of glasses or hair.
_RIM_DARK, _LEAST_RIM = 0.55, 0.02
# In this part of the eye, from its middle, there are only iris and lashes; a rim may cross what is beyond.
_NO_RIM = 0.75
_CORNER, _BESIDE_CORNER, _RIM_BLACK = 0.04, 1.15, 0.38
_EDGE = 0.02
# A rim that hides more than this part of an eye is not blinked behind: a stare is better than a lid of paint.
_MOST_CROSSED = 0.015
# Beyond this, in halves of the eye's width, there is the nose.
_TO_NOSE = 1.45
# As much redder than skin as this is the inner corner of an eye, and as light.
_PINK, _PALE_PINK = 1.2, 0.55


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenEye:
    """What a picture shows around an eye, all (height, width) float32.

    Attributes:
        reach: how far the lashes reach above the lid's edge, in pixels.
        thick: how thick they are, were they black, likewise.
        lashes: how much they cover.
        white: how much of the eye's white there is.
        free: 1 where lids may be drawn, 0 on what is before the eye.
    """

    reach: Values
    thick: Values
    lashes: Values
    white: Values
    free: Values

    def halved(self) -> OpenEye:
        """The same for planes of half the width and height."""
        return OpenEye(
            reach=halved(self.reach),
            thick=halved(self.thick),
            lashes=halved(self.lashes),
            white=halved(self.white),
            free=halved(self.free),
        )


def open_eye(
    eye: EyeShape,
    picture: Picture,
    at: Place,
    *,
    skin: Values,
    bare: Values,
    reach: Values,
    thick: Values,
    ball: NDArray[np.bool_],
) -> OpenEye | None:
    """What a picture shows of an open eye; None where something before it crosses it.

    Args:
        eye: the eye, in pixels of the picture.
        picture: the part around it, BGR.
        at: where each pixel of that lies between the lids.
        skin: its skin, as it would be without the eye, BGR.
        bare: the part without what is thin.
        reach: as in `OpenEye`.
        thick: as in `OpenEye`.
        ball: what of it is known to be the eye's white, or its iris.
    """
    # Beside an eye there may be no skin: what is there tells itself.
    beside = ease((np.abs(at.side) - np.float32(0.95)) / np.float32(0.2))[..., None]
    known = skin + (bare - skin) * beside
    light = (luma_of(picture) / np.maximum(luma_of(known), 1)).astype(np.float32)
    red = (picture[..., 2] / np.maximum(known[..., 2], 1)).astype(np.float32)
    free = _free(eye, light, at)
    if _crossed(free, at):
        return None
    # Lashes are thin, the shade of a brow is not.
    alone = np.asarray(luma_of(picture) / np.maximum(luma_of(bare), 1), np.float32)
    return OpenEye(
        reach=reach,
        thick=thick,
        lashes=_lashes(eye, np.maximum(light, alone), np.maximum(red, alone), at) * free,
        white=np.maximum(_white_below(eye, light, at), _grown(eye, ball.astype(np.float32))) * free,
        free=free,
    )


def _free(eye: EyeShape, light: Values, at: Place) -> Values:
    """1 where lids may be drawn, 0 on what is before the eye: the rim of glasses, or hair."""
    # Iris and lashes are dark as well.
    beyond_iris = (np.abs(at.side) > _NO_RIM) | (at.depth < -_EDGE * eye.unit)
    dark = (light < _RIM_DARK) & beyond_iris
    count, labels = cv2.connectedComponents(dark.astype(np.uint8), connectivity=8)
    areas = np.bincount(labels.ravel(), minlength=count)
    beyond = np.zeros(count, np.bool_)
    beyond[np.concatenate([labels[:, 0], labels[:, -1]])] = True
    # The first one is all that is not dark; a wrinkle is thinner than a rim.
    beyond &= (areas > _LEAST_RIM * eye.unit * eye.unit) & (np.arange(count) > 0)
    # What grows out of the eye's corner is its fold and lashes, unless it is as black as a rim.
    under = at.depth - at.gap
    corner = (
        (at.depth > -_CORNER * eye.unit) & (under < _CORNER * eye.unit) & (np.abs(at.side) < _BESIDE_CORNER)
    )
    for number in np.flatnonzero(beyond):
        own = labels == number
        beyond[number] = not (own & corner).any() or np.median(light[own & ~corner]) < _RIM_BLACK
    before = beyond[labels]
    wider = cv2.dilate(before.astype(np.uint8) * np.uint8(255), np.ones((3, 3), np.uint8))
    return 1 - soft(np.asarray(wider, np.uint8), max(0.8, 0.004 * eye.unit))


def _crossed(free: Values, at: Place) -> bool:
    """Whether a rim goes through the eye itself: its landmarks are off then, and its lids half hidden."""
    eye = (at.depth > 0) & (at.depth < at.gap)
    return float((free[eye] < 0.5).mean()) > _MOST_CROSSED  # noqa: PLR2004 - rather covered than free


def _lashes(eye: EyeShape, light: Values, red: Values, at: Place) -> Values:
    """How much the lashes of the open eye cover: what is darker than skin above its upper lid.

    Grey lashes are less red than skin. Drawn eyes have white there as well.
    """
    unit = np.float32(eye.unit)
    dark = np.clip(
        (np.float32(_LASHES_LIGHT) - np.minimum(light, red)) / np.float32(_LASHES_LIGHT - _LASHES_DARK), 0, 1
    )
    # The eye's inner corner is red, and no lash; red lashes are darker.
    outwards = at.side * eye.outer
    pink = (red > np.float32(_PINK) * light) & (light > np.float32(_PALE_PINK))
    dark *= ~(pink & (outwards < -np.float32(0.8)))
    # What goes on towards the nose is its shade.
    beyond = ease((-outwards - np.float32(ENDS)) / np.float32(0.15))
    _, labels = cv2.connectedComponents((dark > 0.3).astype(np.uint8), connectivity=8)  # noqa: PLR2004 - dark
    shade = np.isin(labels, np.unique(labels[(outwards < -_TO_NOSE) & (labels > 0)]))
    dark *= 1 - beyond * shade
    up = -at.depth / unit
    # Round as an eye is, so that nothing beside it ends in a straight line.
    along, high = at.side / np.float32(_LASHES_LONG), np.maximum(up, 0) / np.float32(_LASHES_HIGH)
    band = 1 - ease((np.sqrt(along * along + high * high) - 1) / np.float32(_LASHES_FADE))
    near = 1 - ease((up - np.float32(0.03)) / np.float32(0.03))
    # Beside the eye they hang below its corner.
    hang = 1 - ease((-up - np.float32(_EDGE)) / np.float32(0.05))
    low = np.where(np.abs(at.side) > 1, hang, up > -_EDGE).astype(np.float32)
    covered = np.maximum(dark, _white(light) * near) * band * low
    # Folds and brows do not begin at the lid's edge.
    _, labels = cv2.connectedComponents((covered > 0.3).astype(np.uint8), connectivity=8)  # noqa: PLR2004 - dark
    own = np.zeros(int(labels.max()) + 1, np.bool_)
    own[labels[(up < np.float32(0.03)) & (up > -_EDGE) & (np.abs(at.side) < 1)]] = True
    own[0] = True
    return _grown(eye, covered * own[labels])


def _white_below(eye: EyeShape, light: Values, at: Place) -> Values:
    """The white of drawn eyes that reaches below the landmarks of the lower lid, and beyond the corners."""
    unit = np.float32(eye.unit)
    below = (at.depth - at.gap) / unit
    near = (1 - ease((below - np.float32(0.02)) / np.float32(0.03))) * (below > -_EDGE)
    beside = 1 - ease((np.abs(at.side) - np.float32(1.10)) / np.float32(0.20))
    return _grown(eye, _white(light) * near * beside * (at.depth > 0))


def _white(light: Values) -> Values:
    """How much pixels are lighter than any skin would be, 0 to 1."""
    return np.asarray(np.clip((light - np.float32(1.08)) / np.float32(0.15), 0, 1), np.float32)


def _grown(eye: EyeShape, covered: Values) -> Values:
    """A little wider, with soft edges."""
    found = np.round(covered * 255).astype(np.uint8)
    wider = cv2.dilate(found, np.ones((3, 3), np.uint8), iterations=max(1, round(0.016 * eye.unit)))
    return soft(np.asarray(wider, np.uint8), max(0.8, 0.006 * eye.unit))
