"""Places of one picture in another: affine maps, one after the other, and between coarse pixels and fine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Takes pixels to pixels: float64 (2, 3), to be multiplied with columns of x, y and 1.
Affine = NDArray[np.float64]


def chained(first: Affine, then: Affine) -> Affine:
    """What two maps do one after the other."""
    return np.column_stack([then[:, :2] @ first[:, :2], then[:, :2] @ first[:, 2] + then[:, 2]])


def from_finer(times: int, corner: tuple[int, int] = (0, 0)) -> Affine:
    """From the pixels of a picture that is so many times as fine as another to those of the other.

    Args:
        times: 1 or more.
        corner: left and top, in the other picture, of the part that the finer one shows.
    """
    step, middle = 1 / times, 0.5 / times - 0.5
    return np.array([[step, 0, middle + corner[0]], [0, step, middle + corner[1]]])
