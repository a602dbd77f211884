"""The window through which sound is looked at, the same on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def hann(length: int, *, bits: int) -> NDArray[np.float64]:
    """A periodic Hann window, float64 (length,), read-only; its values are whole multiples of 2 ** -bits.

    Cosines differ in their last bits from one machine to the next; so rounded, they do not.
    """
    scale = float(1 << bits)
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)
    window = np.rint(window * scale) / scale
    window.flags.writeable = False
    return window
