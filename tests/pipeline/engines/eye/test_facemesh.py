"""What the face mesh promises beyond every eye's contract."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.engines.eye.facemesh import FaceMeshEye
from tests.support import portraits

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def eye() -> Iterator[FaceMeshEye]:
    """The face mesh."""
    pytest.importorskip("mediapipe")
    mesh = FaceMeshEye()
    yield mesh
    mesh.close()


def test_landmarks_are_where_the_face_is(eye: FaceMeshEye) -> None:
    """478 points with irises: the eyes are above the nose, the nose above the mouth, all inside the box."""
    (face,) = eye.look(portraits.astronaut())
    assert face.landmarks is not None
    assert face.landmarks.shape == (478, 3)
    assert face.landmarks.dtype == np.float64
    iris, nose, mouth, chin = (face.landmarks[index, 1] for index in (468, 4, 13, 152))
    assert iris < nose < mouth < chin
    x0, y0, x1, y1 = face.box
    assert face.landmarks[:, 0].min() == x0
    assert face.landmarks[:, 1].max() == y1
    assert (x1 - x0) == pytest.approx(91, abs=4)
    assert y0 == pytest.approx(71, abs=4)


def test_landmarks_move_with_the_picture(eye: FaceMeshEye) -> None:
    """A face is seen at one size wherever it is: its landmarks move with it, to a pixel and a half."""
    picture = portraits.astronaut()
    moved = np.full((700, 800, 3), 90, np.uint8)
    moved[100:612, 200:712] = picture
    (here,), (there,) = eye.look(picture), eye.look(moved)
    assert here.landmarks is not None
    assert there.landmarks is not None
    assert np.abs(there.landmarks[:, :2] - (200, 100) - here.landmarks[:, :2]).max() < 1.5


def test_a_small_face_in_a_large_picture_is_found(eye: FaceMeshEye) -> None:
    """A face of a thirtieth of the picture, too small for the detector, is found in a part of it."""
    sheet = np.full((2000, 3000, 3), 128, np.uint8)
    sheet[900:1412, 2000:2512] = portraits.astronaut()
    (face,) = eye.look(sheet)
    assert face.box[0] == pytest.approx(2180, abs=5)
    assert face.box[1] == pytest.approx(970, abs=5)


def test_a_face_that_fills_the_picture_is_found(eye: FaceMeshEye) -> None:
    """A picture of nothing but a face has a face, even one that reaches beyond it."""
    faces = eye.look(portraits.close_up(4)[160:640, 240:700])
    assert len(faces) == 1


def test_roll_follows_a_turned_picture(eye: FaceMeshEye) -> None:
    """Turning the picture by 20 degrees turns the face by 20 degrees, clockwise being positive."""
    picture = portraits.astronaut()
    (upright,) = eye.look(picture)
    for degrees in (-20, 20):
        turn = cv2.getRotationMatrix2D((225, 125), -degrees, 1)
        (turned,) = eye.look(np.asarray(cv2.warpAffine(picture, turn, (512, 512)), np.uint8))
        assert turned.roll - upright.roll == pytest.approx(degrees, abs=4)


def test_a_face_on_its_head_is_seen_as_it_stands(eye: FaceMeshEye) -> None:
    """A photograph and a drawing turned by half a circle lean by half a circle, and chins are above eyes."""
    for picture in (portraits.astronaut(), portraits.leo()):
        (upright,) = eye.look(picture)
        (turned,) = eye.look(np.ascontiguousarray(picture[::-1, ::-1]))
        assert abs(turned.roll - upright.roll) == pytest.approx(180, abs=4)
        assert turned.landmarks is not None
        assert upright.landmarks is not None
        size = (picture.shape[1], picture.shape[0])
        apart = turned.landmarks[:, :2] + upright.landmarks[:, :2] - size
        assert np.abs(apart).max() < 0.03 * size[0]


def test_a_mirrored_face_looks_the_other_way(eye: FaceMeshEye) -> None:
    """Yaw changes its sign in the mirror, pitch does not."""
    picture = portraits.astronaut()
    (face,) = eye.look(picture)
    (mirrored,) = eye.look(np.ascontiguousarray(picture[:, ::-1]))
    assert mirrored.yaw == pytest.approx(-face.yaw, abs=4)
    assert mirrored.pitch == pytest.approx(face.pitch, abs=4)


def test_a_person_is_hair_and_shoulders_and_no_background(eye: FaceMeshEye) -> None:
    """In the photograph and the drawing: hair, suit and collar are the person's, flag and wall are not."""
    picture = portraits.astronaut()
    person = eye.person(picture, eye.look(picture)[0])
    assert person is not None
    assert min(person[50, 225], person[200, 220], person[280, 240]) == 255
    assert max(person[60, 60], person[60, 300], person[150, 330]) == 0
    drawing = portraits.leo()
    drawn = eye.person(drawing, eye.look(drawing)[0])
    assert drawn is not None
    assert min(drawn[250, 540], drawn[850, 540]) == 255
    assert max(drawn[500, 200], drawn[500, 850]) == 0


def test_each_face_has_its_own_person(eye: FaceMeshEye) -> None:
    """Beside the one who talks, nobody else is in the mask."""
    both = portraits.beside(portraits.leo(), portraits.leo())
    for face in eye.look(both):
        person = eye.person(both, face)
        assert person is not None
        half = person[:, 1080:] if face.box[0] > 1080 else person[:, :1080]
        assert half.sum() == person.sum() > 0


_FORKED = """
import cv2, os, sys
from pipeline.engines.eye.facemesh import FaceMeshEye
from pipeline.plan.errors import DefectError

def answer(eye, picture):
    try:
        return str(len(eye.look(picture)))
    except DefectError as error:
        return error.code

def in_child(eye, picture):
    child = os.fork()
    if child == 0:
        print(answer(eye, picture), flush=True)
        eye.close()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)

eye, picture = FaceMeshEye(), cv2.imread(sys.argv[1])
in_child(eye, picture)
print(answer(eye, picture), flush=True)
in_child(eye, picture)
eye.close()
print("matplotlib" in sys.modules)
"""


def test_a_fork_is_safe_and_no_native_library_writes() -> None:
    """An eye opened before a fork looks after it; one that looked before says so; standard error is empty.

    Nor is anything imported to plot with.
    """
    pytest.importorskip("mediapipe")
    done = subprocess.run(
        [sys.executable, "-c", _FORKED, str(portraits.ASTRONAUT_FILE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["1", "0", "1", "portrait-eye-after-fork", "0", "False"]
    assert done.stderr == ""
