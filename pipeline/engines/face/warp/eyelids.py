"""Lids that close: skin drawn over an eye down to an edge that moves as finely as one likes.

The upper lid comes most of the way, the lower one meets it. All that a frame needs beyond how far they are
closed is worked out once: for each pixel, where it lies between the lids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import soft
from pipeline.engines.face.warp.ease import ease
from pipeline.engines.face.warp.eyeshape import EyeShape, Place, place
from pipeline.engines.face.warp.lashes import along_edge, lash_colour, lash_reach
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import halved, part_of, recoloured
from pipeline.engines.face.warp.lidskin import almond, laid, lid_skin, without_thin
from pipeline.engines.face.warp.luma import luma_of
from pipeline.media.picture import Planes, planes_of, to_yuv

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

#: An eye that is open by less than this part of its width is closed already.
CLOSED = 0.08

#: How far above and below an eye and beside it its skin is looked at, in inter-ocular distances.
REACH = (0.20, 0.18, 0.18)

# The upper lid comes this part of the way.
_UPPER_SHARE = 0.93
# Lashes' old place is within an ellipse, in halves of the eye's width and inter-ocular distances, and fades.
_LASHES_LONG, _LASHES_HIGH, _LASHES_FADE = 1.12, 0.075, 0.35
# Whatever is as dark as this part of the skin there counts as lashes wholly, or not at all.
_LASHES_DARK, _LASHES_LIGHT = 0.78, 0.95
# What is darker than this part of the skin and goes on beyond the eye is the rim of glasses or hair.
_RIM_DARK, _LEAST_RIM = 0.55, 0.02
# In this part of the eye, from its middle, there are only iris and lashes; a rim may cross what is beyond.
_NO_RIM = 0.75
_CORNER, _BESIDE_CORNER, _RIM_BLACK = 0.04, 1.15, 0.38
_RIM_COVERED, _EDGE = 0.016, 0.02
# A rim that hides more than this part of an eye is not blinked behind: a stare is better than a lid of paint.
_MOST_CROSSED = 0.015
# The lids' own skin comes in with the beginning of their way.
_BEGINNING = 0.16
# The line where lids meet: its thickness, and that of the lashes' shade below it.
_LINE, _THICKEST_LINE, _SHADE = 0.011, 0.022, 0.045
_LINE_OF_LASHES = 0.75
_MOST_BLUR = 0.022
# Beyond this, in halves of the eye's width, there is the nose.
_TO_NOSE = 1.45
# As much redder than skin as this is the inner corner of an eye, and as light.
_PINK, _PALE_PINK = 1.2, 0.55
# Lids end there, in halves of the eye's width; beyond, only white and lashes are covered.
_ENDS = 0.97
# So far below a corner the upper lid comes beside it.
_BEYOND, _PAST = 0.06, 0.02
_LINE_STRENGTH, _SHADE_STRENGTH = 0.86, 0.25


@dataclass(frozen=True, kw_only=True, eq=False)
class _Layer:
    """A plane's part of a lid: static maps, all (height, width) float32.

    Attributes:
        depth: how far below the upper lid's edge.
        start: how much the open lower lid covers; below 0 where it has a way to go.
        upper_way, lower_way: how far the edges go until they meet.
        window: what the upper lid may cover: the eye, and the lashes above it.
        under: what the lower lid may cover.
        line: how strong the line of lashes is.
        softness: of edges, in pixels.
        lift: how far its middle lies above the lid's edge, in pixels.
        peak, steep: how much it would cover there, and by how much less each pixel away.
        shade: how far the lashes' shade reaches below the edge, in pixels.
    """

    depth: Values
    upper_way: Values
    lower_way: Values
    start: Values
    window: Values
    under: Values
    line: Values
    softness: np.float32
    lift: Values
    peak: Values
    steep: Values
    shade: np.float32

    def covers(self, lids: float) -> tuple[Values, Values]:
        """How much lids, closed by `lids`, cover of each pixel, and how much their lashes do on top of it."""
        part, strength = np.float32(lids), np.float32(min(lids / _BEGINNING, 1.0))
        below = self.upper_way * -part
        below += self.depth
        away = below + self.lift
        np.abs(away, out=away)
        dark = _ramp(away, self.steep, self.peak)
        dark *= np.float32(_LINE_STRENGTH)
        shade = _ramp(below.copy(), -1 / self.shade, np.float32(1))
        shade *= np.float32(_SHADE_STRENGTH)
        shade *= below > 0
        np.maximum(dark, shade, out=dark)
        dark *= self.line
        # The old lashes go while the new ones come: together they are never pale.
        dark *= strength * (2 - strength)
        cover = _ramp(below, -1 / self.softness, np.float32(0.5))
        cover *= self.window
        lower = _ramp(self.lower_way * part, 1 / self.softness, self.start)
        lower *= self.under
        np.maximum(cover, lower, out=cover)
        cover *= strength
        return cover, dark


def _ramp(values: Values, slope: Values | np.float32, start: Values | np.float32) -> Values:
    """A straight line over values, from 0 to 1, in their own place."""
    values *= slope
    values += start
    return np.clip(values, 0, 1, out=values)


@dataclass(frozen=True, kw_only=True, eq=False)
class Lids:
    """The lids of one eye.

    Attributes:
        box: the part of the eye's planes that they cover.
        layers: of luma and of both chroma planes.
        skin: the planes of a closed lid.
        lash: the planes' values of lashes.
    """

    box: Box
    layers: tuple[_Layer, _Layer]
    skin: tuple[Values, ...]
    lash: tuple[np.float32, ...]

    def close(self, eye: Planes, out: Planes, lids: float) -> None:
        """Draw lids closed by `lids`, above 0 to 1, over an open eye; nothing is written beside them."""
        luma, chroma = (layer.covers(lids) for layer in self.layers)
        box = self.box
        parts = (part_of(planes, box.left, box.top, box.height, box.width) for planes in (eye, out))
        for plane, drawn, skin, lash, (cover, dark) in zip(
            *parts, self.skin, self.lash, (luma, chroma, chroma), strict=True
        ):
            shown = skin - plane
            shown *= cover
            shown += plane
            lashes = lash - shown
            lashes *= dark
            shown += lashes
            shown += np.float32(0.5)
            drawn[...] = shown


def lids_of(eye: EyeShape, box: Box, picture: Picture, ball: NDArray[np.bool_]) -> Lids | None:
    """The lids of an eye; None where it is closed, or hidden.

    Args:
        eye: the eye, in pixels of the picture.
        box: the part of the picture around it, as `EyeShape.box` gives it.
        picture: that part, BGR.
        ball: what of it is known to be the eye's white, or its iris.
    """
    if eye.openness < CLOSED:
        return None
    at, chroma = (place(eye, box, step=step) for step in (1, 2))
    reach, thick = lash_reach(eye, box, picture)
    lashes = along_edge(eye, at, reach)
    skin = lid_skin(eye, picture, at, lashes)
    if skin is None:
        return None
    bare = without_thin(eye, picture)
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
    found = _Found(
        reach=lashes,
        thick=along_edge(eye, at, thick),
        lashes=_lashes(eye, np.maximum(light, alone), np.maximum(red, alone), at) * free,
        white=np.maximum(_white_below(eye, light, at), _grown(eye, ball.astype(np.float32))) * free,
        free=free,
    )
    closed = _in_planes(laid(eye, skin, bare, almond(eye, at, lashes), found.white))
    lash = _in_planes(np.broadcast_to(lash_colour(eye, picture, skin, at), skin.shape))
    blur = _blur(eye, picture, at)
    layers = (
        _layer(eye, at, found, pixel=1.0, blur=blur),
        _layer(eye, chroma, found.halved(), pixel=2.0, blur=blur),
    )
    used = _used(layers)
    closed = part_of(closed, used.left, used.top, used.height, used.width)
    return Lids(
        box=used,
        layers=(_cut(layers[0], used), _cut(layers[1], used.halved())),
        skin=tuple(plane.astype(np.float32) for plane in closed),
        lash=tuple(np.float32(np.median(plane)) for plane in lash),
    )


def _in_planes(skin: Values) -> Planes:
    """BGR in planes. Not told from the eye's own: their chroma is coarser and would leave its traces."""
    black = np.zeros(skin.shape, np.uint8)
    return recoloured(planes_of(to_yuv(black)), black, skin)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Found:
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

    def halved(self) -> _Found:
        """The same for planes of half the width and height."""
        return _Found(
            reach=halved(self.reach),
            thick=halved(self.thick),
            lashes=halved(self.lashes),
            white=halved(self.white),
            free=halved(self.free),
        )


