"""What an ear makes of sound: mel bands of speech, in whole numbers that are the same on every machine.

Frames of 25 ms, one each 10 ms, in 32 bands of the mel scale (Stevens, Volkmann and Newman 1937; formula of
O'Shaughnessy 1987, "Speech communication") from 60 to 7,600 Hz, as logarithms of their energy. Window,
Fourier transform and bands are products with whole numbers whose sums stay below 2^53: double precision
holds them exactly, in whatever order, with whatever instructions and threads a library adds them. Logarithms
are read from a table.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE

#: Whole numbers kept as doubles.
Exact = NDArray[np.float64]
#: As they are kept where there are many: in no more room than they need.
Features = NDArray[np.int16]

#: Samples between two frames: 10 ms.
HOP = SAMPLE_RATE // 100
BANDS = 32
#: Features of a frame: each band against the utterance's level, and against its own mean.
FEATURES = 2 * BANDS

# An ear for speech needs no more than 16 kHz.
_DOWN = 3
_RATE = SAMPLE_RATE // _DOWN
_WINDOW = _RATE // 40
_LOWEST_HZ, _HIGHEST_HZ = 60, 7_600
_REACH = 24
_FIR_BITS, _FOURIER_BITS, _MEL_BITS = 14, 14, 8
# Takes the largest value of the Fourier transform to 18 bits, so that its square and their sums are exact.
_SHIFT = 19
_PEAK = 1 << 15
#: Steps of the logarithm in a doubling of energy, about a tenth of a decibel each.
OCTAVE = 32
_MANTISSAS = 256
# Frames within 20 dB of the loud ones tell how a voice, a room and a microphone sound on average.
_ACTIVE = 20 * OCTAVE // 3
_LOUD = 0.95
_BLOCK = 1_000


def features(audio: NDArray[np.int16]) -> Features:
    """Features of each 10 ms of an utterance, (frames, `FEATURES`), whole numbers; loudness plays no part.

    Frame k stands for the 10 ms from sample k * `HOP` on. Each value is the logarithm of a band's energy
    in steps of `OCTAVE` to a doubling: first against the loud frames of the whole utterance, then against
    the band's own mean where somebody speaks, both limited.

    Args:
        audio: int16 mono at 48 kHz.
    """
    frames = len(audio) // HOP
    if not frames:
        return np.zeros((0, FEATURES), np.int16)
    bands, level = np.empty((frames, BANDS), np.int16), np.empty(frames, np.int16)
    gain = max(_PEAK // max(peak(audio), 1), 1)
    for first in range(0, frames, _BLOCK):
        energy = _energies(audio, gain, first, min(first + _BLOCK, frames))
        part = slice(first, first + len(energy))
        bands[part], level[part] = _logarithm(energy), _logarithm(energy.sum(axis=1))
    loud = int(np.sort(level)[int(_LOUD * (frames - 1))])
    active = bands[level > loud - _ACTIVE]
    mean = (active.sum(axis=0) // max(len(active), 1)).astype(np.int16)
    found = np.empty((frames, FEATURES), np.int16)
    np.clip(bands - (loud - 2 * OCTAVE), -14 * OCTAVE, 4 * OCTAVE, out=found[:, :BANDS])
    np.clip(bands - mean, -8 * OCTAVE, 8 * OCTAVE, out=found[:, BANDS:])
    return found


def peak(audio: NDArray[np.int16]) -> int:
    """How far the audio reaches from zero, 0 to 32,768."""
    return max(int(audio.max(initial=0)), -int(audio.min(initial=0)))


def _at_ear_rate(audio: NDArray[np.int16], gain: int, first: int, stop: int) -> Exact:
    """The sound at 16 kHz from `first` to before `stop`, so many times as loud; 0 beyond its ends.

    Frames' middles stay where they are.
    """
    sound = np.zeros(stop - first)
    begin, end = max(first, 0), min(stop, -(-len(audio) // _DOWN))
    if begin < end:
        heard = np.zeros((end - begin) * _DOWN + 2 * _REACH)
        at = begin * _DOWN - _REACH
        known = audio[max(at, 0) : max(at + len(heard), 0)]
        heard[max(-at, 0) : max(-at, 0) + len(known)] = known
        heard *= gain
        total = np.zeros(end - begin)
        for tap, weight in enumerate(_low_pass()):
            total += weight * heard[tap : tap + len(total) * _DOWN : _DOWN]
        sound[begin - first : end - first] = np.floor(total / (1 << _FIR_BITS) + 0.5)
    return sound


def _energies(audio: NDArray[np.int16], gain: int, first: int, stop: int) -> Exact:
    """Energy of each band in the frames from `first` to before `stop`, at least 1."""
    hop = HOP // _DOWN
    begin = first * hop - (_WINDOW - hop) // 2
    sound = _at_ear_rate(audio, gain, begin, begin + (stop - first - 1) * hop + _WINDOW)
    windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::hop]
    waves = np.floor(windows @ _fourier() / (1 << _SHIFT) + 0.5)
    power = waves * waves
    bins = power.shape[1] // 2
    found: Exact = 1.0 + (power[:, :bins] + power[:, bins:]) @ _mel()
    return found


def _logarithm(energy: Exact) -> Exact:
    """Logarithms to base 2 in steps of `OCTAVE`, rounded; of whole numbers from 1 on."""
    mantissa, exponent = np.frexp(energy)
    table = _logarithms()[np.floor((2.0 * mantissa - 1.0) * _MANTISSAS).astype(np.int64)]
    value: Exact = OCTAVE * (exponent - 1.0) + table
    return value


@functools.lru_cache(maxsize=1)
def _logarithms() -> Exact:
    steps = [round(OCTAVE * math.log2(1 + (k + 0.5) / _MANTISSAS)) for k in range(_MANTISSAS)]
    return _frozen(np.array(steps, np.float64))


@functools.lru_cache(maxsize=1)
def _low_pass() -> tuple[int, ...]:
    """A windowed sinc with whole-numbered taps that passes 7 kHz of 16."""
    at = np.arange(-_REACH, _REACH + 1) / _DOWN
    taps = np.sinc(at * 0.92) * np.kaiser(2 * _REACH + 1, 6.0)
    return tuple(int(tap) for tap in np.rint(taps / taps.sum() * (1 << _FIR_BITS)))


@functools.lru_cache(maxsize=1)
def _fourier() -> Exact:
    """Windowed cosines, then sines, of each bin that a band hears: (samples, 2 * bins)."""
    at = np.arange(_WINDOW)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * (at + 0.5) / _WINDOW)
    angle = 2 * np.pi * at[:, np.newaxis] * _bins()[np.newaxis, :] / _WINDOW
    waves = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    return _frozen(np.rint((1 << _FOURIER_BITS) * window[:, np.newaxis] * waves))


@functools.lru_cache(maxsize=1)
def _mel() -> Exact:
    """Triangles over the bins, evenly spaced on the mel scale: (bins, bands)."""
    lowest, highest = (2595 * math.log10(1 + hz / 700) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    hz = (_bins() * _RATE / _WINDOW)[:, np.newaxis]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle))
    return _frozen(np.rint((1 << _MEL_BITS) * np.clip(triangles, 0.0, None)))


def _bins() -> NDArray[np.int64]:
    return np.arange(_LOWEST_HZ * _WINDOW // _RATE + 1, _HIGHEST_HZ * _WINDOW // _RATE + 1)


def _frozen(values: Exact) -> Exact:
    values.flags.writeable = False
    return values
