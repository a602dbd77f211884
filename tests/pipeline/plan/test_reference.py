"""Promises about samples of voices: what spoils one is told with advice, and what is good passes silently."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.messages import CATALOGUE
from pipeline.plan.pauses import levels, spans
from pipeline.plan.portrait import Finding
from pipeline.plan.reference import look, trimmed

Sound = NDArray[np.float64]


@cache
def _syllable(top_hz: int) -> Sound:
    """A quarter of a second of a voice of 120 Hz with overtones, from silence to silence."""
    at = np.arange(SAMPLE_RATE // 4) / SAMPLE_RATE
    tones = sum(
        np.sin(2 * np.pi * tone * at + tone) / (tone / 120) ** 0.7 for tone in range(120, top_hz, 120)
    )
    shaped = np.asarray(tones) * (0.55 - 0.45 * np.cos(2 * np.pi * 4 * at))
    return np.asarray(shaped / np.sqrt(np.mean(shaped**2)))


def speech(seconds: float, *, level: float = 3_000, top_hz: int = 9_000) -> Sound:
    """One syllable after the other."""
    return level * np.tile(_syllable(top_hz), round(4 * seconds))


def silence(seconds: float) -> Sound:
    """Nothing."""
    return np.zeros(round(seconds * SAMPLE_RATE))


def recorded(*parts: Sound, noise: float = 3) -> NDArray[np.int16]:
    """Parts one after the other, in a room of this noise, by a converter of 16 bits."""
    whole = np.concatenate(parts)
    whole = whole + np.random.default_rng(1).normal(0, noise, len(whole))
    return np.clip(np.rint(whole), -32_768, 32_767).astype(np.int16)


def told(audio: NDArray[np.int16]) -> tuple[Finding, ...]:
    """What is said of a sample."""
    return look(audio, spans(levels(audio)))


_QUIET = silence(0.6)


def test_nothing_is_said_of_a_good_sample() -> None:
    """Five sentences in a quiet room."""
    assert told(recorded(_QUIET, speech(6), _QUIET, speech(4), _QUIET)) == ()


@pytest.mark.parametrize(
    ("record", "code", "level"),
    [
        (lambda: recorded(_QUIET, speech(2), _QUIET), "reference-too-short", "error"),
        (lambda: recorded(silence(8)), "reference-too-short", "error"),
        (lambda: recorded(_QUIET, speech(31), _QUIET), "reference-too-long", "warning"),
        (lambda: recorded(_QUIET, speech(5) * 3, _QUIET), "reference-clipped", "warning"),
        (lambda: recorded(_QUIET, speech(5) * 20, _QUIET), "reference-clipped", "error"),
        (lambda: recorded(_QUIET, speech(5), _QUIET, noise=500), "reference-noisy", "warning"),
        (lambda: recorded(_QUIET, speech(5), _QUIET, noise=1_200), "reference-noisy", "error"),
        (
            lambda: recorded(_QUIET, speech(4), _QUIET, speech(4, level=500), _QUIET),
            "reference-uneven",
            "warning",
        ),
        (lambda: recorded(_QUIET, speech(6, top_hz=3_400), _QUIET), "reference-dull", "warning"),
        # What resampling leaves of 8 kHz.
        (lambda: recorded(_QUIET, speech(6, top_hz=4_400), _QUIET), "reference-dull", "warning"),
    ],
)
def test_what_spoils_a_sample_is_told(record: Callable[[], NDArray[np.int16]], code: str, level: str) -> None:
    """With its level, with figures, and with what to do about it."""
    found = {finding.code: finding for finding in told(record())}
    assert code in found, found
    assert found[code].level == level
    message = CATALOGUE[code]
    for words in (message.en, message.zh):
        assert (words.what + words.cure).format_map(found[code].facts)


def test_errors_come_first() -> None:
    """Whoever stops at the first thing that is said stops at what refuses the sample."""
    found = told(recorded(_QUIET, speech(2, top_hz=3_400) * 20, _QUIET))
    assert [finding.level for finding in found] == sorted(finding.level for finding in found)


def test_what_is_used_begins_with_the_first_word_and_ends_after_half_a_minute() -> None:
    """Silence around it would be taken for a part of the voice; pauses within stay."""
    audio = recorded(silence(2), speech(5), _QUIET, speech(3), silence(2))
    used = trimmed(audio, spans(levels(audio)))
    assert abs(len(used) / SAMPLE_RATE - 8.6) < 0.2
    long = recorded(_QUIET, speech(40), _QUIET)
    assert len(trimmed(long, spans(levels(long)))) == 30 * SAMPLE_RATE
    assert len(trimmed(long, ())) == 0
