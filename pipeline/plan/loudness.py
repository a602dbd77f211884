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

#: Mono samples at 48 kHz, full scale 1.0.
Samples = NDArray[np.float32]
Energies = NDArray[np.float64]

# BS.1770-5, annex 1, tables 1 and 2: the shelf of the head and the high-pass, at 48 kHz; b0 b1 b2, a1 a2.
_K_WEIGHTING = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585),
    (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621),
)
# Their impulse response has died away, below -170 dB, after so many samples.
_RESPONSE = 1 << 12
_OFFSET = -0.691
_HOP = SAMPLE_RATE // 10
_HOPS_PER_BLOCK = 4
# Larger transforms cost more a sample: their arrays are fetched from the system anew each time.
_HOPS_AT_ONCE = 2
_TRANSFORM = 13_824
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
# Oversampling filter: four phases of this many taps.
_PHASES = 4
_TAPS = 12
_KAISER_BETA = 7.0
_BLOCK = 256
_BLOCKS_AROUND = 4
# The limiter's gain bends by two running means of this many samples, 5 ms each.
_SLOPE = SAMPLE_RATE // 200
_WINDOW = 14 * _HOP
_MARGIN = 1 << 10
# AAC rounds off; its decoded peaks lie a little above those that went in.
_CODING_HEADROOM_DB = 0.5
_CLOSE_LU = 0.1
_ROUNDS = 6
_MUCH_DB = 3.0


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
        self._held = np.zeros(_RESPONSE, np.float32)
        self._hops: list[float] = []

    def feed(self, samples: Samples) -> None:
        """Take in samples, in blocks of any length."""
        self._held = np.concatenate([self._held, samples])
        stride = _HOPS_AT_ONCE * _HOP
        start = 0
        while len(self._held) - start >= _RESPONSE + stride:
            self._hops.extend(_hop_energies(self._held[start : start + _RESPONSE + stride]))
            start += stride
        self._held = self._held[start:]

    def integrated(self) -> float | None:
        """LUFS of all that was fed; None when all of it is silence, or shorter than 400 ms."""
        return _integrated(self.hops())

    def hops(self) -> Energies:
        """Energy of the weighted signal, a mean square, in each whole tenth of a second of what was fed."""
        whole = (len(self._held) - _RESPONSE) // _HOP
        return np.array([*self._hops, *_hop_energies(self._held)[:whole]])


