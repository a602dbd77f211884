"""Lids that close: skin drawn over an eye down to an edge that moves as finely as one likes.

The upper lid comes most of the way, the lower one meets it. All that a frame needs beyond how far they are
closed is worked out once: for each pixel, where it lies between the lids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.ease import ease
from pipeline.engines.face.warp.eyeshape import EyeShape, Place, place
from pipeline.engines.face.warp.lashes import along_edge, lash_colour, lash_reach
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import part_of, recoloured
from pipeline.engines.face.warp.lidskin import almond, laid, lid_skin, without_thin
from pipeline.engines.face.warp.luma import luma_of
from pipeline.engines.face.warp.openeye import ENDS, OpenEye, open_eye
from pipeline.media.picture import Planes, planes_of, to_yuv

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

#: An eye that is open by less than this part of its width is closed already.
CLOSED = 0.08

#: How far above and below an eye and beside it its skin is looked at, in inter-ocular distances.
REACH = (0.20, 0.18, 0.18)

# The upper lid comes this part of the way.
_UPPER_SHARE = 0.93
# The lids' own skin comes in with the beginning of their way.
_BEGINNING = 0.16
# The line where lids meet: its thickness, and that of the lashes' shade below it.
_LINE, _THICKEST_LINE, _SHADE = 0.011, 0.022, 0.045
_LINE_OF_LASHES = 0.75
_MOST_BLUR = 0.022
# So far below the eye its lower rim is covered with it.
_RIM_COVERED = 0.016
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
    found = open_eye(
        eye, picture, at, skin=skin, bare=bare, reach=lashes, thick=along_edge(eye, at, thick), ball=ball
    )
    if found is None:
        return None
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


def _layer(eye: EyeShape, at: Place, found: OpenEye, *, pixel: float, blur: float) -> _Layer:
    """The static maps of a plane whose pixels are `pixel` of the picture wide."""
    unit = np.float32(eye.unit)
    softness = np.float32(max(0.012 * eye.unit, 1.5 * pixel))
    half = np.float32(0.5)
    inside = np.clip(half + at.depth / softness, 0, 1)
    side = np.abs(at.side)
    over = np.maximum(almond(eye, at, found.reach), inside)
    beside = found.free * (1 - ease((side - np.float32(ENDS)) / np.float32(0.20)))
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


def _blur(eye: EyeShape, picture: Picture, at: Place) -> float:
    """How wide the sharpest edges of an eye are, in pixels: lashes drawn on are no sharper than those."""
    near = (at.depth > -0.03 * eye.unit) & (at.depth < at.gap)
    luma = luma_of(picture)
    low, high = np.percentile(luma[near], (5, 95))
    steep = np.maximum(np.abs(np.diff(luma, axis=0))[:, :-1], np.abs(np.diff(luma, axis=1))[:-1])
    steepest = float(np.percentile(steep[near[:-1, :-1]], 97))
    return min(float(high - low) / max(steepest, 1.0), _MOST_BLUR * eye.unit)
