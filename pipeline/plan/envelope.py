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
# An encoder smears a click over some 40 ms: compared is how loud so many steps are together.
_AROUND = 10
# Coding changes less than this part of the whole; another sound far more.
_OTHER = 0.4
# Another time has to fit so much better than the right one, and the right one so badly, to be believed.
_BETTER, _BADLY = 0.6, 0.02


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
    one, other = _smooth(made), _smooth(heard[: len(made)])
    total = float(one.sum())
    if total == 0:
        return None if other.any() else 0
    padded = np.pad(other, _REACH)
    errors = {
        late: float(np.abs(padded[_REACH + late :][: len(one)] - one).sum()) / total
        for late in range(-_REACH, _REACH + 1)
    }
    best = min(errors, key=lambda late: (errors[late], abs(late)))
    if errors[best] > _OTHER:
        return None
    return best * STEP_MS if errors[0] > _BADLY and errors[best] < _BETTER * errors[0] else 0


def _smooth(steps: NDArray[np.float32]) -> NDArray[np.float64]:
    """Root mean square of the steps around each."""
    energy = np.convolve(steps.astype(np.float64) ** 2, np.full(_AROUND, 1 / _AROUND), "same")
    return np.sqrt(np.maximum(energy, 0.0))
