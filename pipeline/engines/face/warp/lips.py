"""Lips, jaw and cheeks: where each point of the lower face goes when the mouth moves.

All motion is a weighted sum of a few fixed modes, made once per portrait: a frame only adds them up.
Lengths are inter-ocular distances in the face's own frame; y points down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import (
    CHIN,
    JAW_LINE,
    LOWER_FACE,
    LOWER_LIP_INNER,
    LOWER_LIP_OUTER,
    MOUTH_CORNERS,
    UPPER_LIP_INNER,
    UPPER_LIP_OUTER,
)
from pipeline.engines.face.warp.ease import smoothstep
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.smile import lips_smile, skin_smiles

_MIDDLE = 5

# A mouth is open in the picture when its gap is more than this part of its width.
_OPEN_GAP = 0.055

_JAW_DROP = 0.155
_CORNER_DROP = 0.36 * _JAW_DROP
_CORNER_DRAW = 0.07
_APERTURE = 0.29
_WIDTHS = (0.7, 0.95)
# How much of a smile's sag its corners come down.
_CORNERS_SINK = 0.85
# No corner is nearer to the middle of the lips than this part of half their width.
_NEAREST_CORNER = 0.35
#: How far the widest mouth's lips part at full aperture.
WIDEST = _APERTURE * _WIDTHS[1]

# How far the outer edge of a lip goes with its inner edge, at least.
_FOLLOW_UPPER = 0.62
_FOLLOW_LOWER = 0.74

# The largest part of its own thickness by which a lip is stretched.
_STRETCH = 0.28
_HIGHEST_LIFT = 0.09
_LOWEST_DROP = 0.21


class Mode(IntEnum):
    """One way in which the mouth moves; `REST` is what closes a mouth that the picture shows open."""

    REST = 0
    JAW = 1
    LIFT = 2
    LIFT_ROUND = 3
    DROP = 4
    DROP_ROUND = 5
    TUCK = 6
    SPREAD = 7
    ROUND = 8
    PROTRUDE = 9
    PRESS = 10
    SMILE = 11


@dataclass(frozen=True, kw_only=True)
class Mouth:
    """The mouth in one frame; see `tracks.MouthTracks` for the meaning of each value.

    `smile` is how much of a light smile there is, 0 to 1, whatever is said.
    """

    jaw: float = 0.0
    aperture: float = 0.0
    width: float = 0.0
    protrusion: float = 0.0
    tongue: float = 0.0
    tuck: float = 0.0
    press: float = 0.0
    smile: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Contour:
    """A lip's edge from corner to corner: 11 points in the portrait, and their motion by mode."""

    source: Points
    motion: NDArray[np.float64]

    def moved(self, weights: NDArray[np.float64]) -> Points:
        """Where the points are under the given weights of the modes."""
        placed = self.source.copy()
        for mode in np.flatnonzero(weights):
            placed += self.motion[..., mode] * weights[mode]
        return placed


@dataclass(frozen=True, kw_only=True, eq=False)
class LipRig:
    """Lips of one face, and the skin they take along.

    Attributes:
        opened: whether the picture shows the mouth open, teeth perhaps.
        half_width: half the mouth's width at rest.
        centre: x of its middle.
        seam: y where closed lips meet, at the middle.
        reach: how far the lips part at full aperture.
        upper_inner, upper_outer, lower_inner, lower_outer: the edges of the lips.
        skin: fixed points and points of cheeks, chin and jaw, (n, 2), with each mode's (n, 2, 12) motion.
    """

    opened: bool
    half_width: float
    centre: float
    seam: float
    reach: float
    upper_inner: Contour
    upper_outer: Contour
    lower_inner: Contour
    lower_outer: Contour
    skin: Points
    skin_motion: NDArray[np.float64]

    def weights(self, mouth: Mouth) -> NDArray[np.float64]:
        """The weight of each mode for a mouth."""
        aperture = mouth.aperture * self.reach
        rounded = min(max(-mouth.width, 0.0), 1.0)
        upper_share = (0.24 - 0.06 * mouth.jaw) * (1.0 - 0.5 * mouth.protrusion)
        lift = aperture * upper_share
        drop = aperture * (1.0 - upper_share)
        weights = np.zeros(len(Mode))
        weights[Mode.REST] = 1.0
        weights[Mode.JAW] = mouth.jaw
        weights[Mode.LIFT], weights[Mode.LIFT_ROUND] = lift * (1.0 - rounded), lift * rounded
        weights[Mode.DROP], weights[Mode.DROP_ROUND] = drop * (1.0 - rounded), drop * rounded
        weights[Mode.TUCK] = mouth.tuck
        weights[Mode.SPREAD], weights[Mode.ROUND] = max(mouth.width, 0.0), -rounded
        weights[Mode.PROTRUDE] = mouth.protrusion
        weights[Mode.PRESS] = mouth.press
        # Rounded lips and a wide open mouth smile less.
        weights[Mode.SMILE] = mouth.smile * (1.0 - 0.8 * rounded) * (1.0 - 0.4 * min(mouth.aperture, 1.0))
        return weights


