"""Teeth: rows that are drawn where a portrait shows none, and the portrait's own where it does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LIP_RED, LOWER_LIP_INNER, UPPER_LIP_INNER
from pipeline.engines.face.warp.brush import filled, soft
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.tones import colours_at

Picture = NDArray[np.uint8]

# Widths and heights from the middle outwards, in inter-ocular distances: about 63 mm, an upper central
# incisor about 8 (Ash and Nelson, "Wheeler's Dental Anatomy").
_UPPER = ((0.125, 0.060), (0.100, 0.056), (0.108, 0.060), (0.10, 0.054), (0.10, 0.048), (0.15, 0.042))
# By how many degrees each of them stands aside along the arch, and how far the first are behind the lips.
_ASIDE = (6.0, 20.0, 42.0, 60.0, 68.0, 76.0)
_BEHIND_LIPS = 0.07
# A tooth that shows less of itself than this has turned away; a head turned farther shows no more of them.
_LEAST_SHOWN = 0.012
_MOST_TURNED = 45.0
_WIDTH, _HEIGHT, _GUM = 1.3, 0.62, 0.30
_GAP = 0.004
_INTO_CORNERS = 0.10
# How the biting edge of teeth that a smile shows rises beside the middle, by the square of the distance; and
# how much of a tooth a lip hides at most.
_BITE_RISES, _HIDDEN = 0.35, 0.07
_CREVICE = 0.74
# What covers less than this is not seen.
_LEAST_COVER = 0.02
# How deep in the mouth behind the front teeth it is dark, how many times the light of it a tooth is seen by,
# the light that there is everywhere, and what is left of it where the last one seen ends.
_LIT_DEPTH, _LAST_SEEN, _AMBIENT, _ROUNDS_OFF = 0.27, 2.2, 0.25, 0.4
# How far beside the middle cheeks tell of the light.
_CHEEK = 0.5
_FINE = 4
# What is left of a lip below teeth is lighter than this part of it; how wide its soft edge is.
_LIP_LIGHT, _SOFT_LIP = 0.55, 0.012
# How wide a notch between teeth is, and how much of it is filled.
_NOTCH, _EVENED = 0.05, 0.35


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """A drawn row of teeth: (height, width, 2) float32 of cover and light, 0 to 1, upright, one pixel each.

    `centre` is the pixel, x and y, of the biting edge under the middle of the lips, where it meets the seam.
    """

    pixels: NDArray[np.float32]
    centre: tuple[float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnTeeth:
    """The portrait's own teeth.

    Attributes:
        pixels: BGR and cover, (height, width, 4) uint8, cut from the portrait.
        offset: the portrait's pixel at the top left, counted from the face's origin.
        axes: what turns the portrait's pixel steps into the face's directions, (2, 2).
        colour: their usual colour, BGR, for teeth that the portrait does not show.
    """

    pixels: Picture
    offset: Points
    axes: NDArray[np.float64]
    colour: NDArray[np.float32]


def upper_row(unit: float, softness: float, yaw: float, side: float = 0.0) -> Row:
    """The upper row for a face of `unit` pixels between the eyes, blurred by `softness` pixels.

    Seen as `yaw` shows it, in degrees, positive towards the picture's right: a row of teeth is an arch, whose
    far side disappears. The light comes from the `side` of `tones.side_light`.
    """
    width, height = max(round(_WIDTH * unit), 8), max(round(_HEIGHT * unit), 8)
    fine = unit * _FINE
    cover = np.zeros((height * _FINE, width * _FINE), np.float32)
    relief = np.zeros_like(cover)
    column = np.arange(width * _FINE, dtype=np.float32)
    middle = width * _FINE / 2
    teeth = sorted(_arch(yaw), key=lambda tooth: tooth.left)
    for tooth in teeth:
        left, right = (middle + edge * fine for edge in (tooth.left, tooth.right))
        gap = _GAP * fine * min((tooth.right - tooth.left) / 0.1, 1.0)
        outline = _tooth(left + gap, right - gap, tooth.high * fine, fine)
        outline[:, 1] += height * _FINE / 2 - np.interp(outline[:, 0], (left, right), tooth.rises) * fine
        shown = filled(outline, width * _FINE, height * _FINE).astype(np.float32) / 255
        across = np.clip((2 * column - left - right) / (right - left), -1.0, 1.0)
        cover, relief = np.maximum(cover, shown), np.maximum(relief, shown * (1.0 - 0.22 * across**4))
    row = _softened(cover, relief, (width, height), unit, softness)
    x = (np.arange(width, dtype=np.float64) - row.centre[0]) / unit
    light = _light(teeth, x)
    row.pixels[..., 0] *= np.minimum(_LAST_SEEN * light, 1.0).astype(np.float32)
    row.pixels[..., 1] *= ((_AMBIENT + (1.0 - _AMBIENT) * light) * _from_side(x, side)).astype(np.float32)
    return row


def _light(teeth: Sequence[_Seen], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of the light that reaches teeth, from left to right, at some places: it has no steps."""
    first, last = teeth[0], teeth[-1]
    middles = [(tooth.left + tooth.right) / 2 for tooth in teeth]
    lights = [tooth.light for tooth in teeth]
    return np.interp(
        x,
        [first.left, *middles, last.right],
        [_ROUNDS_OFF * first.light, *lights, _ROUNDS_OFF * last.light],
    )


