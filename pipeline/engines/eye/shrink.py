"""Makes pictures small enough to look at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def shrink(picture: NDArray[np.uint8], longest: int) -> tuple[NDArray[np.uint8], float]:
    """The picture with its longer side at most `longest` pixels, and the scale, 1.0 if it was not larger."""
    halved, halves = halve(picture, longest)
    height, width = halved.shape[:2]
    scale = min(1.0, longest / max(height, width))
    if scale == 1:
        return halved, halves
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(halved, size, interpolation=cv2.INTER_AREA), np.uint8), halves * scale


def halve(picture: NDArray[np.uint8], longest: int) -> tuple[NDArray[np.uint8], float]:
    """The picture halved as often as its longer side keeps `longest` pixels, and the scale.

    Means of two by two pixels, a last odd line left out: a tenth of the time that any other size takes.
    """
    halved, scale = picture, 1.0
    while max(halved.shape[:2]) >= 2 * longest and min(halved.shape[:2]) > 1:
        rows, columns = (side // 2 for side in halved.shape[:2])
        even = halved[: 2 * rows, : 2 * columns]
        halved = np.asarray(cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
        scale /= 2
    return halved, scale
