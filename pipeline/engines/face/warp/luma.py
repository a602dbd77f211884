"""Luma: how light a colour is to the eye."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Weights of blue, green and red (ITU-R BT.601-7, 2.5.1).
LUMA = np.array([0.114, 0.587, 0.299])


def luma_of(picture: NDArray[Any]) -> NDArray[np.float32]:
    """Luma of a BGR picture of any type, float32 (height, width), in the picture's own levels."""
    blue, green, red = (np.float32(weight) for weight in LUMA)
    values = picture.astype(np.float32)
    # One after the other: a product of matrices may add in another order on another machine.
    luma: NDArray[np.float32] = values[..., 0] * blue + values[..., 1] * green + values[..., 2] * red
    return luma
