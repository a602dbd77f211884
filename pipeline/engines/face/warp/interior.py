"""What shows between the lips: teeth, tongue and the dark behind them, in the picture's own light.

Lengths are inter-ocular distances unless a name says pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import filled, line, soft
from pipeline.engines.face.warp.ease import smoothstep
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.grain import grain
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import halved, part_of
from pipeline.engines.face.warp.lips import LipRig, Mouth
from pipeline.engines.face.warp.opening import Opening, View
from pipeline.engines.face.warp.teeth import OwnTeeth, Row, own_teeth, upper_row
from pipeline.engines.face.warp.tones import Tones, side_light, tones
from pipeline.media.picture import TO_YUV, Planes

Picture = NDArray[np.uint8]
Grey = NDArray[np.float32]
_Layers = tuple[Grey, Grey, Grey]

# Landmarks in the middle of the lips.
_MIDLINE = (0, 13, 14, 17)

# From this much of the tongue on its tip comes between the teeth; there it is lighter than inside.
_TIP_SEEN = 0.60
_TIP_LIGHT = np.float32(1.10)

_OFFSETS = TO_YUV[:, 3].astype(np.float32)
# Between lips that have hardly parted teeth have this part of their light, and stand so much higher behind
# the upper lip.
_HINT, _RETREAT = 0.84, 0.035
_HALF = np.float32(0.5)
# How light it is inside for every level of the softened opening, before the mouth's shape says more.
_LIGHT = 0.36 + 0.64 * np.clip((np.arange(256) / 255 - 0.30) / 0.45, 0.0, 1.0)
# Blue and red difference, in levels, that the deepest shade adds: blood takes blue and green alike.
_WARM = np.array([-5.0, 9.0], np.float32)
# Lips pushed forward hide the teeth behind them: none as far as this, all from there on.
_HIDING = (0.20, 0.52)
# But lips that are farther apart than the jaw is open, by these parts of either, bare them, as in the sound
# that "she" begins with.
_FLARED = (0.06, 0.16)
# How many times as red as blue teeth are in light without a tint.
_UNTINTED = 1.2


class Interior:
    """The inside of one sitter's mouth.

    What is smooth (the dark, the tongue, the light) is worked out for every second pixel, which is all that
    chroma needs; luma gets its edges from the teeth and the lips.

    Args:
        frame: the face.
        lips: its lips.
        picture: the portrait.
        blur: how soft the portrait is, in pixels, from its enlargement.
        yaw: by how many degrees the head is turned, positive towards the picture's right.
    """

    def __init__(self, frame: FaceFrame, lips: LipRig, picture: Picture, blur: float, yaw: float) -> None:
        self._lips, self._unit, self._blur = lips, frame.unit, blur
        # Where the middle of the lips is; of a turned mouth it is not between the corners.
        self._midline = float(frame.points[list(_MIDLINE), 0].mean())
        own = own_teeth(frame, picture) if lips.opened else None
        found = tones(frame, picture)
        if own is not None:
            found = replace(found, teeth=own.colour)
        # Warm light needs less: openings as red as lips would not be seen as such.
        red = float(found.teeth[2] / max(found.teeth[0], 1.0))
        self._warm = (float(_WARM[0]), float(_WARM[1]) * min(_UNTINTED / max(red, 1.0), 1.0) ** 2)
        self._tones = Tones(**{name: _planar(getattr(found, name)) for name in Tones.__dataclass_fields__})
        softness = max(0.6, 0.008 * frame.unit, 0.36 * blur)
        self._upper_row = upper_row(frame.unit, softness, yaw, side_light(frame, picture))
        height, width = self._upper_row.pixels.shape[:2]
        self._upper_row.pixels[..., 1] *= grain(frame, picture, (width, height))
        self._own = None if own is None else _Shown.of(own)

    def paint(self, out: Planes, opening: Opening, mouth: Mouth, view: View) -> None:
        """Paint the inside of the mouth into a frame, in place; nothing outside the lips changes."""
        outline = np.concatenate([opening.upper, opening.lower[::-1]])
        margin = 2.0 + 0.045 * self._unit + 0.9 * self._blur
        whole = Box(left=0, top=0, right=out.luma.shape[1], bottom=out.luma.shape[0])
        box = _around(outline, margin).shared(whole)
        width, height = box.width, box.height
        if width < 4 or height < 4:  # noqa: PLR2004 - nothing of the mouth is in the picture
            return
        parts = part_of(out, box.left, box.top, height, width)
        first = np.array([box.left, box.top])
        opening = replace(opening, upper=opening.upper - first, lower=opening.lower - first)
        if opening.gap > 0.004:  # noqa: PLR2004 - less than a pixel at any size
            hole = filled(outline - first, width, height)
            cover = soft(hole, max(0.6, 0.008 * self._unit, 0.30 * self._blur))
            small = halved(cover)
            inside = self._inside(opening, mouth, replace(view, origin=view.origin - first), (width, height))
            for plane, value, share in zip(parts, inside, (cover, small, small), strict=True):
                _lay(plane, value, share)
        closed = 1.0 - min(opening.gap / 0.05, 1.0)
        strength = (0.55 if self._lips.opened else 0.18) * closed
        if strength > 0.01:  # noqa: PLR2004 - less than a level of grey
            self._meeting_line(parts, (opening.upper + opening.lower) / 2, 0.58 * strength)

    def _inside(self, opening: Opening, mouth: Mouth, view: View, size: tuple[int, int]) -> _Layers:
        """Everything behind the lips in a part of a frame: luma of its size, blue and red of half of it.

        Opening and view count pixels from the part's corner.
        """
        width, height = size[0] // 2, size[1] // 2
        flared = float(smoothstep(*_FLARED, np.array(mouth.aperture - mouth.jaw)))
        mouth = replace(mouth, protrusion=mouth.protrusion * (1.0 - flared))
        x, y = view.to_face(
            np.arange(width, dtype=np.float64)[None, :] * 2 + 0.5,
            np.arange(height, dtype=np.float64)[:, None] * 2 + 0.5,
        )
        outline = (np.concatenate([opening.upper, opening.lower[::-1]]) - 0.5) / 2
        lit = self._light(filled(outline, width, height), opening.gap, mouth)
        back = self._back(x, y, lit, opening, mouth)
        # Front teeth stand right behind the lips: less of the shade is theirs, but not behind rounded lips.
        front = (lit * np.float32(0.58) + np.float32(0.42)) * np.float32(1.0 - 0.60 * mouth.protrusion)
        front *= np.float32(_HINT + (1.0 - _HINT) * opening.bared)
        luma, light = _enlarged(back[0], front, size)
        planes = (luma, back[1], back[2])
        # In the shade they become redder, as lips and gums around them are, not more yellow.
        self._teeth(planes, (light, front, np.sqrt(front)), opening, mouth, view)
        if mouth.tongue > _TIP_SEEN:
            self._tip(planes, front, (x, y), opening, mouth)
        # What light reaches the shade has been through lips and cheeks; behind rounded lips there is none.
        shade = (np.float32(1.0) - front * front) * np.float32(1.0 - 0.6 * mouth.protrusion)
        return (
            planes[0] + _OFFSETS[0],
            planes[1] + (_OFFSETS[1] + shade * np.float32(self._warm[0])),
            planes[2] + (_OFFSETS[2] + shade * np.float32(self._warm[1])),
        )

    def _back(self, x: Grey, y: Grey, lit: Grey, opening: Opening, mouth: Mouth) -> _Layers:
        """The dark and the tongue in it, shaded, without the offsets of the planes."""
        gap, raised = opening.gap, mouth.tongue
        depth = np.clip((y - np.float32(self._lips.seam)) * np.float32(1 / 0.30), 0.0, 1.0)
        middle = opening.lower_y - 0.012 - 0.05 * raised * min(max(gap / 0.12, 0.3), 1.0)
        wide, high = 0.26 - 0.02 * raised, 0.085 + 0.02 * raised + 0.10 * gap
        across = (x - np.float32(self._lips.centre)) * np.float32(1 / wide)
        down = (y - np.float32(middle)) * np.float32(1 / high)
        away = across * across + down * down
        cover = np.clip((np.float32(1.15) - away) * np.float32(2.0), 0.0, 1.0)
        # A tongue that is not raised lies low, and far back behind rounded lips.
        seen = (0.55 + 0.30 * min(raised, 1.0)) * (1.0 - 0.65 * mouth.protrusion)
        cover = cover * cover * (np.float32(3.0) - np.float32(2.0) * cover) * np.float32(seen)
        groove = np.maximum(np.float32(1.0) - across * across * np.float32((wide / 0.05) ** 2), 0.0)
        shade = np.float32(0.45) + np.float32(0.55) * np.maximum(np.float32(1.0) - away, 0.0)
        shade = (shade - np.float32(0.08) * groove) * cover
        left = np.float32(1.0) - cover
        # Grey fades less than light: what light comes in is warm.
        warm = np.sqrt(lit)
        tone = self._tones
        luma, blue, red = (
            ((depth * tone.glow[k] + tone.dark[k]) * left + shade * tone.tongue[k]) * fade
            for k, fade in enumerate((lit, warm, warm))
        )
        return luma, blue, red

    def _teeth(
        self,
        planes: _Layers,
        light: _Layers,
        opening: Opening,
        mouth: Mouth,
        view: View,
    ) -> None:
        """Lay the upper teeth into what is behind them; the lower ones are behind the lip."""
        strength = 1.0 - float(smoothstep(*_HIDING, np.array(mouth.protrusion)))
        if strength < 0.01:  # noqa: PLR2004 - hardly a level
            return
        rise = _RETREAT * (1.0 - opening.bared)
        if self._own is not None:
            own = replace(view, origin=view.origin - view.axes[:, 1] * rise)
            self._own_row(planes, light, self._own, strength, own)
        else:
            place = self._matrix(view, self._upper_row.centre, 0.006 - 0.02 * mouth.protrusion - rise)
            self._row(planes, light, self._upper_row, strength, place)

    def _tip(
        self, planes: _Layers, front: Grey, at: tuple[Grey, Grey], opening: Opening, mouth: Mouth
    ) -> None:
        """Lay the tip of the tongue between the teeth, before the upper ones, at the places `at`."""
        across = (at[0] - np.float32(self._midline)) * np.float32(1 / 0.19)
        round_ = across * across
        edge = np.float32(opening.lower_y - 0.42 * opening.gap) + np.float32(0.03) * round_
        cover = np.clip((at[1] - edge) * np.float32(1 / 0.016), 0.0, 1.0)
        cover *= np.clip((np.float32(1.0) - round_) * np.float32(2.0), 0.0, 1.0)
        # Rounded lips hide it as well.
        forward = min((mouth.tongue - _TIP_SEEN) / (1.0 - _TIP_SEEN), 1.0) ** 0.5
        cover *= np.float32(0.92 * forward * (1.0 - mouth.protrusion))
        lit = front * (np.float32(1.06) - np.float32(0.22) * round_)
        size = (planes[0].shape[1], planes[0].shape[0])
        whole, half = _enlarged(cover, lit, size), (cover, lit)
        for plane, (share, light), tone in zip(planes, (whole, half, half), self._tones.tongue, strict=True):
            _mix(plane, light * (tone * _TIP_LIGHT), share)

    def _row(
        self,
        planes: _Layers,
        light: _Layers,
        row: Row,
        strength: float,
        matrix: NDArray[np.float64],
    ) -> None:
        """Lay a drawn row of teeth."""
        bright = np.float32(0.72 + 0.28 * strength)
        whole = _warped(row.pixels, matrix, planes[0])
        half = _warped(row.pixels, _for_chroma(matrix), planes[1])
        layers = (whole, half, half)
        for plane, lit, (cover, relief), tone in zip(planes, light, layers, self._tones.teeth, strict=True):
            _mix(plane, relief * lit * (tone * bright), cover * np.float32(strength))

    def _own_row(
        self,
        planes: _Layers,
        light: _Layers,
        own: _Shown,
        strength: float,
        view: View,
    ) -> None:
        """Lay the portrait's own teeth where the skull has them."""
        turned = view.axes / self._unit
        # From pixels of the layer, upright in the portrait, over the face's frame to pixels of the frame.
        matrix = np.empty((2, 3))
        matrix[:, 0] = turned[:, 0] * own.axes[0, 0] + turned[:, 1] * own.axes[1, 0]
        matrix[:, 1] = turned[:, 0] * own.axes[0, 1] + turned[:, 1] * own.axes[1, 1]
        matrix[:, 2] = view.origin + matrix[:, 0] * own.offset[0] + matrix[:, 1] * own.offset[1]
        luma, _, _, whole = _warped(own.pixels, matrix, planes[0])
        _, blue, red, half = _warped(own.pixels, _for_chroma(matrix), planes[1])
        share = np.float32(strength / 255.0)
        layers = ((luma, whole), (blue, half), (red, half))
        for plane, lit, offset, (pixels, cover) in zip(planes, light, _OFFSETS, layers, strict=True):
            _mix(plane, (pixels - offset) * lit, cover * share)

    def _matrix(self, view: View, centre: tuple[float, float], drop: float) -> NDArray[np.float64]:
        """From pixels of a layer, whose `centre` stands in the middle of the mouth, to a part of a frame."""
        turned = view.axes / self._unit
        at = np.array([self._midline, self._lips.seam + drop])
        stands = view.origin + view.axes[:, 0] * at[0] + view.axes[:, 1] * at[1]
        shift = stands - turned[:, 0] * centre[0] - turned[:, 1] * centre[1]
        return np.concatenate([turned, shift[:, None]], axis=1)

    def _light(self, hole: Picture, gap: float, mouth: Mouth) -> Grey:
        """How much light reaches the inside, 0 to 1: less near the upper lip and the corners.

        Args:
            hole: 255 inside the lips, for every second pixel.
            gap: between the lips.
            mouth: the mouth.
        """
        # The corners' shade reaches farther than the lips'.
        reach = max(0.5, 0.0175 * self._unit)
        lit = cv2.GaussianBlur(hole, (0, 0), 1.3 * reach, sigmaY=reach, borderType=cv2.BORDER_CONSTANT)
        shift = min(round(0.014 * self._unit), len(lit))
        if shift:
            lit[shift:] = lit[:-shift].copy()
            lit[:shift] = 0
        narrow = min(max(0.12 - gap, 0.0), 0.12) / 0.12
        least = min(0.95, 0.36 + 0.12 * mouth.tuck + 0.40 * narrow * (1.0 - mouth.protrusion))
        light: Grey = np.maximum(_LIGHT, least).astype(np.float32)[lit]
        return light

    def _meeting_line(self, parts: Planes, middle: Points, strength: float) -> None:
        """Draw the soft dark line where closed lips meet, in a part of a frame."""
        height, width = parts.luma.shape
        mask = line(middle, max(1, round(0.016 * self._unit)), width, height)
        cover = soft(mask, max(0.7, 0.011 * self._unit)) * np.float32(strength)
        small = halved(cover)
        dark = self._tones.dark + _OFFSETS
        for plane, tone, share in zip(parts, dark, (cover, small, small), strict=True):
            _lay(plane, tone, share)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shown:
    """A portrait's own teeth: luma, blue, red and cover, (height, width, 4); and where they stand."""

    pixels: Picture
    offset: Points
    axes: NDArray[np.float64]

    @classmethod
    def of(cls, own: OwnTeeth) -> _Shown:
        """The planes of what was cut out."""
        planes = cv2.transform(own.pixels[..., :3], TO_YUV)
        return cls(pixels=np.dstack([planes, own.pixels[..., 3]]), offset=own.offset, axes=own.axes)


