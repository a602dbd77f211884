"""Master audio at a third of its rate, 16 kHz, as networks that listen to speech take it.

A polyphase FIR decimator (Crochiere and Rabiner, Multirate Digital Signal Processing, 1983): a sinc in a
Kaiser window that is flat to 7.3 kHz and 140 dB down from 8 kHz on. What upsamples may fall more gently,
which nobody hears; a network sees it: those for speech were trained on sound whose upper bands are whole.
Coefficients are whole numbers and every sum stays below 2^53, so that double precision holds it exactly,
wherever in the sound it stands and with whatever instructions and threads a library adds it up.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE

#: What the master's rate is divided by.
DOWN = 3
#: Samples a second of what comes out.
SPEECH_RATE = SAMPLE_RATE // DOWN

#: How far the filter reaches to each side, in samples of the master: 6 ms.
REACH = 290

# The same filter as librosa.load has by default, within 3e-8: networks of the last years grew up with it.
_HALF_HZ = 7_655
_WIDTH = 290.5
_BETA = 13.04
_SCALE_BITS = 30
# Outputs that one row of a product gives, and rows of it at a time: what both read stays in the cache.
_ROW = 160
_ROWS = 64
_FULL_SCALE = float(1 << 15)


def thirds(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """int16 mono at 48 kHz as float32 mono at 16 kHz, full scale 1, ceil(n / 3) samples, without delay.

    Before and behind the samples there is silence. Digital silence stays that: beyond `REACH` from
    anything else every sample is exactly 0.

    Raises:
        ValueError: samples of another type or shape.
    """
    return thirds_between(samples, 0, -(-len(samples) // DOWN))


def thirds_between(samples: NDArray[np.int16], first: int, stop: int) -> NDArray[np.float32]:
    """`thirds` of the same samples from `first` up to but not including `stop`, and 0 where it has nothing.

    Raises:
        ValueError: samples of another type or shape.
    """
    if samples.dtype != np.int16 or samples.ndim != 1:
        raise ValueError(f"{samples.dtype} {samples.shape}")
    result = np.zeros(max(stop - first, 0), np.float32)
    spread, span = _spread(), _ROW * DOWN
    at_once = _ROW * _ROWS
    end = min(stop, -(-len(samples) // DOWN))
    for start in range(max(first, 0), end, at_once):
        part = min(at_once, end - start)
        rows = -(-part // _ROW)
        begin, length = start * DOWN - REACH, rows * span + 2 * REACH
        block = np.zeros(length)
        known = samples[max(begin, 0) : max(begin + length, 0)]
        block[max(-begin, 0) : max(-begin, 0) + len(known)] = known
        seen = np.lib.stride_tricks.sliding_window_view(block, len(spread))[::span][:rows]
        exact = (np.ascontiguousarray(seen) @ spread).reshape(-1)[:part]
        result[start - first : start - first + part] = exact / (_FULL_SCALE * (1 << _SCALE_BITS))
    return result


@functools.lru_cache(maxsize=1)
def _spread() -> NDArray[np.float64]:
    """The filter's whole-numbered coefficients as a matrix (inputs, `_ROW`), one column for each output."""
    at = np.arange(-REACH, REACH + 1)
    window = np.i0(_BETA * np.sqrt(1.0 - (at / _WIDTH) ** 2)) / np.i0(_BETA)
    taps = np.sinc(at * (2 * _HALF_HZ / SAMPLE_RATE)) * window
    whole = np.rint(taps / math.fsum(taps) * (1 << _SCALE_BITS))
    # They add up to exactly one, so that a constant stays that constant.
    whole[REACH] += (1 << _SCALE_BITS) - whole.sum()
    matrix = np.zeros(((_ROW - 1) * DOWN + len(whole), _ROW))
    for output in range(_ROW):
        matrix[output * DOWN : output * DOWN + len(whole), output] = whole
    matrix.flags.writeable = False
    return matrix