def _layer(eye: EyeShape, at: Place, found: _Found, *, pixel: float, blur: float) -> _Layer:
    """The static maps of a plane whose pixels are `pixel` of the picture wide."""
    unit = np.float32(eye.unit)
    softness = np.float32(max(0.012 * eye.unit, 1.5 * pixel))
    half = np.float32(0.5)
    inside = np.clip(half + at.depth / softness, 0, 1)
    side = np.abs(at.side)
    over = np.maximum(almond(eye, at, found.reach), inside)
    beside = found.free * (1 - ease((side - np.float32(_ENDS)) / np.float32(0.20)))
    under_edge = at.depth - at.gap
    under = np.clip(half + (np.float32(_RIM_COVERED) * unit - under_edge) / (2 * softness), 0, 1)
    way = np.float32(_UPPER_SHARE) * at.gap
    # Beyond a corner there is no way to go; what is covered there is so from the first on, as a whole.
    beyond = ease((side - np.float32(1.0)) / np.float32(0.05)) * np.float32(_BEYOND) * unit
    # And in the corner itself, where there is hardly any, the lid goes just past it.
    past = np.maximum(beyond, ease((side - np.float32(0.82)) / np.float32(0.13)) * np.float32(_PAST) * unit)
    tapered = np.sqrt(np.clip((np.float32(1.04) - side * side) / np.float32(0.7), 0, 1))
    thickness = np.clip(np.float32(_LINE_OF_LASHES) * found.thick, _LINE * unit, _THICKEST_LINE * unit)
    thickness = np.maximum(thickness * tapered, np.float32(0.7 * pixel))
    edge = np.maximum(thickness, np.float32(blur))
    in_reach = (under_edge < np.float32(_SHADE) * unit) & (at.depth > -3 * thickness - 2)
    eye_alone = under_edge < np.float32(_RIM_COVERED) * unit + 2 * softness
    return _Layer(
        depth=at.depth - beyond,
        upper_way=way + past - beyond,
        lower_way=at.gap - way + np.float32(_RIM_COVERED) * unit,
        start=half + (under_edge - np.float32(_RIM_COVERED) * unit) / softness,
        window=np.maximum(np.maximum(over * beside, found.white) * eye_alone, found.lashes),
        under=np.maximum(np.maximum(under * beside, found.white), found.lashes) * (inside > 0),
        line=ease((np.float32(1.02) - side) / np.float32(0.20)) * found.free * in_reach,
        softness=softness,
        lift=thickness - np.float32(_LINE) * unit + half * past,
        peak=half + thickness / edge,
        steep=-1 / edge,
        shade=np.float32(_SHADE * eye.unit),
    )


