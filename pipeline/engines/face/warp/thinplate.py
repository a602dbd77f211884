"""Thin-plate splines: the smoothest displacement through given points (Bookstein 1989).

Solved with elementwise arithmetic alone. A linear algebra library may split its sums among threads and give
other last bits; here a sitter is the same to the last bit under any number of threads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.faceframe import Points

_SOFTNESS = 1e-5
# So many points are displaced at once: more would only take memory for each with every control.
_AT_ONCE = 512


def spread(controls: Points, displacements: NDArray[np.float64], at: Points) -> NDArray[np.float64]:
    """Displacements at `at`, (m, k), that pass through `displacements` (n, k) at the `controls` (n, 2).

    Works on any number of displacement columns at once. Controls must not all lie on one line.
    """
    count = len(controls)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(controls, controls)
    system[range(count), range(count)] += _SOFTNESS
    system[:count, count] = 1.0
    system[count, :count] = 1.0
    system[:count, count + 1 :] = controls
    system[count + 1 :, :count] = controls.T
    known = np.zeros((count + 3, displacements.shape[1]))
    known[:count] = displacements
    weights = _solve(system, known)
    found: NDArray[np.float64] = (
        weights[count] + at[:, :1] * weights[count + 1] + at[:, 1:] * weights[count + 2]
    )
    for first in range(0, len(at), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        kernel = _kernel(at[part], controls)
        for control in range(count):
            found[part] += kernel[:, control, None] * weights[control]
    return found


def _kernel(a: Points, b: Points) -> NDArray[np.float64]:
    """r² ln r between each point of `a` and each of `b`."""
    x, y = a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1]
    squared = x * x + y * y
    kernel: NDArray[np.float64] = 0.5 * squared * np.log(squared + 1e-9)
    return kernel


def _solve(system: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gauss's elimination with partial pivoting."""
    rows = np.concatenate([system, known], axis=1)
    size = len(rows)
    for step in range(size):
        pivot = step + int(np.argmax(np.abs(rows[step:, step])))
        rows[[step, pivot]] = rows[[pivot, step]]
        factors = rows[step + 1 :, step] / rows[step, step]
        rows[step + 1 :, step:] -= factors[:, None] * rows[step, step:]
    solution = rows[:, size:]
    for step in reversed(range(size)):
        solution[step] /= rows[step, step]
        solution[:step] -= rows[:step, step, None] * solution[step]
    return solution
