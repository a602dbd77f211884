"""When somebody speaks in a sound whose phonemes nobody knows, and when there is only breath, noise or hum.

What may be speech is heard by the net of `warp`. It knows rooms and noise, but a loud breath sounds to it
like a sibilant, and noise alone like whispering. So speech is what belongs to a voice: a sound that repeats
itself at a voice's pitch (by its autocorrelation: Boersma 1993, "Accurate short-term analysis of the
fundamental frequency"), and what is heard right before and behind it, as far as consonants last.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.hearing import heard
from pipeline.engines.face.wav2lip.hann import hann
from pipeline.engines.face.wav2lip.logarithm import log10
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.thirds import DOWN, SPEECH_RATE, thirds_between

Marks = NDArray[np.bool_]

#: What is told apart lasts so many samples of the master: 10 ms.
STEP = SAMPLE_RATE // 100

_HOP = STEP // DOWN
# Three periods of the lowest voice.
_FRAME = SPEECH_RATE * 40 // 1000
_SIZE = 2048
_HIGHEST_PITCH, _LOWEST_PITCH = 500, 75
# Voices repeat themselves in this band; mains hum lies below it. Loudness counts in a wider one.
_VOICED_HZ, _LOUD_HZ = (150, 1_500), (150, 4_000)
_BLOCK = 256
_NOTHING = 1e-30
# So few that all sums of products of the window are exact.
_WINDOW_BITS = 20
# Noise of any colour stays below the first for three steps on end; half of all speech lies above it. A voice
# that breaks or is hoarse stays above the second, and is one where it follows on the other.
_REPEATS, _HOARSE, _LASTING = 0.7, 0.55, 3
# Of a room's echo and of voices far away, in decibels below the loud part of the speech, nothing is shown.
_FAR_DB = 30.0
# What belongs to a voice is louder than the background by this.
_ABOVE_DB = 6.0
# Consonants before and behind a voiced sound, in steps; a stop is held as long as the third.
_BEFORE, _BEHIND, _HELD = 20, 45, 5
# A whisper has no voice, but is loud and soft by turns, as no breath of wind is.
_LIVELY_DB = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class _Heard:
    """What is heard in each step: how far it repeats itself, -1 to 1, and its level in decibels."""

    repeats: NDArray[np.float64]
    level: NDArray[np.float64]


def spoken(audio: NDArray[np.int16], begin: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """When somebody speaks: first sample and the one behind the last, in order, without overlaps.

    Args:
        audio: int16 mono at 48 kHz: what is listened to and what is heard around it.
        begin: where in that it begins, a multiple of `STEP`; times are counted from there.
        end: where it ends; with the audio unless given.
    """
    said = heard(audio, begin, end)
    steps = len(audio[begin:end]) // STEP
    may = np.zeros(steps, bool)
    for sound in said:
        may[sound.start // STEP : -(-sound.end // STEP)] = True
    if not may.any():
        return []
    found = _listened(audio, begin // STEP, steps)
    loud, soft = _range(found.level)
    clear = may & (found.level > loud - _FAR_DB)
    cores = _lasting(clear & (found.repeats > _REPEATS))
    if not cores.any():
        return [(a * STEP, b * STEP) for a, b in _runs(may)] if loud - soft > _LIVELY_DB else []
    near = may & (found.level > _background(found.level) + _ABOVE_DB)
    hoarse = _lasting(clear & near & (found.repeats > _HOARSE))
    marks = _around(cores, near)
    for first, behind in _runs(hoarse):
        if marks[max(first - _HELD, 0) : behind + _HELD].any():
            cores[first:behind] = True
    return [(first * STEP, behind * STEP) for first, behind in _runs(_around(cores, near))]


def _listened(audio: NDArray[np.int16], place: int, steps: int) -> _Heard:
    """Autocorrelation and level of the 40 ms about each of so many steps, of which `place` is the first."""
    before = (_FRAME - _HOP) // 2 - place * _HOP
    window, taper = _window()
    voiced, loud = _band(*_VOICED_HZ), _band(*_LOUD_HZ)
    shortest, longest = SPEECH_RATE // _HIGHEST_PITCH, SPEECH_RATE // _LOWEST_PITCH
    repeats, level = np.zeros(steps), np.full(steps, -np.inf)
    for begin in range(0, steps, _BLOCK):
        first, last = begin * _HOP - before, min(begin + _BLOCK, steps) - 1
        sound = thirds_between(audio, first, last * _HOP - before + _FRAME).astype(np.float64)
        frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP]
        spectrum = np.fft.rfft(frames * window, _SIZE, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        again = np.fft.irfft(power * voiced, _SIZE, axis=1)[:, : longest + 1]
        whole = np.maximum(again[:, :1], _NOTHING)
        repeats[begin : begin + _BLOCK] = (again / whole / taper)[:, shortest:].max(axis=1)
        energy = (power * loud).sum(axis=1)
        level[begin : begin + _BLOCK] = np.where(
            energy > 0.0, 10.0 * log10(np.maximum(energy, _NOTHING)), -np.inf
        )
    return _Heard(repeats=repeats, level=level)


def _range(level: NDArray[np.float64]) -> tuple[float, float]:
    """How loud a sound is where it is loud, and where it is soft; digital silence tells nothing of that."""
    known = np.sort(level[np.isfinite(level)])
    return (
        (float(known[len(known) * 95 // 100]), float(known[len(known) // 10])) if len(known) else (0.0, 0.0)
    )


def _background(level: NDArray[np.float64]) -> float:
    """The level of the softest 50 ms: what a room sounds like when nobody speaks in it."""
    if len(level) < _HELD:
        return -np.inf
    return float(np.lib.stride_tricks.sliding_window_view(level, _HELD).mean(axis=1).min())


def _lasting(marked: Marks) -> Marks:
    """The marks that stand with so many others side by side."""
    lasting = np.zeros(len(marked), bool)
    for start, end in _runs(marked):
        lasting[start:end] = end - start >= _LASTING
    return lasting


def _around(cores: Marks, near: Marks) -> Marks:
    """Voiced sounds with their consonants before and behind."""
    marks = cores.copy()
    for start, end in _runs(cores):
        marks[start - _reach(near[:start][::-1], _BEFORE) : end + _reach(near[end:], _BEHIND)] = True
    return marks


def _reach(near: Marks, most: int) -> int:
    """How many steps of `near` belong to what lies before its first one: with no long gap, and not many."""
    reach = 0
    for step in np.flatnonzero(near[:most]).tolist():
        if step - reach > _HELD:
            break
        reach = step + 1
    return reach


@functools.lru_cache(maxsize=1)
def _window() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A Hann window, and how far it correlates with itself at each lag."""
    window = hann(_FRAME, bits=_WINDOW_BITS)
    taper: NDArray[np.float64] = np.correlate(window, window, "full")[_FRAME - 1 :] / (window @ window)
    return window, taper[: SPEECH_RATE // _LOWEST_PITCH + 1]


@functools.lru_cache(maxsize=2)
def _band(low: int, high: int) -> NDArray[np.float64]:
    """How much of each bin of the spectrum lies in a band with soft edges."""
    hertz = np.arange(_SIZE // 2 + 1) * (SPEECH_RATE / _SIZE)
    band: NDArray[np.float64] = np.clip((hertz - low) / 50.0, 0.0, 1.0) * np.clip(
        (high - hertz) / 200.0, 0.0, 1.0
    )
    return band


def _runs(marked: Marks) -> Iterator[tuple[int, int]]:
    """Where marks stand side by side: from the first one of each run to behind its last."""
    edges = np.flatnonzero(np.diff(marked, prepend=False, append=False)).reshape(-1, 2)
    yield from ((int(start), int(end)) for start, end in edges)
