"""The one resampler: any whole rate to the master's 48 kHz, the same bits on every machine.

A polyphase FIR interpolator (Crochiere and Rabiner, Multirate Digital Signal Processing, 1983) whose
coefficients are whole numbers. Every product and sum stays below 2^53, so that double precision holds them
exactly in whatever order, with whatever instructions and threads a library adds them.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE

# Zero crossings of the sinc on each side, and the shape of its Kaiser window: about 90 dB of stop band.
_CROSSINGS = 24
_BETA = 9.0
# Pass band as a part of the lower of the two Nyquist frequencies.
_CUTOFF = 0.94
_SCALE_BITS = 22
# Outputs of a phase at a time, so that what all phases read stays in the processor's cache.
_BLOCK = 1 << 10


def length_at_master(samples: int, rate: int) -> int:
    """How many samples at 48 kHz so many at `rate` become: the ceiling of samples * 48000 / rate."""
    return -(-samples * SAMPLE_RATE // rate)


def time_at_master(sample: int, rate: int) -> int:
    """The sample at 48 kHz that is nearest to one at `rate`; halves go up."""
    return (2 * sample * SAMPLE_RATE + rate) // (2 * rate)


def resample(samples: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """int16 mono at `rate` as int16 mono at 48 kHz, exactly `length_at_master` samples, without delay.

    Silence stays digital silence, a constant stays that constant, and 48 kHz stays as it is.

    Raises:
        ValueError: samples of another type or shape, or a rate outside 8,000 to 192,000 Hz.
    """
    if samples.dtype != np.int16 or samples.ndim != 1 or not 8_000 <= rate <= 192_000:  # noqa: PLR2004 - as told
        raise ValueError(f"{samples.dtype} {samples.shape} at {rate} Hz")
    if rate == SAMPLE_RATE or not len(samples):
        return samples.copy()
    common = math.gcd(rate, SAMPLE_RATE)
    up, down = SAMPLE_RATE // common, rate // common
    phases = _phases(up, down)
    reach = phases.shape[1] // 2
    total = length_at_master(len(samples), rate)
    # The ends are held, so that a constant does not fade at them.
    padded = np.pad(samples.astype(np.float64), (reach, reach + down), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, phases.shape[1])
    result = np.empty(total, np.int16)
    for start in range(0, -(-total // up), _BLOCK):
        for phase in range(up):
            place, taps = phase * down // up, phases[phase * down % up]
            stop = min(start + _BLOCK, -(-(total - phase) // up))
            if start < stop:
                exact = windows[place + start * down : place + (stop - 1) * down + 1 : down] @ taps
                rounded = np.floor(exact / (1 << _SCALE_BITS) + 0.5)
                part = np.clip(rounded, -32768, 32767).astype(np.int16)
                result[phase + start * up : phase + (stop - 1) * up + 1 : up] = part
    return result


@functools.lru_cache(maxsize=4)
def _phases(up: int, down: int) -> NDArray[np.float64]:
    """Whole-numbered coefficients (up, taps): row p interpolates p/up of a sample after the window's middle.

    Each row sums to exactly 2^22.
    """
    stretch = max(1.0, down / up) / _CUTOFF
    reach = math.ceil(_CROSSINGS * stretch)
    offsets = np.arange(-reach, reach + 1, dtype=np.float64)
    x = (offsets[np.newaxis, :] - np.arange(up)[:, np.newaxis] / up) / stretch
    inside = np.clip(1.0 - (x / _CROSSINGS) ** 2, 0.0, None)
    rows = np.sinc(x) * np.i0(_BETA * np.sqrt(inside)) * (inside > 0)
    whole: NDArray[np.float64] = np.rint(rows / rows.sum(axis=1, keepdims=True) * (1 << _SCALE_BITS))
    whole[np.arange(up), np.argmax(whole, axis=1)] += (1 << _SCALE_BITS) - whole.sum(axis=1)
    whole.flags.writeable = False
    return whole
