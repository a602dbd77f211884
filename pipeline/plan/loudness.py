"""Loudness of a film's sound: measured as broadcasting does, and brought to a target without clipping.

Sound passes in blocks, so that an hour takes no more memory than a minute. Measuring follows
ITU-R BS.1770-5 (annex 1: K-weighting and gating; annex 2: true peak by four-fold oversampling).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE

Samples = NDArray[np.float64]

# BS.1770-5, annex 1, tables 1 and 2: the shelf of the head and the high-pass, at 48 kHz.
_K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
_OFFSET = -0.691
_HOP = SAMPLE_RATE // 10
_HOPS_PER_BLOCK = 4
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
# Oversampling filter: four phases of this many taps.
_PHASES = 4
_TAPS = 12
_KAISER_BETA = 7.0
_BLOCK = 256
# The limiter's gain reaches its depth, and leaves it, over this many samples: 5 ms.
_REACH = SAMPLE_RATE // 200
_WINDOW = 1 << 16
_MARGIN = 1 << 10
# AAC rounds off; its decoded peaks lie a little above those that went in.
_CODING_HEADROOM_DB = 0.5
_CLOSE_LU = 0.1
_ROUNDS = 6


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """What a finished film's sound is brought to; whole numbers, since they are part of a key.

    Attributes:
        integrated: integrated loudness in hundredths of a LUFS, such as -1600.
        true_peak: ceiling of the true peak in hundredths of a dBTP, such as -150.
    """

    integrated: int
    true_peak: int

    @classmethod
    def of(cls, *, lufs: float, dbtp: float) -> Self:
        """The target nearest to what an operator set."""
        return cls(integrated=round(lufs * 100), true_peak=round(dbtp * 100))


class Meter:
    """Integrated loudness of a mono signal that is played in two equal channels."""

    def __init__(self) -> None:
        self._state = np.zeros((len(_K_WEIGHTING), 2))
        self._rest = np.empty(0)
        self._hops: list[float] = []

    def feed(self, samples: Samples) -> None:
        """Take in samples at 48 kHz, full scale 1.0, in blocks of any length."""
        from scipy import signal

        weighted, self._state = signal.sosfilt(_K_WEIGHTING, samples, zi=self._state)
        ready = np.concatenate([self._rest, np.square(weighted)])
        whole = len(ready) // _HOP
        self._hops.extend(ready[: whole * _HOP].reshape(whole, _HOP).mean(axis=1).tolist())
        self._rest = ready[whole * _HOP :]

    def integrated(self) -> float | None:
        """LUFS of all that was fed; None when all of it is silence, or shorter than 400 ms."""
        hops = np.array(self._hops)
        if len(hops) < _HOPS_PER_BLOCK:
            return None
        # Two equal channels: their energies add.
        blocks = 2 * np.convolve(hops, np.full(_HOPS_PER_BLOCK, 1 / _HOPS_PER_BLOCK), "valid")
        loud = blocks[blocks > _energy(_ABSOLUTE_GATE)]
        if not len(loud):
            return None
        kept = loud[loud > _energy(_lufs(float(loud.mean())) + _RELATIVE_GATE)]
        return _lufs(float(kept.mean()))


def true_peaks(samples: Samples, *, above: float = 0.0) -> Samples:
    """For each sample the largest magnitude of the signal from one neighbour to the other, oversampled.

    Args:
        samples: at 48 kHz.
        above: only peaks above this level are wanted; where none can be, magnitudes of samples are given.
    """
    from scipy import ndimage

    peaks = np.abs(samples)
    for start, end in _hot(peaks, above / _overshoot()):
        near = samples[max(0, start - _TAPS) : end + _TAPS]
        found = np.abs(near)
        for taps in _phases():
            # A value between a sample and the next counts for both.
            between = np.abs(ndimage.convolve1d(near, taps, mode="constant"))
            np.maximum(found, between, out=found)
            np.maximum(found[1:], between[:-1], out=found[1:])
        peaks[start:end] = found[start - max(0, start - _TAPS) :][: end - start]
    return peaks


def limited(blocks: Iterable[Samples], *, gain: float, ceiling: float) -> Iterator[Samples]:
    """The signal times `gain`, softened around every true peak above `ceiling` (linear, full scale 1.0).

    The gain bends over 5 ms before and after a peak and never lets one through. As many samples come out as
    go in; how they are cut into blocks changes nothing.
    """
    from scipy import ndimage

    for window in _windows(blocks):
        loud = window * gain
        peaks = true_peaks(loud, above=ceiling)
        if peaks.max() > ceiling:
            bend = ndimage.minimum_filter1d(ceiling / np.maximum(peaks, ceiling), 2 * _REACH + 1)
            # Two running means make a slope that begins and ends softly, within the reach of the minimum.
            for _ in range(2):
                bend = ndimage.uniform_filter1d(bend, _REACH + 1)
            loud *= bend
        yield loud[_MARGIN:-_MARGIN]


def gain_for(blocks: Callable[[], Iterable[Samples]], target: Loudness) -> float:
    """The one gain that brings a film's sound to the target once it is limited; 1.0 for silence.

    Args:
        blocks: gives the sound from its beginning, each time it is called.
        target: where to.
    """
    found = _measured(blocks())
    if found is None:
        return 1.0
    wanted = target.integrated / 100
    gain = _linear(wanted - found)
    for _ in range(_ROUNDS):
        # Limiting takes a little loudness away, which a little more gain gives back.
        found = _measured(limited(blocks(), gain=gain, ceiling=ceiling_of(target)))
        if found is None or abs(wanted - found) <= _CLOSE_LU:
            break
        gain *= _linear(wanted - found)
    return gain


def ceiling_of(target: Loudness) -> float:
    """The limiter's ceiling (linear) under which the encoded sound keeps the target's true peak."""
    return _linear(target.true_peak / 100 - _CODING_HEADROOM_DB)


def _measured(blocks: Iterable[Samples]) -> float | None:
    meter = Meter()
    for block in blocks:
        meter.feed(block)
    return meter.integrated()


def _windows(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Cut a stream into overlapping windows with a margin on both sides; silence before it and after it."""
    held = np.zeros(_MARGIN)
    total = passed = 0
    for block in blocks:
        total += len(block)
        held = np.concatenate([held, block])
        while len(held) >= _WINDOW + 2 * _MARGIN:
            yield held[: _WINDOW + 2 * _MARGIN]
            held = held[_WINDOW:]
            passed += _WINDOW
    if total > passed:
        yield np.concatenate([held, np.zeros(_MARGIN)])


