"""The dark line where closed lips meet: it belongs to neither, and goes as they part.

In the corners it stays longer: narrow lips are still one line there, until they round or open wide. Then what
the picture has there, and the creases beyond, would stick out beside the mouth.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import JAW_LINE
from pipeline.engines.face.warp.brush import disc, line, soft
from pipeline.engines.face.warp.ease import ease, smoothstep
from pipeline.engines.face.warp.enlarge import enlarged
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import part_of, recoloured
from pipeline.engines.face.warp.lips import LipRig
from pipeline.engines.face.warp.tones import lips_colours
from pipeline.media.picture import Planes

Picture = NDArray[np.uint8]
_Values = NDArray[np.int16]

# Lengths in inter-ocular distances: how far from the meeting lips the line may be, how wide at most, and
# how softly what is done to it ends.
_REACH, _WIDEST, _SOFT = 0.045, 0.060, 0.012
# How much of its darkness goes: an edge in its shade the lips keep.
_MUCH = 0.85
# Creases go on so far beyond the corners, fainter and fainter, and are at most so wide.
# What is finer than those, and by no more levels lighter or darker, is skin.
_BEYOND, _CREASE, _FINE, _FAINT = 0.16, 0.09, 0.006, 8
_MUCH_OF_CREASES = 0.85
# Skin that varies by more levels than this, so far around, is wrinkled everywhere and keeps more of them.
_PLAIN, _AROUND = 18.0, 0.12
_HALF = 0.5
# So many of the eleven points of the lips' edges at each end are the corners.
_CORNER = 1
# The lips are as far apart when the line begins to go, and when it has gone; and in the corners; by so many
# steps.
_PARTING, _WIDE = (0.004, 0.018), (0.008, 0.055)
_ROUNDING = (0.15, 0.75)
_STEPS = 8
# Creases go on beyond a corner as the lips' edges do from this one of their eleven points.
_INNER = 2


@dataclass(kw_only=True, eq=False)
class _Piece:
    """Some columns of the line's part of the enlarged portrait.

    Attributes:
        place: left, top, height and width there.
        whole: its planes as the portrait has them, `_STEPS` times.
        changes: what takes the line between the lips away, and what is in the corners, a step of each.
        shown: the steps that are drawn.
    """

    place: tuple[int, int, int, int]
    whole: tuple[_Values, ...]
    changes: tuple[tuple[_Values, ...], ...]
    shown: tuple[int, ...] = (0, 0)

    def show(self, source: Planes, steps: Sequence[int]) -> None:
        """Draw so many steps of each change."""
        wanted = tuple(step if change else 0 for step, change in zip(steps, self.changes, strict=True))
        if wanted == self.shown:
            return
        self.shown = wanted
        for k, plane in enumerate(part_of(source, *self.place)):
            mixed = self.whole[k] + _STEPS // 2
            for step, change in zip(wanted, self.changes, strict=True):
                if step:
                    mixed += change[k] * np.int16(step)
            plane[...] = mixed >> 3


class Seam:
    """The line between the lips of a portrait whose mouth is closed.

    Args:
        frame: the face, in pixels of the portrait.
        lips: its lips.
        picture: the portrait, BGR.
        box: its moving part.
        source: that part's enlarged planes.
    """

    def __init__(self, frame: FaceFrame, lips: LipRig, picture: Picture, box: Box, source: Planes) -> None:
        self._pieces: tuple[_Piece, ...] = ()
        if lips.opened:
            return
        meeting = (lips.upper_inner.source + lips.lower_inner.source) / 2
        ends = tuple(_end(frame, lips, meeting, at) for at in (0, -1))
        part = _around(frame, np.concatenate([meeting, *ends]), box)
        if part.width <= 0 or part.height <= 0:
            return
        times = source.luma.shape[1] // box.width
        before = enlarged(picture, part, times)
        place = _Place(frame, part, times)
        left, top = times * (part.left - box.left), times * (part.top - box.top)
        shown = part_of(source, left, top, *before.shape[:2])
        # The usual colour of the lip that is the darker one: under a moustache it is the moustache's.
        lip = np.minimum(*(np.median(each, axis=0) for each in lips_colours(frame, lips, picture)))
        changes = [
            _changes(shown, before, change)
            for change in _without(before, place, meeting, ends, lip.astype(np.float32))
        ]
        inner = frame.to_picture(meeting[[_INNER, -1 - _INNER]])[:, 0]
        cuts = [0, *(times * 2 * np.round((inner - part.left) / 2).astype(int)).tolist(), before.shape[1]]
        self._pieces = tuple(
            _piece(shown, changes, first, last, (left, top))
            for first, last in itertools.pairwise(cuts)
            if last > first
        )

    def show(self, source: Planes, gap: float, rounded: float) -> None:
        """Draw the line into the enlarged portrait as far as lips show it.

        Args:
            source: the enlarged portrait, written in place.
            gap: how far the lips are apart.
            rounded: how round they are, 0 to 1.
        """
        parted, wide, round_ = (
            float(ease(np.array((value - start) / (end - start))))
            for value, (start, end) in ((gap, _PARTING), (gap, _WIDE), (rounded, _ROUNDING))
        )
        steps = (round(parted * _STEPS), round(max(wide, round_) * _STEPS))
        for piece in self._pieces:
            piece.show(source, steps)


class _Place:
    """A part of the enlarged portrait, in the face's own frame.

    Args:
        frame: the face, in pixels of the portrait.
        part: of the portrait.
        times: by which it is enlarged.
    """

    def __init__(self, frame: FaceFrame, part: Box, times: int) -> None:
        self.unit = frame.unit * times
        self.shape = (part.height * times, part.width * times)
        self._frame, self._corner, self._times = frame, np.array([part.left, part.top]), times
        x, y = np.meshgrid(np.arange(self.shape[1]) / times, np.arange(self.shape[0]) / times)
        self.at = frame.to_face(np.stack([x, y], axis=-1) + self._corner)

    def along(self, points: Points) -> NDArray[np.float32]:
        """1 on a line through points of the face, 0 beside it."""
        pixels = (self._frame.to_picture(points) - self._corner) * self._times
        mask = line(pixels, max(1, round(2 * _REACH * self.unit)), self.shape[1], self.shape[0])
        return soft(mask, max(0.6, _SOFT * self.unit))


def _end(frame: FaceFrame, lips: LipRig, meeting: Points, at: int) -> Points:
    """From a corner of the mouth to where creases beyond it end: less far where the face ends."""
    corner = lips.upper_outer.source[at]
    inner = meeting[_INNER if at == 0 else -1 - _INNER]
    outline = frame.points[list(JAW_LINE), 0]
    room = float(corner[0] - outline.min() if at == 0 else outline.max() - corner[0])
    away = (corner - inner) / max(float(np.hypot(*(corner - inner))), 1e-6)
    return np.stack([corner, corner + away * min(_BEYOND, 0.5 * max(room, 0.0))])


def _around(frame: FaceFrame, points: Points, box: Box) -> Box:
    """The part of a box in which all that is done near some points is seen."""
    pixels = frame.to_picture(points)
    margin = (_REACH + 3 * _SOFT) * frame.unit
    first, last = pixels.min(axis=0) - margin, pixels.max(axis=0) + margin
    left, top = (np.floor(first / 2) * 2).astype(int).tolist()
    right, bottom = (np.ceil(last / 2) * 2).astype(int).tolist()
    return Box(left=left, top=top, right=right, bottom=bottom).shared(box)


def _without(
    part: Picture,
    place: _Place,
    meeting: Points,
    ends: Sequence[Points],
    lip: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What takes away what is dark and narrow along the meeting lips, and what there is of it in the corners.

    It is never lighter than the lip: thin lips are narrow themselves, and what is beside them is skin. Beyond
    the corners there is no lip; of creases neither the dark is left nor a light edge.
    """
    size = disc(max(3, round(_WIDEST * place.unit)) // 2)
    closed = np.minimum(cv2.morphologyEx(part, cv2.MORPH_CLOSE, size).astype(np.float32), lip)
    line_goes = np.maximum(closed - part, 0) * np.float32(_MUCH)
    large = disc(max(3, round(_CREASE * place.unit)) // 2)
    smooth = cv2.GaussianBlur(part, (0, 0), max(0.6, _FINE * place.unit))
    calm = cv2.morphologyEx(cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, large), cv2.MORPH_OPEN, large)
    calm = cv2.GaussianBlur(calm, (0, 0), max(0.6, _SOFT * place.unit))
    fine = np.clip(part.astype(np.float32) - smooth, -_FAINT, _FAINT)
    crease_goes = (calm + fine - part) * np.float32(_MUCH_OF_CREASES)
    wide = cv2.GaussianBlur(part, (0, 0), 0.5 * _CREASE * place.unit)
    varies = cv2.absdiff(part, wide).astype(np.float32).mean(axis=2)
    x = place.at[..., 0]
    middle, outside, creases = np.ones(x.shape), np.zeros(x.shape), np.zeros(x.shape, np.float32)
    for (corner, end), inner, sign in zip(ends, (meeting[1], meeting[-2]), (-1.0, 1.0), strict=True):
        beyond = sign * (x - corner[0])
        middle *= 1.0 - smoothstep(sign * (inner[0] - corner[0]), 0.0, beyond)
        outside += smoothstep(0.0, 2 * _SOFT, beyond)
        far = max(float(sign * (end[0] - corner[0])), 1e-3)
        crease = place.along(np.stack([corner, end])) * (1.0 - smoothstep(0.4 * far, far, beyond))
        near = ((place.at - end) ** 2).sum(axis=-1) < _AROUND**2
        usual = varies[near & (crease < _HALF)]
        wrinkled = float(usual.mean()) / _PLAIN if usual.size else 1.0
        creases += crease * np.float32(1.0 / max(wrinkled, 1.0) ** 2)
    lips_line = place.along(np.concatenate([ends[0][:1], meeting[1:-1], ends[1][:1]]))
    return (
        line_goes * (lips_line * middle)[..., None].astype(np.float32),
        line_goes * (lips_line * (1.0 - middle) * (1.0 - outside))[..., None].astype(np.float32)
        + crease_goes * (creases * outside)[..., None].astype(np.float32),
    )


def _changes(planes: Planes, before: Picture, change: NDArray[np.float32]) -> tuple[_Values, ...]:
    """By how much planes change when colours do."""
    after = recoloured(planes, before, before + change)
    return tuple(new.astype(np.int16) - old for new, old in zip(after, planes, strict=True))


def _piece(
    planes: Planes, changes: Sequence[tuple[_Values, ...]], first: int, last: int, corner: tuple[int, int]
) -> _Piece:
    """Some columns of a part of the enlarged portrait, whose corner is there."""
    columns = [np.s_[:, first:last], *[np.s_[:, first // 2 : last // 2]] * 2]
    cut = [tuple(plane[part].copy() for plane, part in zip(each, columns, strict=True)) for each in changes]
    return _Piece(
        place=(corner[0] + first, corner[1], planes.luma.shape[0], last - first),
        whole=tuple(
            plane[part].astype(np.int16) * _STEPS for plane, part in zip(planes, columns, strict=True)
        ),
        changes=tuple(each if any(plane.any() for plane in each) else () for each in cut),
    )
