"""What the pose of a face promises."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import CHIN, FOREHEAD, LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS
from pipeline.engines.eye.pose import pose_of


def head(turn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Landmarks of a head that looks at us, turned."""
    points = np.zeros((478, 3))
    points[RIGHT_EYE_CORNERS[0]], points[LEFT_EYE_CORNERS[0]] = (-50, 0, 0), (50, 0, 0)
    points[FOREHEAD], points[CHIN] = (0, -60, 0), (0, 80, 0)
    return points @ turn.T


def about(axis: int, degrees: float) -> NDArray[np.float64]:
    """A rotation about one of the axes x, y, z."""
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    turn = np.eye(3)
    one, other = [place for place in range(3) if place != axis]
    turn[one, one] = turn[other, other] = cosine
    turn[one, other], turn[other, one] = -sine, sine
    return turn


@pytest.mark.parametrize("degrees", [-40, -10, 0, 10, 40])
def test_each_axis_is_told_apart(degrees: float) -> None:
    """A turn about one axis shows in that angle alone, with the signs that a face carries."""
    assert pose_of(head(about(2, degrees))) == pytest.approx((0, 0, degrees), abs=1e-6)
    # x before z, so a positive turn about y brings the nose, at negative z, to the picture's right.
    assert pose_of(head(about(1, degrees))) == pytest.approx((degrees, 0, 0), abs=1e-6)
    yaw, pitch, roll = pose_of(head(about(0, degrees)))
    assert (yaw, abs(pitch), roll) == pytest.approx((0, abs(degrees), 0), abs=1e-6)


def test_a_chin_brought_forward_looks_up() -> None:
    """The chin nearer than the forehead, z being away from us, is a positive pitch."""
    points = head(np.eye(3))
    points[CHIN, 2] = -30
    assert pose_of(points)[1] > 0