@cache
def _phases() -> tuple[Samples, ...]:
    """The three interpolating phases of the oversampling filter; the fourth is the signal itself."""
    # A windowed sinc that is zero at every sample but its own.
    lags = np.arange(-_PHASES * _TAPS // 2, _PHASES * _TAPS // 2 + 1) / _PHASES
    taps = np.sinc(lags) * np.kaiser(len(lags), _KAISER_BETA)
    return tuple(taps[phase:-1:_PHASES] for phase in range(1, _PHASES))


@cache
def _overshoot() -> float:
    """How far true peaks can lie above sample peaks at most."""
    return max(float(np.abs(taps).sum()) for taps in _phases())


def _hot(magnitudes: Samples, level: float) -> Iterator[tuple[int, int]]:
    """Stretches of samples that have one above a level among them or near them."""
    hot = np.pad(magnitudes, (0, -len(magnitudes) % _BLOCK)).reshape(-1, _BLOCK).max(axis=1) > level
    near = hot.copy()
    near[1:] |= hot[:-1]
    near[:-1] |= hot[1:]
    edges = np.flatnonzero(np.diff(near, prepend=False, append=False)) * _BLOCK
    for start, end in edges.reshape(-1, 2).tolist():
        yield start, min(end, len(magnitudes))


def _energy(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))


def _lufs(energy: float) -> float:
    return _OFFSET + 10 * float(np.log10(energy))


def _linear(decibels: float) -> float:
    return float(10 ** (decibels / 20))