def _planar(colour: Grey) -> Grey:
    """A BGR colour in the planes' steps, without their offsets."""
    b, g, r = (float(c) for c in colour)
    return np.array([row[0] * b + row[1] * g + row[2] * r for row in TO_YUV], np.float32)


def _around(points: Points, margin: float) -> Box:
    """The box around points and a margin, even, since chroma has half as many pixels."""
    left, top = (floor((first - margin) / 2) * 2 for first in points.min(axis=0).tolist())
    right, bottom = (ceil((last + margin) / 2) * 2 for last in points.max(axis=0).tolist())
    return Box(left=left, top=top, right=right, bottom=bottom)


def _mix(plane: Grey, values: Grey, share: Grey) -> None:
    """Lay values over a plane, in place."""
    more = values - plane
    more *= share
    plane += more


def _lay(pixels: Picture, values: Grey | np.float32, share: Grey) -> None:
    """Lay values over the pixels of a frame, in place."""
    mixed: Grey = values - pixels
    mixed *= share
    mixed += pixels
    mixed += _HALF
    pixels[...] = mixed


def _enlarged(one: Grey, other: Grey, size: tuple[int, int]) -> Sequence[Grey]:
    """Two layers as large as luma is."""
    return _apart(cv2.resize(np.dstack([one, other]), size, interpolation=cv2.INTER_LINEAR))


def _for_chroma(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """A map to pixels of luma as one to those of chroma, each in the middle of two by two."""
    return np.concatenate([matrix[:, :2], matrix[:, 2:] - 0.5], axis=1) / 2


def _warped(layers: Grey | Picture, matrix: NDArray[np.float64], like: Grey) -> Sequence[Grey]:
    """Layers (height, width, n) seen through an affine map, each as large as a part of a plane."""
    return _apart(cv2.warpAffine(layers, matrix, (like.shape[1], like.shape[0]), flags=cv2.INTER_LINEAR))


def _apart(layers: MatLike) -> Sequence[Grey]:
    """Layers one by one: whatever is done with them is several times as fast as where they are mixed."""
    return [np.asarray(layer, np.float32) for layer in cv2.split(layers)]
