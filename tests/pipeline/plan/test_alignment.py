"""Alignment: where a reading's sounds are in another sound of the same text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.plan.alignment import LIMIT, Fit, align, carried
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.speech import Phoneme, Speech, Word
from pipeline.plan.timeline import check_times

_MS = SAMPLE_RATE // 1000
_SILENCE = np.zeros(300 * _MS, np.int16)


def _sound(kind: int, ms: int) -> NDArray[np.int16]:
    """One of many sounds that differ in their spectrum: a chord of its own in a little noise."""
    rng = np.random.Generator(np.random.PCG64(kind))
    at = np.arange(ms * _MS) / SAMPLE_RATE
    tones = np.sin(2 * np.pi * np.outer(rng.uniform(150, 5_000, 4), at)).sum(axis=0)
    whole: NDArray[np.int16] = np.rint(2_500 * tones + rng.normal(0, 60, len(at))).astype(np.int16)
    return whole


def _spoken(row: list[tuple[str, int]]) -> Speech:
    """A speech of sounds by letter and length in milliseconds; a space is a silence, and parts words."""
    samples: list[NDArray[np.int16]] = []
    phonemes: list[Phoneme] = []
    words: list[Word] = []
    at, begun = 0, 0
    for place, (letter, ms) in enumerate([*row, (" ", 0)]):
        silent = letter == " "
        if silent and place > begun:
            words.append(Word(start=phonemes[begun].start, end=at, text_start=begun, text_end=place))
        begun = place + 1 if silent else begun
        samples.append(_SILENCE[: ms * _MS] if silent else _sound(ord(letter), ms))
        phonemes.append(Phoneme(symbol="" if silent else letter, start=at, end=at + ms * _MS))
        at += ms * _MS
    return Speech(
        rate=SAMPLE_RATE, samples=np.concatenate(samples), phonemes=tuple(phonemes[:-1]), words=tuple(words)
    )


def _laid(reading: Speech, sound: NDArray[np.int16]) -> tuple[list[tuple[str, int, int]], Fit]:
    """Symbols and times in ms of what was carried over, and how it fits."""
    fit = align(reading, sound)
    assert fit is not None
    phonemes, words = carried(reading, fit, samples=len(sound), rate=SAMPLE_RATE)
    check_times(phonemes, words, len(sound))
    assert (phonemes[0].start, phonemes[-1].end) == (0, len(sound))
    assert all(one.end == other.start for one, other in pairwise(phonemes))
    return [(p.symbol, round(p.start / _MS), round(p.end / _MS)) for p in phonemes], fit


_ABC = [("a", 100), ("b", 100), (" ", 100), ("c", 100), ("d", 100), ("e", 100)]


def test_the_same_sound_keeps_its_times() -> None:
    """A speech laid onto itself keeps every time within a frame, and costs next to nothing."""
    reading = _spoken(_ABC)
    found, fit = _laid(reading, reading.samples)
    assert [symbol for symbol, _, _ in found] == ["a", "b", "", "c", "d", "e"]
    assert max(abs(start - 100 * at) for at, (_, start, _) in enumerate(found)) <= 10
    assert fit.cost <= 20


def test_longer_and_shorter_sounds_are_followed() -> None:
    """Each sound is found where it is, whatever its length, within a frame and a half."""
    row = [("a", 180), ("b", 70), (" ", 100), ("c", 60), ("d", 240), ("e", 90)]
    found, _ = _laid(_spoken(_ABC), _spoken(row).samples)
    truth = np.cumsum([0, *(ms for _, ms in row)])
    assert [symbol for symbol, _, _ in found] == ["a", "b", "", "c", "d", "e"]
    assert np.abs(np.array([start for _, start, _ in found]) - truth[:-1]).max() <= 15


def test_pauses_are_the_sounds_own() -> None:
    """Silence between words and around them is silence; the reading's own pause is left out."""
    row = [(" ", 250), ("a", 100), ("b", 100), ("c", 100), ("d", 100), ("e", 100), (" ", 200)]
    found, _ = _laid(_spoken(_ABC), _spoken(row).samples)
    assert [symbol for symbol, _, _ in found] == ["", "a", "b", "c", "d", "e", ""]
    assert abs(found[0][2] - 250) <= 15
    assert abs(found[-1][1] - 750) <= 15
    reading = _spoken([(" ", 0) if letter == " " else (letter, ms) for letter, ms in _ABC])
    found, _ = _laid(reading, _spoken([(" ", 280) if one[0] == " " else one for one in _ABC]).samples)
    assert [symbol for symbol, _, _ in found] == ["a", "b", "", "c", "d", "e"]
    assert abs(found[2][1] - 200) <= 15
    assert abs(found[2][2] - 480) <= 15


def test_another_text_costs_more() -> None:
    """Sounds that are others cost more than the limit; those of the text far less."""
    reading = _spoken(_ABC)
    slower = _spoken([(letter, ms * 13 // 10) for letter, ms in _ABC]).samples
    other = _spoken([(" " if letter == " " else chr(ord(letter) + 9), ms) for letter, ms in _ABC]).samples
    right, wrong = align(reading, slower), align(reading, other)
    assert right is not None
    assert wrong is not None
    assert right.cost < LIMIT / 2 < LIMIT < wrong.cost


def test_the_same_twice_is_the_same() -> None:
    """The path is made of whole numbers: it is the same for the same sounds, at whatever loudness."""
    reading, sound = _spoken(_ABC), _spoken([(letter, ms + 30) for letter, ms in _ABC]).samples
    one, other = align(reading, sound), align(reading, sound)
    assert one is not None
    assert other is not None
    assert np.array_equal(one.own, other.own)
    assert np.array_equal(one.other, other.other)
    assert one.own.dtype == one.other.dtype == np.int64
    assert (np.diff(one.own) >= 0).all()
    assert (np.diff(one.other) >= 0).all()


def test_what_has_no_sound_cannot_be_laid() -> None:
    """A reading or a sound with nothing in it, and a sound far too short, give no fit."""
    reading = _spoken(_ABC)
    silent = _spoken([(" ", 200)])
    assert align(reading, np.zeros(0, np.int16)) is None
    assert align(silent, reading.samples) is None
    assert align(_spoken([(letter, 250) for letter in "abcd" * 20]), reading.samples[: 20 * _MS]) is None


def test_a_reading_is_at_the_masters_rate() -> None:
    """A reading at another rate is refused: its times would mean something else."""
    reading = Speech(rate=22_050, samples=_sound(1, 100), phonemes=(), words=())
    with pytest.raises(ValueError, match="22050"):
        align(reading, reading.samples)
