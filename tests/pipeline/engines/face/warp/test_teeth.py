"""Teeth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LOWER_LIP_INNER, LOWER_LIP_OUTER, UPPER_LIP_INNER, UPPER_LIP_OUTER
from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from pipeline.engines.face.warp.teeth import Row, own_teeth, upper_row
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


@pytest.mark.parametrize("yaw", [25.0, 40.0])
def test_the_far_side_of_a_turned_arch_disappears(yaw: float) -> None:
    """A head turned to the picture's right shows fewer teeth there than on its near side, and vice versa."""
    left, right = _reach(upper_row(_UNIT, 1.0, yaw))
    assert right < 0.6 * left
    assert _reach(upper_row(_UNIT, 1.0, -yaw)) == pytest.approx((right, left), abs=2.0)


def test_an_arch_seen_from_the_front_is_even() -> None:
    """Both sides reach as far, and teeth grow darker towards the corners, without a step."""
    seen = upper_row(_UNIT, 1.0, 0.0)
    left, right = _reach(seen)
    assert left == pytest.approx(right, abs=1.0)
    assert 0.25 * _UNIT < left < 0.5 * _UNIT
    light = seen.pixels[int(seen.centre[1]) - 10, :, 1]
    beside = [light[int(seen.centre[0] + part * right) - 2 :][:5].mean() for part in (0.15, 0.6, 0.9)]
    assert beside[0] > 1.15 * beside[1] > 1.3 * beside[2]


def test_a_biting_edge_rises_beside_the_middle() -> None:
    """It is an arc, as a smile's lower lip is, not a bar."""
    seen = upper_row(_UNIT, 1.0, 0.0)
    columns = [int(seen.centre[0] + beside * _UNIT) for beside in (-0.28, -0.06, 0.06, 0.28)]
    ends = [int(np.flatnonzero(seen.pixels[:, column, 0] > 0.5)[-1]) for column in columns]
    assert ends[1] == pytest.approx(ends[2], abs=1)
    assert ends[0] == pytest.approx(ends[3], abs=1)
    assert ends[1] - ends[0] > 0.02 * _UNIT


@pytest.mark.parametrize("side", [-0.3, 0.3])
def test_light_from_the_side_falls_on_teeth_too(side: float) -> None:
    """Those at the side that it comes from are lighter than in even light, those across as much darker."""
    even, aside = (upper_row(_UNIT, 1.0, 0.0, side_light).pixels[..., 1] for side_light in (0.0, side))
    row, middle = even.shape[0] // 2 - 10, even.shape[1] // 2
    share = {where: aside[row, middle + where] / even[row, middle + where] for where in (-30, 30)}
    lit, dark = (share[30], share[-30]) if side > 0 else (share[-30], share[30])
    assert lit == pytest.approx(1.15, abs=0.02)
    assert dark == pytest.approx(0.85, abs=0.02)


def test_a_biting_edge_is_as_light_as_its_tooth() -> None:
    """Where a tooth ends there is less of it, but what there is of it is no darker."""
    seen = upper_row(_UNIT, 2.0, 0.0)
    column = int(seen.centre[0] + 0.06 * _UNIT)
    cover, light = seen.pixels[:, column, 0], seen.pixels[:, column, 1]
    end = int(np.flatnonzero(cover > 0.5)[-1])
    assert light[end] > 0.95 * light[end - 8]
    assert cover[end + 3] < 0.3


def test_teeth_are_told_apart() -> None:
    """Between two of them it is a little darker than in their middles, also in a soft picture."""
    seen = upper_row(_UNIT, 2.0, 0.0)
    light = seen.pixels[int(seen.centre[1]) - 6, :, 1]
    middle, between, next_ = (light[int(seen.centre[0] + beside * _UNIT)] for beside in (0.062, 0.125, 0.17))
    assert between < 0.97 * min(middle, next_)
