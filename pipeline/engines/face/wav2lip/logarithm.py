"""Logarithms with the same bits on every machine.

A library's own logarithm differs in its last bit from one processor to the next, by the instructions that it
finds there; sums, products and quotients do not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LOG10_2 = 0.30102999566398119521
_LOG10_E_TWICE = 2.0 * 0.43429448190325182765
# So many terms of the series bring it below the last bit.
_TERMS = 11


def log10(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms to base 10 of positive numbers, within two units of the last place of 1 for audible ones.

    The exponent, and for the rest r from 1/sqrt(2) to sqrt(2) the series of the inverse hyperbolic tangent:
    ln r = 2 (s + s³/3 + s⁵/5 + ...) with s = (r - 1) / (r + 1).
    """
    mantissa, exponent = np.frexp(values)
    low = mantissa < np.sqrt(0.5)
    rest = np.where(low, 2.0 * mantissa, mantissa)
    s = (rest - 1.0) / (rest + 1.0)
    square = s * s
    total = np.full_like(s, 1.0 / (2 * _TERMS + 1))
    for term in range(_TERMS - 1, -1, -1):
        total = total * square + 1.0 / (2 * term + 1)
    result: NDArray[np.float64] = (exponent - low) * _LOG10_2 + _LOG10_E_TWICE * s * total
    return result
