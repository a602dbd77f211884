"""The dark line where closed lips meet: it belongs to neither, and goes as they part."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import disc, line, soft
from pipeline.engines.face.warp.enlarge import enlarged
from pipeline.engines.face.warp.faceframe import FaceFrame
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import part_of, recoloured
from pipeline.engines.face.warp.lips import LipRig
from pipeline.engines.face.warp.tones import colours_at
from pipeline.media.picture import Planes

Picture = NDArray[np.uint8]

# Lengths in inter-ocular distances: how far from the meeting lips the line may be, how wide at most, and
# how softly what is done to it ends.
_REACH, _WIDEST, _SOFT = 0.045, 0.045, 0.012
# How much of its darkness goes: an edge in its shade the lips keep.
_MUCH = 0.75
# So many of the eleven points of the lips' edges at each end are the corners, where the line stays.
_CORNER = 1
# The lips are as far apart when it begins to go, and when it has gone; by so many steps.
_BEGINS, _GONE = 0.006, 0.030
_STEPS = 8
# Of the eleven points of the lips' edges so many at each end are not looked at for the lips' colour.
_LIP_ENDS = 2


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
        meeting = (lips.upper_inner.source + lips.lower_inner.source)[_CORNER:-_CORNER] / 2
        pixels = frame.to_picture(meeting)
        margin = (_REACH + 3 * _SOFT) * frame.unit
        first, last = pixels.min(axis=0) - margin, pixels.max(axis=0) + margin
        left, top = (np.floor(first / 2) * 2).astype(int).tolist()
        right, bottom = (np.ceil(last / 2) * 2).astype(int).tolist()
        part = Box(left=left, top=top, right=right, bottom=bottom).shared(box)
        self._shown = 0
        self._there = not lips.opened and part.width > 0 and part.height > 0
        if not self._there:
            return
        times = source.luma.shape[1] // box.width
        before = enlarged(picture, part, times)
        corner = np.array([part.left, part.top])
        after = _without_line(
            before, (pixels - corner) * times, frame.unit * times, _darker_lip(frame, lips, picture)
        )
        size = tuple(
            times * each for each in (part.left - box.left, part.top - box.top, part.height, part.width)
        )
        self._part = (size[0], size[1], size[2], size[3])
        self._with = Planes(*(plane.copy() for plane in part_of(source, *self._part)))
        self._without = recoloured(self._with, before, after)

    def show(self, source: Planes, gap: float) -> None:
        """Draw the line into the enlarged portrait as far as lips that are `gap` apart show it."""
        parted = min(max((gap - _BEGINS) / (_GONE - _BEGINS), 0.0), 1.0)
        step = round(parted * _STEPS) if self._there else 0
        if step == self._shown:
            return
        self._shown = step
        drawn = part_of(source, *self._part)
        for plane, dark, light in zip(drawn, self._with, self._without, strict=True):
            mixed = dark.astype(np.int16) * (_STEPS - step) + light.astype(np.int16) * step
            plane[...] = (mixed + _STEPS // 2) // _STEPS


def _darker_lip(frame: FaceFrame, lips: LipRig, picture: Picture) -> NDArray[np.float32]:
    """The usual colour of the lip that is the darker one, BGR: under a moustache it is the moustache's."""
    found = []
    for outer, inner in ((lips.upper_outer, lips.upper_inner), (lips.lower_outer, lips.lower_inner)):
        middle = (outer.source + inner.source)[_LIP_ENDS:-_LIP_ENDS] / 2
        found.append(np.median(colours_at(frame, picture, middle), axis=0))
    return np.minimum(*found).astype(np.float32)


def _without_line(
    part: Picture, meeting: NDArray[np.float64], unit: float, lip: NDArray[np.float32]
) -> NDArray[np.float32]:
    """A part of the portrait with what is dark and narrow along the meeting lips as light as beside it.

    It is never lighter than the lip: thin lips are narrow themselves, and what is beside them is skin.
    """
    size = max(3, round(_WIDEST * unit)) | 1
    closed = np.minimum(cv2.morphologyEx(part, cv2.MORPH_CLOSE, disc(size // 2)).astype(np.float32), lip)
    mask = line(meeting, max(1, round(2 * _REACH * unit)), part.shape[1], part.shape[0])
    share = soft(mask, max(0.6, _SOFT * unit))[..., None] * np.float32(_MUCH)
    return np.asarray(part + np.maximum(closed - part, 0) * share, np.float32)
