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
# An encoder smears a click over some 40 ms: compared is how loud this many steps before and after are, too.
_AROUND = 5
# So many are compared together, a minute, so that an hour takes no more memory.
_AT_ONCE = 6_000
# Coding changes 0.02 of a voice, and up to half of what hisses above 16 kHz alone; another sound by more.
_OTHER = 0.7
# Of a second that is as loud as this part of the usual one, so much has to be heard.
_SECOND, _LOUD, _HEARD = 100, 0.1, 0.25
# Another time has to fit so much better than the right one, and the right one so badly, to be believed: a
# voice that is 20 ms late differs by 0.16.
_BETTER, _BADLY = 0.6, 0.04


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
    lags = range(-_REACH, _REACH + 1)
    errors = dict.fromkeys(lags, 0.0)
    total = strange = 0.0
    seconds: list[NDArray[np.float64]] = []
    for begin in range(0, len(made), _AT_ONCE):
        end = min(begin + _AT_ONCE, len(made))
        one = _smooth(made, begin, end)
        other = _smooth(heard[: len(made)], begin - _REACH, end + _REACH)
        total += float(one.sum())
        strange += float(other.sum())
        seconds.append(_seconds(one, other[_REACH : _REACH + len(one)]))
        for late in lags:
            errors[late] += float(np.abs(other[_REACH + late :][: len(one)] - one).sum())
    if total == 0:
        return None if strange else 0
    best = min(errors, key=lambda late: (errors[late], abs(late)))
    made_s, heard_s = np.concatenate(seconds, axis=1)
    missing = (made_s > _LOUD * total * _SECOND / len(made)) & (heard_s < _HEARD * made_s)
    if errors[best] > _OTHER * total or missing.any():
        return None
    late = errors[0] > _BADLY * total and errors[best] < _BETTER * errors[0]
    return best * STEP_MS if late else 0


def _seconds(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """How loud both are in each whole second: (2, seconds)."""
    whole = len(one) // _SECOND * _SECOND
    rows = np.stack([one[:whole], other[:whole]]).reshape(2, -1, _SECOND)
    return np.asarray(rows.sum(axis=2))


def _smooth(steps: NDArray[np.float32], begin: int, end: int) -> NDArray[np.float64]:
    """Root mean square around each step of a range, which may reach beyond both ends: there is silence."""
    first, last = begin - _AROUND, end + _AROUND
    inside = steps[max(first, 0) : max(min(last, len(steps)), 0)].astype(np.float64) ** 2
    padded = np.pad(inside, (max(-first, 0), last - first - max(-first, 0) - len(inside)))
    energy = np.convolve(padded, np.full(2 * _AROUND + 1, 1 / (2 * _AROUND + 1)), "valid")
    return np.sqrt(np.maximum(energy, 0.0))
