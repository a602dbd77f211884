"""What a portrait does besides its mouth: blinks, glances and turns of the head, or nothing at all."""

from __future__ import annotations

from dataclasses import fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Canvas
from pipeline.engines.face.warp.bust import Bust
from pipeline.engines.face.warp.enlarge import enlarged
from pipeline.engines.face.warp.faceframe import FaceFrame
from pipeline.engines.face.warp.fields import LowerFace
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import part_of
from pipeline.engines.face.warp.lips import lip_rig
from pipeline.engines.face.warp.outline import Outline
from pipeline.media.picture import Planes, planes_of, to_yuv

Picture = NDArray[np.uint8]

# How far around a pixel that changes its neighbours between the enlarged plane's own pixels do; even, and
# twice of it is looked at.
_NEAR = 4

_LIDS_AND_EYES = frozenset({"blink", "gaze_x", "gaze_y"})
_TURNS = tuple(field.name for field in fields(HeadPose) if field.name not in _LIDS_AND_EYES)


class Body(Protocol):
    """A portrait in which one part, around the mouth, is drawn by somebody else."""

    def blank(self) -> Picture:
        """A frame to draw into: the portrait with its mouth at rest, raw yuv420p."""
        ...

    def draw(self, out: Picture, part: Planes | None, pose: HeadPose, *, moves: bool) -> None:
        """Draw one frame into what `blank` gave, or into an earlier frame of the same utterance.

        Args:
            out: raw yuv420p.
            part: what is seen around the mouth; None for the mouth at rest.
            pose: of head and eyes; a body that cannot move does not mind it.
            moves: whether the head turns in any frame of the utterance.
        """
        ...


def turns(pose: HeadPose) -> bool:
    """Whether the head is anywhere but where the portrait has it; lids and eyes do not count."""
    return any(getattr(pose, name) for name in _TURNS)


class StillBody:
    """A portrait that does nothing: each frame is the portrait with another mouth.

    Args:
        picture: the portrait with its mouth at rest, BGR.
        box: the part around the mouth; its edges are even.
    """

    def __init__(self, picture: Picture, box: Box) -> None:
        self._still = to_yuv(np.ascontiguousarray(picture))
        self._box = box
        self._rest = _part(planes_of(self._still), box)

    def blank(self) -> Picture:
        """A frame to draw into: the portrait with its mouth at rest, raw yuv420p."""
        return self._still.copy()

    def draw(self, out: Picture, part: Planes | None, _pose: HeadPose, *, moves: bool) -> None:  # noqa: ARG002 - it cannot
        """Lay the part around the mouth into a frame."""
        _lay(_part(planes_of(out), self._box), self._rest if part is None else part)


class LivingBody:
    """A portrait that blinks, glances and turns its head, by the motions of the engine `warp`.

    Everything moves after the mouth was drawn, which goes along with the head. While the head stands still,
    only the parts around mouth and eyes are drawn.

    Args:
        canvas: the portrait.
        frame: the face in it.
        picture: the portrait with its mouth at rest, BGR.
        box: the part around the mouth; its edges are even.
        outline: of the person, by whoever has looked at it before; None to look at it.
    """

    def __init__(
        self, canvas: Canvas, frame: FaceFrame, picture: Picture, box: Box, *, outline: Outline | None = None
    ) -> None:
        lips = lip_rig(frame)
        self._bust = Bust(canvas, frame, lips, LowerFace(frame, lips), picture, outline=outline)
        self._box = box
        moving, height, width = self._bust.sheet.box, *picture.shape[:2]
        whole = Box(left=0, top=0, right=width, bottom=height)
        self._wide = _widened(box, 2 * _NEAR).shared(whole)
        self._near = _widened(box, _NEAR).shared(moving)
        still = _part(planes_of(self._bust.blank()), self._wide)
        self._around = Planes(*(np.ascontiguousarray(plane) for plane in still))
        self._rest = Planes(*(plane.copy() for plane in _part(still, box, self._wide)))
        self._times = self._bust.source.luma.shape[1] // moving.width
        # What of the enlarged portrait is drawn anew with the mouth, and how it is at rest.
        at = self._near.moved(-moving.left, -moving.top)
        large = Box(**{side: edge * self._times for side, edge in vars(at).items()})
        self._shown = part_of(self._bust.source, large.left, large.top, large.height, large.width)
        self._shown_at_rest = Planes(*(plane.copy() for plane in self._shown))
        self._rests = True

    def blank(self) -> Picture:
        """A frame to draw into: the portrait with its mouth at rest, raw yuv420p."""
        return self._bust.blank()

    def draw(self, out: Picture, part: Planes | None, pose: HeadPose, *, moves: bool) -> None:
        """Draw one frame: the mouth, then lids and eyes, and the whole head if it turns."""
        turn = self._bust.look(pose)
        if moves:
            self._show(part)
            self._bust.draw(out, turn)
            return
        planes, moving = planes_of(out), self._bust.sheet.box
        for box in self._bust.eyes:
            large = part_of(self._bust.source, box.left, box.top, box.height, box.width)
            eye = Box(**{side: edge // self._times for side, edge in vars(box).items()})
            seen = _part(planes, eye.moved(moving.left, moving.top))
            _lay(seen, Planes(*(plane[:: self._times, :: self._times] for plane in large)))
        _lay(_part(planes, self._box), self._rest if part is None else part)

    def _show(self, part: Planes | None) -> None:
        """Draw the part around the mouth into the enlarged portrait."""
        if part is None:
            if not self._rests:
                _lay(self._shown, self._shown_at_rest)
            self._rests = True
            return
        self._rests = False
        _lay(_part(self._around, self._box, self._wide), part)
        inner = self._near.moved(-self._wide.left, -self._wide.top)
        for shown, plane, box in zip(
            self._shown, self._around, (inner, inner.halved(), inner.halved()), strict=True
        ):
            shown[...] = enlarged(plane, box, self._times)


def _widened(box: Box, by: int) -> Box:
    return Box(left=box.left - by, top=box.top - by, right=box.right + by, bottom=box.bottom + by)


def _part(planes: Planes, box: Box, corner: Box | None = None) -> Planes:
    """Views of a part of planes whose first pixel is the corner of another box, else the picture's."""
    at = box if corner is None else box.moved(-corner.left, -corner.top)
    return part_of(planes, at.left, at.top, at.height, at.width)


def _lay(over: Planes, planes: Planes) -> None:
    for plane, pixels in zip(over, planes, strict=True):
        plane[...] = pixels