def lip_rig(frame: FaceFrame) -> LipRig:
    """The rig of a face."""
    upper, lower = frame.points[list(UPPER_LIP_INNER)], frame.points[list(LOWER_LIP_INNER)]
    right, left = frame.points[list(MOUTH_CORNERS)]
    half_width = float(left[0] - right[0]) / 2
    gap = max(float(lower[_MIDDLE, 1] - upper[_MIDDLE, 1]), 0.0)
    opened = gap > _OPEN_GAP * 2 * half_width
    rest = _rest(upper, lower, half_width, opened=opened)
    reach = _APERTURE * min(max(2 * half_width, _WIDTHS[0]), _WIDTHS[1])
    edges = _inner_motion(rest, upper, lower)
    upper_outer = frame.points[list(UPPER_LIP_OUTER)]
    lower_outer = frame.points[list(LOWER_LIP_OUTER)]
    scale = reach / _APERTURE
    inner = _sealed(upper, lower, opened=opened)
    upper_motion = edges[0] + 0.0
    lower_motion = edges[1] + 0.0
    upper_motion[:, :, Mode.REST] -= inner[0] - upper
    lower_motion[:, :, Mode.REST] -= inner[1] - lower
    outer = (
        _outer_motion(rest, upper_outer, upper_motion, inner[0], scale, upper=True),
        _outer_motion(rest, lower_outer, lower_motion, inner[1], scale, upper=False),
    )
    skin, skin_motion = _skin(frame, rest, upper_motion, lower_motion)
    return LipRig(
        opened=opened,
        half_width=half_width,
        centre=rest.centre,
        seam=float(rest.seam[_MIDDLE]),
        reach=reach,
        upper_inner=Contour(source=inner[0], motion=upper_motion),
        lower_inner=Contour(source=inner[1], motion=lower_motion),
        upper_outer=Contour(source=upper_outer, motion=outer[0]),
        lower_outer=Contour(source=lower_outer, motion=outer[1]),
        skin=skin,
        skin_motion=skin_motion,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rest:
    """The closed, relaxed mouth that a portrait is brought to.

    Attributes:
        x: where the points of the inner lips lie, left to right.
        seam: y of the line on which they meet there.
        centre, half: the middle of that line and half its length.
        narrow: factor that relaxes a broad smile.
        drop: how far the corners of a smile come down.
        half_width: half the width of the mouth in the picture, outer corners.
    """

    x: NDArray[np.float64]
    seam: NDArray[np.float64]
    centre: float
    half: float
    narrow: float
    drop: float
    half_width: float

    @property
    def side(self) -> NDArray[np.float64]:
        """-1 at the picture's left corner over 0 in the middle of the lips to 1 at the right one.

        The middle of a turned mouth is nearer to the corner that is farther away.
        """
        middle = float(self.x[_MIDDLE])
        reach = max(_NEAREST_CORNER * self.half, 1e-6)
        left = max(middle - (self.centre - self.half), reach)
        right = max(self.centre + self.half - middle, reach)
        away = self.x - middle
        return away / np.where(away < 0, left, right)


def _rest(upper: Points, lower: Points, half_width: float, *, opened: bool) -> _Rest:
    x = (upper[:, 0] + lower[:, 0]) / 2
    centre, half = float(upper[0, 0] + upper[-1, 0]) / 2, float(upper[-1, 0] - upper[0, 0]) / 2
    if not opened:
        seam = 0.52 * upper[:, 1] + 0.48 * lower[:, 1]
        return _Rest(x=x, seam=seam, centre=centre, half=half, narrow=1.0, drop=0.0, half_width=half_width)
    # Between smiling lips the seam lies nearer to the lower one; a smile's corners stand above its middle.
    seam = 0.45 * upper[:, 1] + 0.55 * lower[:, 1]
    chord = upper[0, 1] + (upper[-1, 1] - upper[0, 1]) * (x - upper[0, 0]) / (upper[-1, 0] - upper[0, 0])
    sag = max(float(seam[_MIDDLE] - chord[_MIDDLE]), 0.0)
    side = np.minimum(np.abs(x - centre) / half, 1.0)
    seam = seam + _CORNERS_SINK * sag * side * np.sqrt(side) - 0.10 * sag * (1.0 - side)
    narrow = min(max(0.74 / (2 * half_width), 0.77), 1.0)
    return _Rest(
        x=x,
        seam=seam,
        centre=centre,
        half=half,
        narrow=narrow,
        drop=_CORNERS_SINK * sag,
        half_width=half_width,
    )


def _sealed(upper: Points, lower: Points, *, opened: bool) -> tuple[Points, Points]:
    """The lips' inner edges, drawn into the lips where the picture shows teeth, so that none bleed in."""
    upper, lower = upper.copy(), lower.copy()
    if opened:
        upper[1:-1, 1] -= 0.010
        lower[1:-1, 1] += 0.014
    return upper, lower


def _profile(side: NDArray[np.float64], sharpness: float, power: float) -> NDArray[np.float64]:
    """How far the lips part along the mouth: 1 in the middle, 0 in the corners."""
    part: NDArray[np.float64] = np.clip(1.0 - np.minimum(np.abs(side), 1.0) ** sharpness, 0.0, 1.0) ** power
    return part


def _inner_motion(
    rest: _Rest, upper: Points, lower: Points
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each mode's motion of the inner edges, from where the picture has them."""
    side = rest.side
    spread, rounded = _profile(side, 2.3, 0.75), _profile(side, 2.0, 0.85)
    motions = []
    for edge, lift_modes, sign, tuck in (
        (upper, (Mode.LIFT, Mode.LIFT_ROUND), -1.0, 0.030),
        (lower, (Mode.DROP, Mode.DROP_ROUND), 1.0, 0.018),
    ):
        motion = np.zeros((*edge.shape, len(Mode)))
        away = (rest.x - rest.centre) * rest.narrow
        motion[:, 0, Mode.REST] = rest.centre + away - edge[:, 0]
        motion[:, 1, Mode.REST] = rest.seam - edge[:, 1]
        motion[:, 0, Mode.SPREAD], motion[:, 0, Mode.ROUND] = 0.10 * away, 0.30 * away
        motion[:, 0, Mode.JAW] = -_CORNER_DRAW * away
        motion[:, 1, Mode.JAW] = 0.012 * (1.0 - side * side) + _CORNER_DROP * side * side
        motion[:, 1, lift_modes[0]], motion[:, 1, lift_modes[1]] = sign * spread, sign * rounded
        # On f and v both edges rise to the upper teeth.
        motion[:, 1, Mode.TUCK] = -tuck * min(2 * rest.half_width, 0.8) / 0.8 * spread
        motion[..., Mode.SMILE] = lips_smile(side)
        motions.append(motion)
    return motions[0], motions[1]


def _outer_motion(
    rest: _Rest, outer: Points, inner_motion: NDArray[np.float64], inner: Points, scale: float, *, upper: bool
) -> NDArray[np.float64]:
    """Each mode's motion of an outer edge: it follows the inner one, more where the lip is thin."""
    follow, extent = (_FOLLOW_UPPER, _HIGHEST_LIFT) if upper else (_FOLLOW_LOWER, _LOWEST_DROP)
    thickness = np.abs(outer[:, 1] - inner[:, 1])
    share = np.clip(1.0 - _STRETCH * thickness / (extent * scale), follow, 1.0)
    motion = np.zeros_like(inner_motion)
    # Outer points stand farther out than inner ones: each goes with the lip that is before it.
    at, order = outer[:, 0], np.argsort(inner[:, 0], kind="stable")
    for mode in Mode:
        motion[:, 1, mode] = share * np.interp(at, inner[order, 0], inner_motion[order, 1, mode])
    away = outer[:, 0] - rest.centre
    motion[:, 0, Mode.REST] = away * (rest.narrow - 1.0)
    motion[:, 0, Mode.JAW] = -0.9 * _CORNER_DRAW * rest.narrow * away
    motion[:, 0, Mode.SPREAD], motion[:, 0, Mode.ROUND] = 0.09 * rest.narrow * away, 0.27 * rest.narrow * away
    middle = np.clip(1.0 - (away / (rest.half * 1.08)) ** 2, 0.0, 1.0)
    motion[:, 1, Mode.PROTRUDE] = (-0.030 if upper else 0.035) * middle
    motion[:, 1, Mode.PRESS] = (0.012 if upper else -0.012) * middle
    # In the corners the edges of both lips are one.
    motion[[0, -1], 1] = 0.0
    motion[[0, -1], 1, Mode.JAW] = _CORNER_DROP
    motion[[0, -1], 1, Mode.REST] = rest.drop
    motion[..., Mode.SMILE] = lips_smile(away / rest.half_width)
    return motion


def _skin(
    frame: FaceFrame, rest: _Rest, upper: NDArray[np.float64], lower: NDArray[np.float64]
) -> tuple[Points, NDArray[np.float64]]:
    """Points of the lower face and each mode's motion of them, and points around it that stay."""
    moving = frame.points[list(dict.fromkeys(LOWER_FACE + JAW_LINE))]
    fixed = _anchors(float(frame.points[CHIN, 1]))
    motion = np.zeros((len(moving) + len(fixed), 2, len(Mode)))
    part = motion[: len(moving)]
    x, y, seam = moving[:, 0], moving[:, 1], float(rest.seam.mean())
    chin = float(frame.points[CHIN, 1])
    follow = smoothstep(seam + 0.02, max(chin * 0.72, seam + 0.10), y) * (
        1.0 - 0.75 * smoothstep(0.35, 0.95, np.abs(x))
    )
    from_corner = ((np.abs(x) - rest.half_width) ** 2 + (y - seam) ** 2) / 0.26**2
    corner = np.exp(-from_corner) * np.sign(x)
    from_middle = (x * 0.8) ** 2 + (y - seam) ** 2
    # The skin right below a lip goes with its outer edge.
    red = float(frame.points[LOWER_LIP_OUTER[_MIDDLE], 1]) - seam
    from_lip = (x * 0.8) ** 2 + np.maximum(y - seam - max(red, 0.0), 0.0) ** 2
    below = np.exp(-from_lip / 0.28**2) * (y > seam)
    above = np.exp(-from_middle / 0.26**2) * (y <= seam)
    part[:, 1] = (0.60 * below * (1.0 - follow))[:, None] * lower[_MIDDLE, 1]
    part[:, 1] += (0.30 * above)[:, None] * upper[_MIDDLE, 1]
    part[:, 1, Mode.JAW] += _JAW_DROP * follow + 0.7 * np.abs(corner) * _CORNER_DROP
    part[:, 1, Mode.REST] += 0.7 * np.abs(corner) * rest.drop
    part[:, 1, Mode.PROTRUDE] += 0.015 * below
    # Where the outline of a turned face is near, it stays.
    outline = frame.points[list(JAW_LINE), 0]
    edge = np.where(x > 0, float(outline.max()), float(-outline.min()))
    pull = corner * rest.half_width * smoothstep(-0.05, 0.12, edge - np.abs(x))
    part[:, 0, Mode.REST] = pull * (rest.narrow - 1.0)
    part[..., Mode.SMILE] = skin_smiles(moving, centre=rest.centre, half_width=rest.half_width, seam=seam)
    part[:, 0, Mode.JAW] = -0.9 * _CORNER_DRAW * rest.narrow * pull
    part[:, 0, Mode.SPREAD], part[:, 0, Mode.ROUND] = 0.10 * rest.narrow * pull, 0.29 * rest.narrow * pull
    return np.concatenate([moving, fixed]), motion


def _anchors(chin: float) -> Points:
    """Points that never move: a ring around the lower face, and the neck."""
    angles = np.linspace(0.0, 2.0 * np.pi, 20, endpoint=False)
    middle, reach = (chin - 0.23) / 2, (chin + 1.29) / 2
    ring = np.stack([1.05 * np.cos(angles), middle + reach * np.sin(angles)], axis=1)
    neck = np.array([[x, chin + 0.34] for x in (-0.5, -0.25, 0.0, 0.25, 0.5)])
    return np.concatenate([ring, neck])
