"""What a portrait does besides its mouth."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Canvas
from pipeline.engines.face.warp.faceframe import face_frame
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.layers import part_of
from pipeline.engines.face.wav2lip.alive import LivingBody, StillBody, turns
from pipeline.media.picture import Planes, planes_of, to_yuv
from tests.support.faces import drawn_canvas, smiling_canvas

_MOUTH = Box(left=96, top=170, right=160, bottom=214)
_TURNED = HeadPose(roll=0.01, shift_x=0.03, yaw=0.02)


@pytest.fixture(scope="module", params=["smiling", "drawn"])
def canvas(request: pytest.FixtureRequest) -> Canvas:
    """A portrait, without and with a person cut out of its background."""
    return {"smiling": smiling_canvas, "drawn": drawn_canvas}[request.param]()


@pytest.fixture(scope="module")
def body(canvas: Canvas) -> LivingBody:
    """The portrait brought to life."""
    assert canvas.face.landmarks is not None
    return LivingBody(canvas, face_frame(canvas.face.landmarks), canvas.picture, _MOUTH)


def _noise(seed: int = 0) -> Planes:
    chance = np.random.Generator(np.random.PCG64(seed))
    height, width = _MOUTH.height, _MOUTH.width
    sizes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
    return Planes(*(chance.integers(0, 256, size, np.uint8) for size in sizes))


def _drawn(
    body: LivingBody | StillBody, part: Planes | None, pose: HeadPose, *, moves: bool
) -> NDArray[np.uint8]:
    frame = body.blank()
    body.draw(frame, part, pose, moves=moves)
    return frame


def _with(canvas: Canvas, part: Planes) -> NDArray[np.uint8]:
    """The portrait with a part laid into it, by plain copying."""
    frame = to_yuv(canvas.picture)
    seen = part_of(planes_of(frame), _MOUTH.left, _MOUTH.top, _MOUTH.height, _MOUTH.width)
    for plane, pixels in zip(seen, part, strict=True):
        plane[...] = pixels
    return frame


def test_at_rest_it_is_the_portrait(canvas: Canvas, body: LivingBody) -> None:
    """Byte for byte, whether the head moves elsewhere in the utterance or not."""
    for moves in (False, True):
        assert np.array_equal(_drawn(body, None, HeadPose(), moves=moves), to_yuv(canvas.picture))


def test_while_the_head_stands_still_only_the_mouth_changes(canvas: Canvas, body: LivingBody) -> None:
    """What is laid into it is seen as it is, everything else is untouched; both ways draw alike."""
    expected = _with(canvas, _noise())
    for moves in (False, True):
        assert np.array_equal(_drawn(body, _noise(), HeadPose(), moves=moves), expected)
    assert np.array_equal(_drawn(StillBody(canvas.picture, _MOUTH), _noise(), _TURNED, moves=True), expected)


def test_lids_close_alike_whether_the_head_moves_or_not(canvas: Canvas, body: LivingBody) -> None:
    """The short way draws what the long one does, around the eyes alone; then they are open again."""
    for pose in (HeadPose(blink=1.0), HeadPose(blink=0.4, gaze_x=0.02), HeadPose(gaze_y=0.02)):
        assert not turns(pose)
        near, far = (_drawn(body, None, pose, moves=moves) for moves in (False, True))
        assert np.array_equal(near, far)
        assert (near != to_yuv(canvas.picture)).any()
        assert not (near != to_yuv(canvas.picture))[150:256].any()
    assert np.array_equal(_drawn(body, None, HeadPose(), moves=False), to_yuv(canvas.picture))


def test_the_mouth_goes_along_with_the_head(body: LivingBody) -> None:
    """What was laid into the face moves with it, and the body at rest keeps none of it."""
    still, turned = (_drawn(body, None, pose, moves=True) for pose in (HeadPose(), _TURNED))
    assert (still != turned).any()
    grey = Planes(*(np.full_like(plane, 128) for plane in _noise()))
    grey.luma[:] = 235
    shown = _drawn(body, grey, _TURNED, moves=True)
    _, columns = np.nonzero(shown[_MOUTH.top - 10 : 256] == 235)
    # By the eyes' distance, 58 pixels: 0.03 of it to the right, and 0.02 by yaw.
    middle = (_MOUTH.left + _MOUTH.right - 1) / 2
    assert 0.5 < float(columns.mean()) - middle < 5
    assert np.array_equal(_drawn(body, None, _TURNED, moves=True), turned)


def test_a_frame_does_not_depend_on_the_one_before(body: LivingBody) -> None:
    """In any order, into a frame that was drawn before, the bytes are the same."""
    asked = [
        (_noise(1), _TURNED),
        (None, HeadPose(blink=1.0)),
        (_noise(2), HeadPose(yaw=-0.02, blink=0.5)),
        (None, _TURNED),
    ]
    alone = [_drawn(body, part, pose, moves=True) for part, pose in asked]
    frame = body.blank()
    for number in (2, 0, 3, 1, 0, 2):
        body.draw(frame, *asked[number], moves=True)
        assert np.array_equal(frame, alone[number])


def test_a_mouth_at_the_pictures_edge_is_drawn(canvas: Canvas) -> None:
    """Where a face fills the picture there is nothing around its mouth to look at."""
    assert canvas.face.landmarks is not None
    edge = Box(left=0, top=190, right=256, bottom=256)
    body = LivingBody(canvas, face_frame(canvas.face.landmarks), canvas.picture, edge)
    part = part_of(planes_of(to_yuv(canvas.picture)), 0, 190, 66, 256)
    assert np.array_equal(_drawn(body, part, HeadPose(), moves=True), to_yuv(canvas.picture))
