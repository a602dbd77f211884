"""Portraits made ready: any face with landmarks is drawn, and what cannot be is refused in words."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Canvas
from pipeline.engines.face.warp import WarpEngine
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lips import Mouth
from pipeline.engines.face.warp.rig import Rig
from pipeline.media.picture import planes_of, to_bgr, to_yuv
from pipeline.plan.errors import InputError
from pipeline.plan.lipsync import Lipsync
from tests.support.faces import canvas_of, drawn_canvas, landmarks, smiling_canvas, spoken

_OPEN = Mouth(jaw=0.9, aperture=0.95)
_ROUND = Mouth(jaw=0.2, aperture=0.3, width=-1.0, protrusion=1.0)
_POSE = HeadPose(roll=0.02, yaw=0.05, pitch=0.03, shift_x=0.02, shift_y=-0.02, brow=0.04, blink=0.7)


def _drawn(canvas: Canvas, mouth: Mouth, pose: HeadPose) -> NDArray[np.uint8]:
    rig = Rig(canvas)
    frame = rig.blank()
    rig.draw(frame, mouth, pose)
    return to_bgr(frame)


def _moved(matrix: NDArray[np.float64]) -> Canvas:
    """The drawn face under an affine map that keeps the picture's size."""
    canvas = drawn_canvas()
    points = landmarks() if canvas.face.landmarks is None else canvas.face.landmarks.copy()
    points[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    size = (canvas.picture.shape[1], canvas.picture.shape[0])
    picture = cv2.warpAffine(canvas.picture, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return canvas_of(np.asarray(picture, np.uint8), points)


def test_a_closed_mouth_at_rest_is_the_portrait_itself() -> None:
    """Where the portrait's lips are closed, rest changes nothing but the line between them."""
    canvas = drawn_canvas()
    rest = _drawn(canvas, Mouth(), HeadPose())
    changed = np.abs(rest.astype(int) - to_bgr(to_yuv(canvas.picture))).max(axis=2) > 1
    mouth = landmarks()[[61, 291, 0, 17], :2]
    (left, top), (right, bottom) = mouth.min(axis=0) - 3, mouth.max(axis=0) + 3
    inside = changed[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
    assert changed.sum() == inside.sum()


def test_a_smile_rests_with_closed_lips() -> None:
    """The photograph's teeth are covered at rest, and come back when the mouth opens."""
    canvas = smiling_canvas()
    middle = landmarks()[[13, 14], :2].mean(axis=0).astype(int)
    spot = np.s_[middle[1] - 2 : middle[1] + 3, middle[0] - 8 : middle[0] + 9]

    def redness(picture: NDArray[np.uint8]) -> float:
        return float(picture[spot][..., 2].mean() - picture[spot][..., 0].mean())

    assert redness(_drawn(canvas, Mouth(), HeadPose())) > redness(canvas.picture) + 15


def test_an_open_mouth_shows_more_than_lips() -> None:
    """Opening the mouth darkens and lightens what is between the lips: teeth and the dark."""
    canvas = drawn_canvas()
    rest, opened = _drawn(canvas, Mouth(), HeadPose()), _drawn(canvas, _OPEN, HeadPose())
    x, y = landmarks()[[61, 291], :2].mean(axis=0).astype(int)
    column = np.s_[y - 6 : y + 20, x - 4 : x + 5]
    assert opened[column].min() < 50 < rest[column].min()


def test_a_blink_hides_the_iris() -> None:
    """Closed lids cover the dark of the eye with skin."""
    canvas = drawn_canvas()
    x, y = landmarks()[468, :2].astype(int)
    spot = np.s_[y - 1 : y + 2, x - 1 : x + 2]
    open_, closed = _drawn(canvas, Mouth(), HeadPose()), _drawn(canvas, Mouth(), HeadPose(blink=1.0))
    assert closed[spot].mean() > open_[spot].mean() + 40


def test_the_picture_does_not_move_at_its_border() -> None:
    """Whatever the pose, the outermost pixels stay as they are."""
    canvas = drawn_canvas()
    frame, still = _drawn(canvas, _OPEN, _POSE), to_bgr(to_yuv(canvas.picture))
    for border in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        assert np.abs(frame[border].astype(int) - still[border]).max() <= 1


def test_a_portraits_straight_edges_stand_still() -> None:
    """Before a colour or a picture nothing moves, though the head moves close beside it."""
    canvas = drawn_canvas()
    x0, _, x1, _ = (round(edge) for edge in canvas.face.box)
    canvas = replace(canvas, within=(x0 - 8, 0, x1 + 8, canvas.picture.shape[0]))
    frame, still = _drawn(canvas, Mouth(), _POSE), to_bgr(to_yuv(canvas.picture))
    for beside in (np.s_[:, : x0 - 8], np.s_[:, x1 + 8 :]):
        assert np.array_equal(frame[beside], still[beside])
    assert not np.array_equal(frame, still)


def test_behind_the_person_nothing_moves() -> None:
    """Whatever the pose, the background is the portrait's to the byte, but for a strip around the head."""
    canvas = drawn_canvas()
    rig = Rig(canvas)
    rest, frame = rig.blank(), rig.blank()
    assert canvas.person is not None
    near = cv2.dilate(canvas.person, np.ones((49, 49), np.uint8)) > 0
    for turn in (_POSE, HeadPose(roll=-0.03, shift_x=0.03, shift_y=0.03, yaw=-0.05)):
        rig.draw(frame, _OPEN, turn)
        moved = frame[:256] != rest[:256]
        assert moved.any()
        assert not moved[~near].any()


@pytest.mark.parametrize(
    "matrix",
    [
        pytest.param(np.array([[1.0, 0.0, -88.0], [0.0, 1.0, 0.0]]), id="cut off at the left"),
        pytest.param(np.array([[1.0, 0.0, 85.0], [0.0, 1.0, 70.0]]), id="cut off at the lower right"),
        pytest.param(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -70.0]]), id="cut off at the top"),
        pytest.param(np.array([[0.4, 0.0, 70.0], [0.0, 0.4, 70.0]]), id="small"),
        pytest.param(np.array([[1.8, 0.0, -110.0], [0.0, 1.8, -130.0]]), id="larger than the picture"),
        pytest.param(np.array([[0.8, -0.6, 90.0], [0.6, 0.8, -50.0]]), id="leaning by 37 degrees"),
        pytest.param(np.array([[0.55, 0.0, 60.0], [0.0, 1.0, 0.0]]), id="narrow, as if turned"),
        pytest.param(np.array([[1.2, 0.0, -25.0], [0.0, 0.6, 50.0]]), id="squeezed"),
    ],
)
def test_any_face_with_landmarks_is_drawn(matrix: NDArray[np.float64]) -> None:
    """Wherever and however a face stands in the picture, every extreme of speech is drawn."""
    canvas = _moved(matrix)
    rig = Rig(canvas)
    frame = rig.blank()
    for mouth in (Mouth(), _OPEN, _ROUND, Mouth(tuck=1.0), Mouth(press=1.0), Mouth(width=1.0, aperture=0.4)):
        rig.draw(frame, mouth, _POSE)
        assert to_bgr(frame).shape == canvas.picture.shape


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (256, 258)])
def test_pictures_of_any_even_size_are_drawn(size: tuple[int, int]) -> None:
    """Wide and tall pictures are as good as square ones."""
    points = landmarks() * 0.6
    points[:, :2] += (np.array(size) - 0.6 * 256) / 2
    picture = np.full((size[1], size[0], 3), 150, np.uint8)
    drive = spoken("a m")
    shapes = {
        frame.shape for frame in WarpEngine().prepare(canvas_of(picture, points), Lipsync()).frames(drive)
    }
    assert shapes == {(size[1] * 3 // 2, size[0])}


@pytest.mark.parametrize("case", ["none", "too few", "not finite", "tiny", "one point", "outside"])
def test_what_cannot_be_driven_is_refused(case: str) -> None:
    """Each reason has its own code."""
    canvas, points = drawn_canvas(), landmarks()
    faces = {
        "none": (None, "face-no-landmarks"),
        "too few": (points[:468], "face-no-landmarks"),
        "not finite": (np.where(np.arange(478)[:, None] == 7, np.nan, points), "face-no-landmarks"),
        "tiny": (points * 0.2, "face-too-small"),
        "one point": (points * 0.0, "face-too-small"),
        "outside": (points + np.array([0.0, 150.0, 0.0]), "face-outside-picture"),
    }
    given, code = faces[case]
    with pytest.raises(InputError) as caught:
        Rig(replace(canvas, face=replace(canvas.face, landmarks=given)))
    assert caught.value.code == code


def test_a_scrambled_face_is_refused_or_drawn() -> None:
    """Landmarks that are no face's end in the refusal for that, never in another error."""
    rng = np.random.Generator(np.random.PCG64(1))
    refused = 0
    for _ in range(3):
        points = landmarks()
        points[:, :2] += rng.normal(0.0, 12.0, (478, 2))
        canvas = canvas_of(drawn_canvas().picture, points)
        with suppress(InputError):
            _drawn(canvas, _OPEN, _POSE)
            continue
        refused += 1
    assert refused > 0


def test_a_frame_does_not_depend_on_those_before_it() -> None:
    """Whatever was drawn before, a mouth that moved or stood still, the same pose is the same bytes."""
    canvas = drawn_canvas()
    rig, fresh = Rig(canvas), Rig(canvas)
    frame, alone = rig.blank(), fresh.blank()
    fresh.draw(alone, _OPEN, _POSE)
    for mouth, pose in ((_ROUND, _POSE), (_OPEN, HeadPose()), (_OPEN, _POSE)):
        rig.draw(frame, mouth, pose)
    assert np.array_equal(frame, alone)


def test_chroma_moves_with_luma() -> None:
    """Where a grey and a red half meet, both are seen to meet in the same place, wherever the head goes."""
    canvas = drawn_canvas()
    picture = np.full_like(canvas.picture, 90)
    middle = int(canvas.face.box[0] + canvas.face.box[2]) // 2
    picture[:, middle:] = (60, 60, 220)
    rig = Rig(replace(canvas, picture=picture))
    frame, row = rig.blank(), int(landmarks()[9, 1])
    for shift in (-0.05, -0.02, 0.02, 0.05):
        rig.draw(frame, Mouth(), HeadPose(shift_x=shift))
        shown = planes_of(frame)
        luma, red = (plane.astype(float) for plane in (shown.luma[row], shown.red[row // 2]))
        levels = [(line - line[0]) / (line[-1] - line[0]) for line in (luma, np.repeat(red, 2))]
        edges = [float((1 - level).sum()) for level in levels]
        assert edges[0] == pytest.approx(edges[1], abs=0.5)
        assert edges[0] != pytest.approx(middle, abs=0.5)
