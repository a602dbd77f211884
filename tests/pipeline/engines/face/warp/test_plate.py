"""Before a pattern the head moves, and what is behind it stands still; before a plain wall nothing is cut."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import CHIN
from pipeline.engines.face import Canvas
from pipeline.engines.face.warp.faceframe import face_frame
from pipeline.engines.face.warp.head import HeadMotion, HeadPose
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.lips import Mouth
from pipeline.engines.face.warp.outline import Outline
from pipeline.engines.face.warp.rig import Rig
from pipeline.media.picture import planes_of
from tests.support.faces import drawn_canvas

_FAR = HeadPose(roll=0.03, shift_x=0.03, shift_y=0.02, yaw=0.03)
_NEAR = HeadPose(shift_x=-0.02)


def _striped(side: int = 256) -> Canvas:
    """The drawn face before upright stripes of ten pixels."""
    canvas = drawn_canvas(side)
    assert canvas.person is not None
    stripes = np.where((np.arange(side) // 10 % 2)[None, :, None], 30, 110).astype(np.uint8)
    shown = np.where(canvas.person[..., None] > 0, canvas.picture, stripes)
    return replace(canvas, picture=np.ascontiguousarray(shown, np.uint8))


def _around(canvas: Canvas, reach: float) -> NDArray[np.bool_]:
    """The person and so many inter-ocular distances around."""
    assert canvas.person is not None
    assert canvas.face.landmarks is not None
    pixels = round(reach * face_frame(canvas.face.landmarks).unit)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1))
    return np.asarray(cv2.dilate(canvas.person, disc) > 0)


@pytest.mark.parametrize("pose", [_NEAR, _FAR], ids=["a little", "far"])
@pytest.mark.parametrize("width", [256, 250], ids=["eights", "twos"])
def test_a_pattern_does_not_bend(pose: HeadPose, width: int) -> None:
    """From a quarter of the distance between the eyes beside the head on, every byte is the portrait's."""
    canvas = _striped()
    assert canvas.person is not None
    cut = np.s_[:, :width]
    canvas = replace(
        canvas, picture=np.ascontiguousarray(canvas.picture[cut]), person=canvas.person[cut].copy()
    )
    rig = Rig(canvas)
    rest, frame = rig.blank(), rig.blank()
    rig.draw(frame, Mouth(), pose)
    moved = planes_of(frame).luma != planes_of(rest).luma
    assert moved.any()
    assert not moved[~_around(canvas, 0.25)].any()


def test_where_the_head_was_there_is_background() -> None:
    """What a head that moved aside leaves free is as light as the stripes are, nothing of the head."""
    canvas = _striped()
    face = (planes_of(Rig(canvas).blank()).luma, canvas.face.landmarks)
    rig = Rig(canvas)
    frame = rig.blank()
    rig.draw(frame, Mouth(), HeadPose(shift_x=0.1))
    assert face[1] is not None
    unit = face_frame(face[1]).unit
    person = canvas.person
    assert person is not None
    row = round(float(face[1][4, 1]))
    edge = int(np.flatnonzero(person[row])[0])
    left = planes_of(frame).luma[row, edge : edge + round(0.04 * unit)].astype(int)
    skin = int(face[0][row, edge + round(0.3 * unit)])
    assert np.abs(left - skin).min() > 8


def test_at_rest_the_portrait_is_itself() -> None:
    """Laying the background changes no byte where nothing moves."""
    canvas = _striped()
    rig = Rig(canvas)
    rest, frame = rig.blank(), rig.blank()
    rig.draw(frame, Mouth(), HeadPose())
    beside = ~_around(canvas, 0.0)
    assert np.array_equal(planes_of(frame).luma[beside], planes_of(rest).luma[beside])
    edge = _around(canvas, 0.0) & (cv2.erode(canvas.person, np.ones((9, 9), np.uint8)) == 0)
    assert np.array_equal(planes_of(frame).luma[edge][:200], planes_of(rest).luma[edge][:200])


def test_before_a_plain_wall_nobody_is_cut_out() -> None:
    """All that is behind may go along where nobody sees it; a pattern is covered by the person alone."""
    for canvas, plain in ((drawn_canvas(), True), (_striped(), False)):
        assert canvas.person is not None
        assert canvas.face.landmarks is not None
        outline = Outline(face_frame(canvas.face.landmarks), canvas.picture, canvas.person)
        x, y = np.meshgrid(np.arange(256.0), np.arange(256.0))
        pixels = np.stack([x, y], axis=-1)
        beside = _around(canvas, 0.3) & ~_around(canvas, 0.2)
        assert np.abs(outline.cover(pixels)[beside] - plain).max() < 0.01
        assert outline.cover(pixels)[canvas.person > 0].min() > 0.99
        assert outline.hidden(pixels)[canvas.person > 0].all()


def test_frames_depend_on_their_pose_alone() -> None:
    """A frame drawn after another one is the same as drawn first."""
    rig = Rig(_striped())
    first, later = rig.blank(), rig.blank()
    rig.draw(first, Mouth(), _NEAR)
    rig.draw(later, Mouth(), _FAR)
    rig.draw(later, Mouth(), _NEAR)
    assert np.array_equal(first, later)


def test_before_a_pattern_a_head_sways_less() -> None:
    """By half and more at the crown; before a plain wall it goes all of its way."""
    went = []
    for canvas in (drawn_canvas(), _striped()):
        assert canvas.person is not None
        assert canvas.face.landmarks is not None
        frame = face_frame(canvas.face.landmarks)
        outline = Outline(frame, canvas.picture, canvas.person)
        nodes = np.array([[canvas.face.landmarks[10, :2]]], np.float64)
        whole = Box(left=0, top=0, right=256, bottom=256)
        head = HeadMotion(frame, nodes, (256, 256), outline, within=whole, border=2)
        went.append(np.abs(head.backward(HeadPose(roll=0.01, shift_x=0.02))).max() / frame.unit)
    assert went[0] > 0.02
    assert 0.3 * went[0] < went[1] < 0.55 * went[0]


def test_a_mask_is_brought_to_where_the_pattern_ends() -> None:
    """Hardly any wall goes along that a mask has too much, and nothing of the person stays that it lacks."""
    canvas = _striped()
    assert canvas.person is not None
    assert canvas.face.landmarks is not None
    frame = face_frame(canvas.face.landmarks)
    x, y = np.meshgrid(np.arange(256.0), np.arange(256.0))
    pixels = np.stack([x, y], axis=-1)
    above_chin = y < canvas.face.landmarks[CHIN, 1]
    for grow in (cv2.dilate, cv2.erode):
        rough = np.asarray(grow(canvas.person, np.ones((7, 7), np.uint8)), np.uint8)
        cover = Outline(frame, canvas.picture, rough).cover(pixels)
        assert cover[(canvas.person > 0) & above_chin].min() > 0.9
        beside = _around(canvas, 0.3) & ~_around(canvas, 0.15)
        assert cover[beside & above_chin].mean() < 0.03
