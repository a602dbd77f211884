"""The eyes of a sitter: lids and irises, drawn into the portrait where they change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import (
    LEFT_BROW,
    LEFT_IRIS,
    LEFT_LID_LOWER,
    LEFT_LID_UPPER,
    RIGHT_BROW,
    RIGHT_IRIS,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
)
from pipeline.engines.face.warp.enlarge import enlarged
from pipeline.engines.face.warp.eyefit import fitted
from pipeline.engines.face.warp.eyelids import REACH, Lids, lids_of
from pipeline.engines.face.warp.eyeshape import eye_shape
from pipeline.engines.face.warp.faceframe import FaceFrame
from pipeline.engines.face.warp.gaze import Iris, iris_of
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import part_of
from pipeline.media.picture import Planes

Picture = NDArray[np.uint8]

_EYES = (
    ((RIGHT_LID_UPPER, RIGHT_LID_LOWER), RIGHT_BROW, RIGHT_IRIS, -1),
    ((LEFT_LID_UPPER, LEFT_LID_LOWER), LEFT_BROW, LEFT_IRIS, 1),
)

# Eyes turn down as their lids close, by so much of the distance between them: half a lid hides no pupil.
_DOWN = 0.03


@dataclass(frozen=True, kw_only=True, eq=False)
class _Eye:
    """One eye: its part of the enlarged portrait, as it is and as the irises have gone; lids if they close.

    `looking` is drawn anew when they go.
    """

    box: Box
    still: Planes
    looking: Planes
    lids: Lids | None
    iris: Iris | None


class Eyes:
    """The eyes of one portrait.

    Args:
        frame: the face, in pixels of the portrait.
        picture: the portrait, BGR.
        box: its moving part.
        source: that part's enlarged planes.

    Attributes:
        boxes: where in the source they are drawn.
    """

    def __init__(self, frame: FaceFrame, picture: Picture, box: Box, source: Planes) -> None:
        times = source.luma.shape[1] // box.width
        eyes = [_eye(frame, picture, box, source, number) for number in range(len(_EYES))]
        self._eyes = _alike([eye for eye in eyes if eye is not None])
        self.boxes = tuple(eye.box for eye in self._eyes)
        # Eyes go together or not at all: nobody winks.
        self._blink = all(eye.lids is not None for eye in self._eyes)
        self._look = len(self._eyes) == len(_EYES) and all(eye.iris is not None for eye in self._eyes)
        self._unit = frame.unit * times
        self._axes = (frame.along, frame.down)
        self._shown = (0, 0, 0.0)

    def show(self, source: Planes, pose: HeadPose) -> None:
        """Draw the eyes into the enlarged portrait, as far as they are not drawn so already."""
        lids = min(max(pose.blink, 0.0), 1.0) * self._blink
        gaze = (pose.gaze_x, pose.gaze_y + _DOWN * lids)
        x, y = (round(size * self._unit * Iris.STEPS) * self._look for size in gaze)
        before, self._shown = self._shown, (x, y, lids)
        if self._shown == before:
            return
        along, down = self._axes
        away = (along * x + down * y) / Iris.STEPS
        for eye in self._eyes:
            if eye.iris is not None and before[:2] != (x, y):
                eye.iris.look(eye.still, eye.looking, away)
            box = eye.box
            drawn = part_of(source, box.left, box.top, box.height, box.width)
            for plane, pixels in zip(drawn, eye.looking, strict=True):
                plane[...] = pixels
            if eye.lids is not None and lids > 0:
                eye.lids.close(eye.looking, drawn, lids)


def _alike(eyes: list[_Eye]) -> list[_Eye]:
    """The same eyes with lashes of one colour, the darker one's: something may hide those of the other."""
    lashes = [eye.lids.lash for eye in eyes if eye.lids is not None]
    if not lashes:
        return eyes
    darkest = min(lashes, key=lambda planes: float(planes[0]))
    return [eye if eye.lids is None else replace(eye, lids=replace(eye.lids, lash=darkest)) for eye in eyes]


def _eye(frame: FaceFrame, picture: Picture, moving: Box, source: Planes, number: int) -> _Eye | None:
    """One eye of the enlarged portrait; None where it lies outside its moving part."""
    lids, brow, iris, outer = _EYES[number]
    times = source.luma.shape[1] // moving.width
    shape = eye_shape(
        (frame.to_picture(frame.points) - (moving.left, moving.top)) * times,
        frame.unit * times,
        frame.down,
        lids=lids,
        brow=brow,
        iris=iris,
        outer=outer,
    )
    box = shape.box(REACH, (source.luma.shape[1], source.luma.shape[0]))
    if box is None:
        return None
    # In whole pixels of the picture, two of which share their chroma.
    box = Box(**{side: at // (2 * times) * (2 * times) for side, at in vars(box).items()})
    part = enlarged(picture, _in_picture(box, moving, times), times)
    shape, white = fitted(shape, box, part)
    still = Planes(*(p.copy() for p in part_of(source, box.left, box.top, box.height, box.width)))
    closing = lids_of(shape, box, part, white)
    return _Eye(
        box=box,
        still=still,
        looking=Planes(*(plane.copy() for plane in still)),
        lids=closing,
        iris=None if closing is None else iris_of(shape, box, still, times),
    )


def _in_picture(box: Box, moving: Box, times: int) -> Box:
    """An even part of the enlarged moving part, in pixels of the picture."""
    return Box(
        left=moving.left + box.left // times,
        top=moving.top + box.top // times,
        right=moving.left + box.right // times,
        bottom=moving.top + box.bottom // times,
    )