def true_peaks(samples: Samples) -> Samples:
    """For each sample the largest magnitude of the signal from one neighbour to the other, oversampled."""
    peaks = np.abs(samples)
    for taps in _phases():
        # A value between a sample and the next counts for both.
        between = np.abs(np.convolve(samples, taps)[_TAPS // 2 :][: len(samples)])
        np.maximum(peaks, between, out=peaks)
        np.maximum(peaks[1:], between[:-1], out=peaks[1:])
    return peaks


def limited(blocks: Iterable[Samples], *, gain: float, ceiling: float) -> Iterator[Samples]:
    """The signal times `gain`, softened around every true peak above `ceiling` (linear, full scale 1.0).

    The gain bends over 10 ms before and after a peak and never lets one through. As many samples come out as
    go in; how they are cut into blocks changes nothing.
    """
    for window in _windows(blocks):
        loud = window * np.float32(gain)
        _soften(loud, ceiling)
        yield loud[_MARGIN:-_MARGIN]


@dataclass(frozen=True, kw_only=True)
class Level:
    """How a film's sound is brought to its loudness.

    Attributes:
        gain: what every sample is multiplied by before it is limited; 1.0 for silence.
        spoken: LUFS of what came in; None for silence.
        reached: LUFS of what comes out; None for silence.
    """

    gain: float
    spoken: float | None
    reached: float | None


def level_for(blocks: Callable[[], Iterable[Samples]], target: Loudness) -> Level:
    """The one gain that brings a film's sound to the target once it is limited, and what comes of it.

    Args:
        blocks: gives the sound from its beginning, each time it is called.
        target: where to.
    """
    meter = Meter()
    for block in blocks():
        meter.feed(block)
    hops = meter.hops()
    found = _integrated(hops)
    if found is None:
        return Level(gain=1.0, spoken=None, reached=None)
    wanted = target.integrated / 100
    gain = _linear(wanted - found)
    spoken, reached = found, None
    for left in reversed(range(_ROUNDS)):
        # Limiting takes a little loudness away, which a little more gain gives back. How much it takes, plain
        # energy tells: of speech, weighted energy falls by the same part, within 0.01 LU.
        passed = _passed(blocks(), gain=gain, ceiling=ceiling_of(target))
        reached = _integrated(hops * gain**2 * passed[: len(hops)])
        if reached is None or abs(wanted - reached) <= _CLOSE_LU or not left:
            break
        gain *= _linear(wanted - reached)
    if gain > _linear(wanted - spoken + _MUCH_DB):
        # So much was taken by the limiter that this is no speech, of which plain energy tells the loudness.
        meter = Meter()
        for block in limited(blocks(), gain=gain, ceiling=ceiling_of(target)):
            meter.feed(block)
        reached = meter.integrated()
    return Level(gain=gain, spoken=spoken, reached=reached)


def ceiling_of(target: Loudness) -> float:
    """The limiter's ceiling (linear) under which the encoded sound keeps the target's true peak."""
    return _linear(target.true_peak / 100 - _CODING_HEADROOM_DB)


def _bend(wanted: Samples) -> Samples:
    """A gain that bends softly and is nowhere above the wanted one."""
    lowest = wanted
    width = 1
    # The minimum over a growing reach ahead, each step from the one before it.
    while width < 2 * _SLOPE + 1:
        step = min(width, 2 * _SLOPE + 1 - width)
        lowest = np.minimum(lowest, np.append(lowest[step:], np.ones(step, np.float32)))
        width += step
    # Two running means make a slope that begins and ends softly, and reach as far back as the minimum ahead.
    for _ in range(2):
        sums = np.cumsum(np.concatenate([np.ones(_SLOPE + 1, np.float32), lowest]), dtype=np.float64)
        lowest = ((sums[_SLOPE + 1 :] - sums[: -_SLOPE - 1]) / (_SLOPE + 1)).astype(np.float32)
    return lowest


def _soften(loud: Samples, ceiling: float) -> None:
    """Bend the gain, in place, around every true peak above a ceiling."""
    suspects = _blocks_above(loud, ceiling / _overshoot())
    if not suspects.any():
        return
    peaks = np.zeros_like(loud)
    for start, end in _stretches(suspects, around=1):
        peaks[start:end] = true_peaks(loud[start:end])
    for start, end in _stretches(_blocks_above(peaks, ceiling), around=_BLOCKS_AROUND):
        # A slice may reach beyond the last sample.
        wanted = np.divide(ceiling, np.maximum(peaks[start:end], ceiling), dtype=np.float32)
        loud[start:end] *= _bend(wanted)


def _passed(blocks: Iterable[Samples], *, gain: float, ceiling: float) -> Energies:
    """Which part of its energy the limiter leaves each tenth of a second, from 0 to 1; 1 for silence."""
    parts = [np.empty(0)]
    for window in _windows(blocks):
        loud = window * np.float32(gain)
        before = _energies(loud[_MARGIN:-_MARGIN])
        _soften(loud, ceiling)
        after = _energies(loud[_MARGIN:-_MARGIN])
        parts.append(np.divide(after, before, out=np.ones_like(before), where=before > 0))
    return np.concatenate(parts)


def _energies(samples: Samples) -> Energies:
    """Sums of squares of each tenth of a second; the last may be shorter."""
    return np.asarray(np.square(_in_rows(samples, _HOP)).sum(axis=1, dtype=np.float64))


def _integrated(hops: Energies) -> float | None:
    """LUFS, gated, by the energies of each tenth of a second; None if all is silence, or too short."""
    if len(hops) < _HOPS_PER_BLOCK:
        return None
    # Two equal channels: their energies add.
    blocks = 2 * np.convolve(hops, np.full(_HOPS_PER_BLOCK, 1 / _HOPS_PER_BLOCK), "valid")
    loud = blocks[blocks > _energy(_ABSOLUTE_GATE)]
    if not len(loud):
        return None
    kept = loud[loud > _energy(_lufs(float(loud.mean())) + _RELATIVE_GATE)]
    return _lufs(float(kept.mean()))


def _windows(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Cut a stream into overlapping windows with a margin on both sides; silence before it and after it."""
    held = np.zeros(_MARGIN, np.float32)
    total = passed = 0
    for block in blocks:
        total += len(block)
        held = np.concatenate([held, block])
        while len(held) >= _WINDOW + 2 * _MARGIN:
            yield held[: _WINDOW + 2 * _MARGIN]
            held = held[_WINDOW:]
            passed += _WINDOW
    if total > passed:
        yield np.concatenate([held, np.zeros(_MARGIN, np.float32)])


def _hop_energies(held: Samples) -> list[float]:
    """Mean squares of the weighted signal, hop by hop, of what follows the first `_RESPONSE` samples."""
    fresh = len(held) - _RESPONSE
    if not held.any():
        return [0.0] * (fresh // _HOP)
    # Overlap-save: a product of spectra, of which what wraps around is thrown away.
    spectrum = np.fft.rfft(held.astype(np.float64), _TRANSFORM) * _weighting()
    weighted = np.fft.irfft(spectrum.astype(np.complex64), _TRANSFORM)[_RESPONSE : len(held)]
    whole = weighted[: fresh // _HOP * _HOP].reshape(-1, _HOP)
    return [float(energy) for energy in np.square(whole).mean(axis=1, dtype=np.float64)]


@cache
def _weighting() -> NDArray[np.complex64]:
    """The spectrum of the K-weighting."""
    response = [1.0] + [0.0] * (_RESPONSE - 1)
    for b0, b1, b2, a1, a2 in _K_WEIGHTING:
        first = second = 0.0
        for index, value in enumerate(response):
            # Direct form II, transposed.
            out = b0 * value + first
            first = b1 * value - a1 * out + second
            second = b2 * value - a2 * out
            response[index] = out
    return np.fft.rfft(response, _TRANSFORM).astype(np.complex64)


@cache
def _phases() -> tuple[Samples, ...]:
    """The three interpolating phases of the oversampling filter; the fourth is the signal itself."""
    # A windowed sinc that is zero at every sample but its own.
    lags = np.arange(-_PHASES * _TAPS // 2, _PHASES * _TAPS // 2 + 1) / _PHASES
    taps = np.sinc(lags) * np.kaiser(len(lags), _KAISER_BETA)
    return tuple(taps[phase:-1:_PHASES].astype(np.float32) for phase in range(1, _PHASES))


@cache
def _overshoot() -> float:
    """How far true peaks can lie above sample peaks at most."""
    return max(float(np.abs(taps).sum()) for taps in _phases())


def _blocks_above(samples: Samples, level: float) -> NDArray[np.bool_]:
    """In which blocks a magnitude lies above a level."""
    if max(float(samples.max()), -float(samples.min())) <= level:
        return np.zeros(-(-len(samples) // _BLOCK), np.bool_)
    return np.asarray(np.abs(_in_rows(samples, _BLOCK)).max(axis=1) > level)


def _stretches(blocks: NDArray[np.bool_], *, around: int) -> Iterator[tuple[int, int]]:
    """Stretches of samples that hold these blocks, and so many more before and after each."""
    near = np.convolve(blocks, np.ones(2 * around + 1), "same") > 0
    edges = np.flatnonzero(np.diff(near, prepend=False, append=False)) * _BLOCK
    yield from map(tuple, edges.reshape(-1, 2).tolist())


def _in_rows(samples: Samples, length: int) -> Samples:
    """Cut into rows of a length; zeros fill the last one."""
    spare = -len(samples) % length
    return (np.pad(samples, (0, spare)) if spare else samples).reshape(-1, length)


def _energy(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))


def _lufs(energy: float) -> float:
    return _OFFSET + 10 * float(np.log10(energy))


def _linear(decibels: float) -> float:
    return float(10 ** (decibels / 20))
