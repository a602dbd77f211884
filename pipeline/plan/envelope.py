"""Whether two sounds are one and the same, at the same time, by how loud each hundredth of a second is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE

Samples = NDArray[np.float32]
#: So long is a step, in milliseconds.
STEP_MS = 10
_STEP = SAMPLE_RATE * STEP_MS // 1000
# So many steps early or late are tried. An encoder's own delay, 21 ms, is among them.
_REACH = 8
# Coding changes how loud a step is by less than this part of the whole; another sound by far more.
_CODING = 0.15
# A sound that is alike all over fits as well a little early or late.
_ALIKE = 0.01


class Envelope:
    """How loud a sound is, step by step: 4 bytes for each, so that an hour takes a megabyte and a half."""

    def __init__(self) -> None:
        self._held = np.empty(0, np.float32)
        self._steps: list[NDArray[np.float32]] = []

    def feed(self, samples: Samples) -> None:
        """Take in samples, in blocks of any length."""
        held = np.concatenate([self._held, samples])
        whole = len(held) // _STEP * _STEP
        rows = held[:whole].reshape(-1, _STEP)
        self._steps.append(np.sqrt(np.einsum("ij,ij->i", rows, rows) / np.float32(_STEP)))
        self._held = held[whole:]

    def steps(self) -> NDArray[np.float32]:
        """Root mean square of each whole step, full scale 1.0."""
        return np.concatenate([np.empty(0, np.float32), *self._steps])


def offset_ms(made: NDArray[np.float32], heard: NDArray[np.float32]) -> int | None:
    """How much later the sound that was made is heard, in milliseconds; None if another sound is heard.

    Args:
        made: steps of the sound that was made.
        heard: steps of the sound that is heard; what comes after the end of the other one is not looked at.
    """
    if len(heard) < len(made):
        return None
    total = float(made.sum(dtype=np.float64))
    if total == 0:
        return 0 if not float(heard[: len(made)].sum(dtype=np.float64)) else None
    padded = np.pad(heard[: len(made)], _REACH)
    errors = {
        late: float(np.abs(padded[_REACH + late :][: len(made)] - made).sum(dtype=np.float64)) / total
        for late in range(-_REACH, _REACH + 1)
    }
    best = min(errors, key=lambda late: (errors[late], abs(late)))
    if errors[0] <= errors[best] + _ALIKE:
        best = 0
    return best * STEP_MS if errors[best] <= _CODING else None
