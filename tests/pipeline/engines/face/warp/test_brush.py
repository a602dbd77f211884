"""Promises of drawing with parts of a pixel."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.face.warp.brush import curve_matrix, smooth_curve


@pytest.mark.parametrize(("count", "dense"), [(5, 17), (9, 25), (11, 41)])
def test_a_curve_that_is_a_cubic_is_met_exactly(count: int, dense: int) -> None:
    """The spline goes through its points, and where they lie on one cubic, everywhere along it."""

    def cubic(at: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray:
        return np.stack([3 - 2 * at + at**3, at - 5 * at**2 + 2 * at**3], axis=1)

    points = cubic(np.linspace(0, 1, count))
    curve = smooth_curve(points, curve_matrix(count, dense))
    assert np.allclose(curve, cubic(np.linspace(0, 1, dense)), rtol=0, atol=1e-9)
    through = np.random.default_rng(1).normal(size=(count, 2))
    assert np.allclose(smooth_curve(through, curve_matrix(count, count)), through, rtol=0, atol=1e-9)
