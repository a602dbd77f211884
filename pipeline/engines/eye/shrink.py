"""Makes pictures small enough to look at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def shrink(picture: NDArray[np.uint8], longest: int) -> tuple[NDArray[np.uint8], float]:
    """The picture with its longer side at most `longest` pixels, and the scale, 1.0 if it was not larger."""
    height, width = picture.shape[:2]
    scale = min(1.0, longest / max(height, width))
    if scale == 1:
        return picture, scale
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), scale