def _from_side(x: NDArray[np.float64], side: float) -> NDArray[np.float64]:
    """By how many times of its light in the middle a place beside it is lit."""
    lit: NDArray[np.float64] = 1.0 + side / _CHEEK * np.clip(x, -_CHEEK, _CHEEK)
    return lit


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A tooth as it is seen.

    Attributes:
        left, right: its edges.
        high: its height.
        rises: how much higher than the middle's the biting edge would be at either of them.
        light: the part of the light that reaches it: little deep in the mouth and where it turns away.
    """

    left: float
    right: float
    high: float
    rises: tuple[float, float]
    light: float


def _arch(yaw: float) -> Iterator[_Seen]:
    """The teeth that a head turned by `yaw` degrees shows, beside the middle of its lips.

    The distance between the eyes is as much smaller there as everything else across, so that heights grow.
    """
    turned = math.radians(min(max(yaw, -_MOST_TURNED), _MOST_TURNED))
    aslant, taller = math.tan(turned), 1.0 / math.cos(turned)
    for side in (-1.0, 1.0):
        at, deep = 0.0, _BEHIND_LIPS
        for (wide, high), degrees in zip(_UPPER, _ASIDE, strict=True):
            aside = math.radians(degrees)
            begins, before = at, deep
            at, deep = at + wide * math.cos(aside), deep + wide * math.sin(aside)
            edges = side * begins - before * aslant, side * at - deep * aslant
            shown = side * (edges[1] - edges[0])
            if shown < _LEAST_SHOWN:
                break
            rises = _BITE_RISES * begins * begins, _BITE_RISES * at * at
            behind = (before + deep) / 2 - _BEHIND_LIPS
            yield _Seen(
                left=min(edges),
                right=max(edges),
                high=high * taller,
                rises=rises if side > 0 else rises[::-1],
                light=min(shown / wide, 1.0) * math.exp(-((behind / _LIT_DEPTH) ** 2)),
            )


def _softened(
    cover: NDArray[np.float32],
    relief: NDArray[np.float32],
    size: tuple[int, int],
    unit: float,
    softness: float,
) -> Row:
    small = np.asarray(cv2.resize(np.dstack([cover, relief]), size, interpolation=cv2.INTER_AREA), np.float32)
    cover, relief = small[..., 0], small[..., 1]
    # Between two teeth there is a fine line, not a hole.
    some = _grey(cover > 0.3)  # noqa: PLR2004 - about a third
    whole = _grey(cv2.morphologyEx(some, cv2.MORPH_CLOSE, _block(max(3, int(0.03 * unit) | 1), 1)))
    relief = (whole * (relief + _CREVICE * (1.0 - cover))).astype(np.float32)
    pixels = np.empty((*relief.shape, 2), np.float32)
    pixels[..., 0] = cv2.GaussianBlur(whole.astype(np.float32), (0, 0), softness)
    # The light of teeth alone: their biting edge is as light as they are.
    blurred = cv2.GaussianBlur(np.dstack([relief, whole.astype(np.float32)]), (0, 0), 0.8 * softness)
    light = blurred[..., 0] / np.maximum(blurred[..., 1], np.float32(_LEAST_COVER))
    pixels[..., 1] = np.float32(0.25) + np.float32(0.75) * light
    return Row(pixels=pixels, centre=(size[0] / 2 - 0.5, size[1] / 2 - 0.5))


def _tooth(left: float, right: float, high: float, fine: float) -> Points:
    """The outline of a tooth that hangs from a gum line at 0."""
    radius = 0.20 * (right - left)
    bulge = 0.8 * radius
    turn = np.linspace(0.0, np.pi / 2, 10)
    out, down = radius * np.cos(turn), high - bulge + bulge * np.sin(turn)
    right_corner = np.stack([right - radius + out, down], axis=1)
    left_corner = np.stack([left + radius - out, down], axis=1)[::-1]
    gum = np.array([(left, -_GUM * fine), (right, -_GUM * fine)])
    return np.concatenate([gum, right_corner, left_corner])


def own_teeth(frame: FaceFrame, picture: Picture) -> OwnTeeth | None:
    """Cut the teeth out of a portrait with an open mouth; None if it shows none."""
    unit = frame.unit
    left, top, right, bottom = mouth_box(frame, picture)
    corner = np.array([left, top])
    still = picture[top:bottom, left:right]
    upper, lower = frame.points[list(UPPER_LIP_INNER)], frame.points[list(LOWER_LIP_INNER)]
    outline = frame.to_picture(np.concatenate([upper, lower[::-1][1:-1]])) - corner
    mask = filled(outline, right - left, bottom - top)
    mask = _grey(cv2.erode(mask, _block(2 * max(1, int(0.012 * unit)) + 1)))
    bitten = frame.to_picture(np.concatenate([upper, _biting_edge(lower)[::-1][1:-1]])) - corner
    lip = np.median(colours_at(frame, picture, frame.points[list(LIP_RED)]), axis=0)
    colour = _colour(still, mask, lip)
    if colour is None:
        return None
    whole = np.maximum(mask, filled(bitten, right - left, bottom - top))
    # Around the strip that shows, teeth go on, so that a moving lip uncovers no lip.
    grown = _grown(still, _without_lip(still, mask, lip, colour, unit), whole, unit)
    cover = whole.copy()
    for rows in range(1, int(0.05 * unit)):
        cover[:-rows] = np.maximum(cover[:-rows], mask[rows:])
    cover = _grey(cv2.GaussianBlur(cover, (0, 0), max(0.7, 0.010 * unit)))
    # Where gums show beside a tooth's neck, or a gap, less of them does: in small they look like notches.
    even = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, _block(2 * max(1, round(_NOTCH * unit / 2)) + 1, 1))
    grown = _grey(cv2.addWeighted(grown, 1.0 - _EVENED, even, _EVENED, 0.0))
    grown, cover = _sideways(grown, cover, mask, unit)
    return OwnTeeth(
        pixels=np.ascontiguousarray(np.dstack([grown, cover])),
        offset=corner - frame.origin,
        axes=np.stack([frame.along, frame.down]),
        colour=colour,
    )


def _without_lip(
    still: Picture, mask: Picture, lip: NDArray[np.float64], teeth: NDArray[np.float32], unit: float
) -> Picture:
    """The mask without what is still lip at its lower edge: as red as the lip and not as dark as a gap.

    Args:
        still: the picture.
        mask: what lies between the landmarks of the lips.
        lip: the colour of the lips.
        teeth: the colour of the teeth.
        unit: the inter-ocular distance.
    """
    colours = still.astype(np.float32)
    redness = colours[..., 2] / np.maximum(colours[..., 0], 1)
    between = (lip[2] / max(lip[0], 1.0) + teeth[2] / max(teeth[0], 1.0)) / 2
    of_lip = (redness > between) & (colours.sum(axis=2) > _LIP_LIGHT * lip.sum())
    cut = np.zeros_like(mask)
    below = np.ones(mask.shape[1], np.bool_)
    for row in range(len(mask) - 1, -1, -1):
        below &= of_lip[row] | (mask[row] == 0)
        cut[row][below & (mask[row] > 0)] = 255
    # A lip's edge is soft.
    cut = _grey(cv2.dilate(cut, _block(2 * max(1, round(_SOFT_LIP * unit)) + 1)))
    return np.minimum(mask, 255 - cut)


def _grown(still: Picture, mask: Picture, whole: Picture, unit: float) -> Picture:
    """A picture in which what the mask shows goes on beyond it, over the whole: no lip or skin stays."""
    reach = int(0.12 * unit) | 1
    band = cv2.dilate(whole, _block(2 * reach + 1))
    left, top, width, height = cv2.boundingRect(band)
    part = (slice(top, top + height), slice(left, left + width))
    grown = still.copy()
    missing = (mask[part] < 128).astype(np.uint8)  # noqa: PLR2004 - half covered
    found = cv2.inpaint(np.ascontiguousarray(still[part]), missing, 3, cv2.INPAINT_TELEA)
    # What goes on has no edges of its own.
    smooth = cv2.GaussianBlur(found, (0, 0), max(0.7, 0.025 * unit)).astype(np.float32)
    share = soft(mask[part], max(0.7, 0.010 * unit))[..., None]
    grown[part] = np.round(smooth + (found - smooth) * share)
    return grown


def _biting_edge(lower: Points) -> Points:
    """Where teeth end below: at the lower lip in the middle, behind it at the sides of a broad smile."""
    middle = lower[len(lower) // 2]
    away = lower[:, 0] - middle[0]
    edge = lower.copy()
    edge[:, 1] = np.clip(middle[1] - _BITE_RISES * away * away, lower[:, 1], lower[:, 1] + _HIDDEN)
    return edge


def _sideways(grown: Picture, cover: Picture, mask: Picture, unit: float) -> tuple[Picture, Picture]:
    """Teeth go on into the corners of the mouth, ever darker, so that no black gap is beside them."""
    reach = max(2, int(_INTO_CORNERS * unit))
    beside = _grey(cv2.dilate(mask, _block(2 * reach + 1, 1)))
    beside = _grey(cv2.GaussianBlur(beside, (0, 0), max(0.7, 0.012 * unit)))
    shade = np.asarray(cv2.GaussianBlur(mask, (0, 0), reach / 2), np.float32)[..., None] / np.float32(255)
    shade = np.float32(0.30) + np.float32(0.70) * np.minimum(shade / np.float32(0.5), 1)
    usual = np.maximum(cover, beside)
    inside = (cover[..., None] / np.float32(255)) * (1 - shade) + shade
    return _grey(grown * inside + np.float32(0.5)), usual


def _grey(picture: object) -> Picture:
    return np.asarray(picture, dtype=np.uint8)


def _block(width: int, height: int | None = None) -> Picture:
    """A full rectangle for morphology, square unless its height is given."""
    return np.ones((width if height is None else height, width), np.uint8)


def mouth_box(frame: FaceFrame, picture: Picture) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a generous part of the picture around the mouth; never empty."""
    size = np.array([picture.shape[1], picture.shape[0]])
    reach = np.array([1.0, 0.7]) * frame.unit
    first = np.clip((frame.origin - reach).astype(int), 0, size - 8)
    last = np.clip((frame.origin + reach).astype(int), first + 8, size)
    return int(first[0]), int(first[1]), int(last[0]), int(last[1])


def _colour(still: Picture, mask: Picture, lip: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """The usual colour of the brighter part of what shows, None unless it is whiter than the lips."""
    values = still[mask > 200].astype(np.float64)  # noqa: PLR2004 - well inside
    if len(values) < 20:  # noqa: PLR2004 - too few to say
        return None
    light = values.sum(axis=1)
    shown = np.median(values[light >= np.percentile(light, 60)], axis=0)
    whiter = shown.sum() > 1.15 * lip.sum() and shown[2] * (lip[0] + 1) < 0.9 * lip[2] * (shown[0] + 1)
    return (shown * 0.98).astype(np.float32) if whiter else None
