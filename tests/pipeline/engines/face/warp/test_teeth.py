"""Teeth."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LOWER_LIP_INNER, LOWER_LIP_OUTER, UPPER_LIP_INNER, UPPER_LIP_OUTER
from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from pipeline.engines.face.warp.teeth import Row, lower_row, own_teeth, upper_row
from tests.support.faces import landmarks

_UNIT = 120.0
_SIDE = 512
_SKIN, _LIP, _TEETH = (150, 180, 220), (110, 105, 190), (205, 220, 230)


def _reach(row: Row) -> tuple[float, float]:
    """How far teeth go to the picture's left and to its right of the middle of the lips."""
    seen = np.flatnonzero(row.pixels[..., 0].max(axis=0) > 0.5)
    return row.centre[0] - float(seen[0]), float(seen[-1]) - row.centre[0]


def _smile(*, lip_above: float) -> tuple[FaceFrame, NDArray[np.uint8]]:
    """A smile whose landmarks, on one side, lie so far below the upper edge of the lower lip."""
    points = landmarks() * (_SIDE / 256)
    frame = face_frame(points)
    # The mouth opens.
    frame.points[[*LOWER_LIP_INNER[1:-1], *LOWER_LIP_OUTER[1:-1]], 1] += 0.12
    picture = np.full((_SIDE, _SIDE, 3), _SKIN, np.uint8)
    edge = frame.points[list(LOWER_LIP_INNER)].copy()
    edge[6:-1, 1] -= lip_above
    lips = np.concatenate([frame.points[list(UPPER_LIP_OUTER)], frame.points[list(LOWER_LIP_OUTER)][::-1]])
    teeth = np.concatenate([frame.points[list(UPPER_LIP_INNER)], edge[::-1]])
    for shape, colour in ((lips, _LIP), (teeth, _TEETH)):
        cv2.fillPoly(
            picture, [np.round(frame.to_picture(shape) * 16).astype(np.int32)], colour, cv2.LINE_AA, 4
        )
    return frame, picture


@pytest.mark.parametrize("lip_above", [0.0, 0.04])
def test_nothing_of_a_lip_is_taken_for_teeth(lip_above: float) -> None:
    """What is cut out of a smile is nowhere as red as its lips, also where landmarks lie on the lower lip."""
    frame, picture = _smile(lip_above=lip_above)
    own = own_teeth(frame, picture)
    assert own is not None
    shown = own.pixels[own.pixels[..., 3] > 200].astype(float)
    redness = shown[:, 2] / np.maximum(shown[:, 0], 1.0)
    assert redness.max() < 0.8 * _LIP[2] / _LIP[0]


@pytest.mark.parametrize("row", [upper_row, lower_row])
@pytest.mark.parametrize("yaw", [25.0, 40.0])
def test_the_far_side_of_a_turned_arch_disappears(
    row: Callable[[float, float, float], Row], yaw: float
) -> None:
    """A head turned to the picture's right shows fewer teeth there than on its near side, and vice versa."""
    left, right = _reach(row(_UNIT, 1.0, yaw))
    assert right < 0.6 * left
    assert _reach(row(_UNIT, 1.0, -yaw)) == pytest.approx((right, left), abs=2.0)


@pytest.mark.parametrize("row", [upper_row, lower_row])
def test_an_arch_seen_from_the_front_is_even(row: Callable[[float, float, float], Row]) -> None:
    """Both sides reach as far, and teeth farther back are narrower and darker than those in front."""
    seen = row(_UNIT, 1.0, 0.0)
    left, right = _reach(seen)
    assert left == pytest.approx(right, abs=1.0)
    assert 0.3 * _UNIT < left < 0.5 * _UNIT
    middle, behind = (int(seen.centre[0] + part * left) for part in (0.1, 0.85))
    assert seen.pixels[..., 1].max(axis=0)[behind] < 0.9 * seen.pixels[..., 1].max(axis=0)[middle]
