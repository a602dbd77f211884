"""Smooth steps, in time and in space: Hermite's cubic, level at both ends."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Values = TypeVar("_Values", NDArray[np.float32], NDArray[np.float64])


def ease(x: _Values) -> _Values:
    """0 up to 0, 1 from 1, smooth between; as precise as it is given."""
    t = np.clip(x, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def smoothstep(start: float, end: float, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 up to `start`, 1 from `end`, smooth between."""
    return ease((x - start) / (end - start))
