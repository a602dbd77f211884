"""Teeth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.engines.face.warp.teeth import Row, lower_row, upper_row

_UNIT = 120.0


def _reach(row: Row) -> tuple[float, float]:
    """How far teeth go to the picture's left and to its right of the middle of the lips."""
    seen = np.flatnonzero(row.pixels[..., 0].max(axis=0) > 0.5)
    return row.centre[0] - float(seen[0]), float(seen[-1]) - row.centre[0]


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
