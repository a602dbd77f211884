"""Samples of a person's voice: whether a model can learn from one how they sound, and what it is given.

What is measured needs no model: levels of 10 ms, where somebody speaks, and one spectrum.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import Fact
from pipeline.plan.pauses import STEP, levels
from pipeline.plan.portrait import Finding

Spans = Sequence[tuple[int, int]]

#: Seconds of speech that a sample has to have, and of a sample that are used.
LEAST_S, MOST_S = 3, 30
_FULL = 32_760
# Of a hundred thousand samples: what a limiter leaves now and then, and what a microphone was driven to.
_CLIPPED, _SPOILED = 50, 1_000
# Decibels from the room to the voice. A quiet room lies 40 and more below it, a street 10.
_NOISY, _TOO_NOISY = 20, 10
# Of all levels, the room is a soft one; and where nobody could be told from it, a voice would be a loud one.
_ROOM, _VOICE = 10, 90
# Decibels between the softest and the loudest second in which somebody speaks for half of it: one person who
# reads keeps within 8, two at different distances do not.
_UNEVEN = 12
_SECOND = 100
# Hertz. A telephone passes 3,400, its files of 8 kHz somewhat more once they are resampled; what lies 60 dB
# below the strongest band is not heard as part of a voice.
_DULL_HZ = 5_000
_HEARD_DB = -60
_BAND_HZ = 250
_WINDOW = 4_096


def look(audio: NDArray[np.int16], spans: Spans) -> tuple[Finding, ...]:
    """Everything to be said about a sample, errors first.

    Args:
        audio: all of it, int16 mono at 48 kHz.
        spans: where in it somebody speaks.
    """
    found = (*_of_level(audio, spans), *_of_length(spans), *_of_sound(audio, spans))
    return tuple(sorted(found, key=lambda finding: finding.level != "error"))


def trimmed(audio: NDArray[np.int16], spans: Spans) -> NDArray[np.int16]:
    """What of a sample is used: from its first word on, without the silence around, at most `MOST_S`."""
    if not spans:
        return audio[:0]
    begin, end = spans[0][0], min(spans[-1][1], spans[0][0] + MOST_S * SAMPLE_RATE)
    return audio[begin:end]


def _of_length(spans: Spans) -> Iterator[Finding]:
    spoken = sum(end - begin for begin, end in spans)
    if spoken < LEAST_S * SAMPLE_RATE:
        facts = {"ms": spoken * 1000 // SAMPLE_RATE, "least_s": LEAST_S}
        yield Finding(code="reference-too-short", level="error", facts=facts)
    elif spans[-1][1] - spans[0][0] > MOST_S * SAMPLE_RATE:
        yield Finding(code="reference-too-long", level="warning", facts={"most_s": MOST_S})


def _of_level(audio: NDArray[np.int16], spans: Spans) -> Iterator[Finding]:
    clipped = int(np.count_nonzero(np.abs(audio.astype(np.int32)) >= _FULL))
    share = clipped * 100_000 // max(1, len(audio))
    if share > _CLIPPED:
        spoiled = share > _SPOILED
        yield _finding("reference-clipped", refused=spoiled, facts={"samples": clipped})
    found = levels(audio)
    if not len(found):
        return
    room = float(np.percentile(found, _ROOM))
    spoken = _within(found, spans)
    voice = _mean(spoken) if len(spoken) else float(np.percentile(found, _VOICE))
    if room <= 0 or voice <= 0:
        return
    apart = round(_decibels(voice / room))
    if apart < _NOISY:
        lost = apart < _TOO_NOISY
        yield _finding("reference-noisy", refused=lost, facts={"decibels": apart, "wanted": _NOISY})


def _of_sound(audio: NDArray[np.int16], spans: Spans) -> Iterator[Finding]:
    seconds = [
        _mean(second)
        for begin, end in spans
        for second in np.array_split(levels(audio[begin:end]), max(1, (end - begin) // SAMPLE_RATE))
        if len(second) > _SECOND // 2
    ]
    loud = [level for level in seconds if level > 0]
    spread = round(_decibels(max(loud) / min(loud))) if loud else 0
    if spread > _UNEVEN:
        yield Finding(code="reference-uneven", level="warning", facts={"decibels": spread})
    highest = _highest(np.concatenate([audio[begin:end] for begin, end in spans])) if spans else 0
    if 0 < highest < _DULL_HZ:
        yield Finding(code="reference-dull", level="warning", facts={"hertz": highest})


def _finding(code: str, *, refused: bool, facts: Mapping[str, Fact]) -> Finding:
    return Finding(code=code, level="error" if refused else "warning", facts=facts)


def _within(found: NDArray[np.int32], spans: Spans) -> NDArray[np.int32]:
    """The levels while somebody speaks."""
    parts = [found[begin // STEP : end // STEP] for begin, end in spans]
    return np.concatenate(parts) if parts else found[:0]


def _mean(level: NDArray[np.int32]) -> float:
    """Root mean square of some levels."""
    return float(np.sqrt(np.mean(np.square(level.astype(np.float64)))))


def _decibels(ratio: float) -> float:
    return 20 * math.log10(ratio)


def _highest(speech: NDArray[np.int16]) -> int:
    """Up to which frequency a voice is heard, in Hz; 0 for a speech too short to tell."""
    windows = len(speech) // _WINDOW
    if not windows:
        return 0
    rows = speech[: windows * _WINDOW].reshape(windows, _WINDOW) * np.hanning(_WINDOW)
    power = np.square(np.abs(np.fft.rfft(rows, axis=1))).mean(axis=0)
    width = _BAND_HZ * _WINDOW // SAMPLE_RATE
    bands = power[1 : 1 + len(power[1:]) // width * width].reshape(-1, width).mean(axis=1)
    if not bands.any():
        return 0
    heard = np.flatnonzero(bands > bands.max() * 10 ** (_HEARD_DB / 10))
    return (int(heard[-1]) + 1) * width * SAMPLE_RATE // _WINDOW
