"""Lips: where they part, and what goes with them."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from pipeline.engines.face.warp.fields import LowerFace
from pipeline.engines.face.warp.lips import LipRig, Mouth, lip_rig
from tests.support.faces import drawn_canvas, landmarks

_OPEN = Mouth(jaw=0.9, aperture=0.95)
_MIDDLE = 5


def _turned(aside: float) -> FaceFrame:
    """A face whose lips, from corner to corner, lie as a turned head shows them: their middle goes aside."""
    points = landmarks()
    left, right = points[61, 0], points[291, 0]
    across = np.clip((2 * points[:, 0] - left - right) / (right - left), -1.0, 1.0)
    points[:, 0] += aside * (right - left) / 2 * (1.0 - across * across)
    return face_frame(points)


def _gap(lips: LipRig) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    weights = lips.weights(_OPEN)
    upper, lower = lips.upper_inner.moved(weights), lips.lower_inner.moved(weights)
    return np.asarray(lower[:, 1] - upper[:, 1], np.float64)


@pytest.mark.parametrize("aside", [-0.4, 0.0, 0.4])
def test_a_mouth_opens_widest_in_the_middle_of_its_lips(aside: float) -> None:
    """Of a turned mouth that is not halfway between its corners; it narrows alike to both of them."""
    lips = lip_rig(_turned(aside))
    gap = _gap(lips)
    assert abs(int(gap.argmax()) - _MIDDLE) <= 1
    assert gap[[0, -1]].max() < 0.05
    assert 0.55 < gap[2] / gap[-3] < 1 / 0.55


def test_skin_below_a_lip_makes_room_for_it() -> None:
    """The widest opening of a mouth of usual lips squeezes no skin to less than a quarter."""
    canvas = drawn_canvas()
    assert canvas.face.landmarks is not None
    frame = face_frame(canvas.face.landmarks)
    lips = lip_rig(frame)
    assert LowerFace(frame, lips).least_area(lips.weights(Mouth(jaw=1.0, aperture=1.0))) > 0.25


def test_a_lip_keeps_most_of_its_thickness() -> None:
    """Even at the widest opening the lower lip is at least two thirds as thick as at rest."""
    canvas = drawn_canvas()
    assert canvas.face.landmarks is not None
    lips = lip_rig(face_frame(canvas.face.landmarks))
    rest, opened = (
        lips.lower_outer.moved(w)[_MIDDLE, 1] - lips.lower_inner.moved(w)[_MIDDLE, 1]
        for w in (lips.weights(Mouth()), lips.weights(Mouth(jaw=1.0, aperture=1.0)))
    )
    assert opened > 0.66 * rest
