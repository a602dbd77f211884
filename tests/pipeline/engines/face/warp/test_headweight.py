"""How far points go with the head: everything that is known of the person holds, and nothing folds over."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import CHIN
from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from pipeline.engines.face.warp.headweight import head_weight
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.outline import Outline
from tests.support.faces import landmarks

_SIDE = 256
_WHOLE = Box(left=0, top=0, right=_SIDE, bottom=_SIDE)
_MIDDLE = (121, 105)


@pytest.fixture(scope="module")
def frame() -> FaceFrame:
    """The face in a picture of 256 x 256 pixels."""
    return face_frame(landmarks())


def _person() -> NDArray[np.uint8]:
    """A head, a neck, and shoulders that the picture cuts off."""
    person = np.zeros((_SIDE, _SIDE), np.uint8)
    cv2.ellipse(person, _MIDDLE, (70, 85), 0, 0, 360, 255, -1)
    cv2.rectangle(person, (100, 150), (142, 240), 255, -1)
    cv2.rectangle(person, (20, 225), (220, 255), 255, -1)
    return person


def _weight(frame: FaceFrame, person: NDArray[np.uint8] | None, step: int = 1) -> NDArray[np.float64]:
    x, y = np.meshgrid(np.arange(0, _SIDE, step), np.arange(0, _SIDE, step))
    nodes = np.stack([x, y], axis=-1).astype(np.float64)
    plain = np.full((_SIDE, _SIDE, 3), 150, np.uint8)
    outline = None if person is None else Outline(frame, plain, person)
    return head_weight(frame, nodes, (_SIDE, _SIDE), outline, within=_WHOLE, border=2)


def test_the_face_goes_with_the_head_and_the_background_does_not(frame: FaceFrame) -> None:
    """1 on the face; exactly 0 half the distance between the eyes beside the person."""
    weight, person = _weight(frame, _person()), _person()
    eyes_and_mouth = landmarks()[[33, 263, 13, 4], :2].astype(int)
    assert weight[eyes_and_mouth[:, 1], eyes_and_mouth[:, 0]] == pytest.approx(1.0)
    reach = round(frame.unit / 2)
    near = cv2.dilate(person, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
    assert weight[near == 0].max() == 0.0


def test_shoulders_stand_still(frame: FaceFrame) -> None:
    """Nothing of the body moves from three quarters of the distance between the eyes below the chin on."""
    chin = landmarks()[CHIN, 1]
    assert _weight(frame, _person())[round(chin + 0.75 * frame.unit) :].max() == 0.0


def test_no_strip_is_so_steep_that_it_folds(frame: FaceFrame) -> None:
    """Moved by an eighth of the distance between the eyes, neighbours keep their order everywhere."""
    weight = _weight(frame, _person())
    steepest = max(float(np.abs(np.diff(weight, axis=axis)).max()) for axis in (0, 1))
    assert steepest * frame.unit / 8 < 0.9


def test_a_mask_that_misses_the_face_does_not_stop_it(frame: FaceFrame) -> None:
    """Landmarks say where the face is, whatever a mask has there."""
    weight = _weight(frame, np.zeros((_SIDE, _SIDE), np.uint8))
    mouth = landmarks()[13, :2].astype(int)
    assert weight[mouth[1], mouth[0]] == pytest.approx(1.0)


def test_nodes_may_be_anywhere(frame: FaceFrame) -> None:
    """Coarse nodes have what fine ones have at the same places."""
    fine, coarse = _weight(frame, _person()), _weight(frame, _person(), step=8)
    assert np.allclose(fine[::8, ::8], coarse)


def test_without_a_mask_the_head_is_an_ellipse(frame: FaceFrame) -> None:
    """An eye that knows no person still gives a head that fades out."""
    weight = _weight(frame, None)
    mouth = landmarks()[13, :2].astype(int)
    assert weight[mouth[1], mouth[0]] == pytest.approx(1.0)
    assert weight[-1].max() == weight[:, -1].max() == 0.0