def _used(layers: tuple[_Layer, _Layer]) -> Box:
    """The part of both planes in which anything can be covered, even, in pixels of luma."""
    edges = []
    for layer, step in zip(layers, (1, 2), strict=True):
        covered = (layer.window > 0) | (layer.under > 0) | (layer.line > 0)
        rows, columns = (np.flatnonzero(covered.any(axis=axis)) * step for axis in (1, 0))
        edges.append((columns[0], rows[0], columns[-1] + step, rows[-1] + step))
    (left, top), (right, bottom) = np.min(edges, axis=0)[:2] // 2 * 2, np.max(edges, axis=0)[2:]
    return Box(left=int(left), top=int(top), right=int(right + right % 2), bottom=int(bottom + bottom % 2))


def _cut(layer: _Layer, box: Box) -> _Layer:
    """A layer's part."""
    part = np.s_[box.top : box.bottom, box.left : box.right]
    return replace(
        layer,
        depth=layer.depth[part].copy(),
        upper_way=layer.upper_way[part].copy(),
        lower_way=layer.lower_way[part].copy(),
        start=layer.start[part].copy(),
        window=layer.window[part].copy(),
        under=layer.under[part].copy(),
        line=layer.line[part].copy(),
        lift=layer.lift[part].copy(),
        peak=layer.peak[part].copy(),
        steep=layer.steep[part].copy(),
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
    beyond = ease((-outwards - np.float32(_ENDS)) / np.float32(0.15))
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


def _blur(eye: EyeShape, picture: Picture, at: Place) -> float:
    """How wide the sharpest edges of an eye are, in pixels: lashes drawn on are no sharper than those."""
    near = (at.depth > -0.03 * eye.unit) & (at.depth < at.gap)
    luma = luma_of(picture)
    low, high = np.percentile(luma[near], (5, 95))
    steep = np.maximum(np.abs(np.diff(luma, axis=0))[:, :-1], np.abs(np.diff(luma, axis=1))[:-1])
    steepest = float(np.percentile(steep[near[:-1, :-1]], 97))
    return min(float(high - low) / max(steepest, 1.0), _MOST_BLUR * eye.unit)
