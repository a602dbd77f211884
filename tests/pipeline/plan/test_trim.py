"""Trimming and fading: nothing of the speech is lost, and nothing clicks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.plan.speech import Phoneme, Speech, Times, Word
from pipeline.plan.trim import FADE, at_master, master


def _speech(
    samples: list[tuple[int, int]], phonemes: list[tuple[str, int, int]], rate: int = 48_000
) -> Speech:
    """Stretches of (length, level), and phonemes as (symbol, start, end)."""
    return Speech(
        rate=rate,
        samples=np.concatenate([np.full(length, level, np.int16) for length, level in samples]),
        phonemes=tuple(Phoneme(symbol=symbol, start=start, end=end) for symbol, start, end in phonemes),
        words=tuple(
            Word(start=start, end=end, text_start=index, text_end=index + 1)
            for index, (symbol, start, end) in enumerate(phonemes)
            if symbol
        ),
    )


def test_all_of_it_may_be_kept() -> None:
    """At 48 kHz a speech is as long as it was, silence and times included."""
    given = _speech([(2_205, 0), (4_410, 9_000)], [("", 0, 2_205), ("a", 2_205, 6_615)], rate=22_050)
    whole = at_master(given)
    assert (whole.rate, len(whole.samples)) == (48_000, 14_400)
    assert [(p.symbol, p.start, p.end) for p in whole.phonemes] == [("", 0, 4_800), ("a", 4_800, 14_400)]
    assert [(w.start, w.end) for w in whole.words] == [(4_800, 14_400)]


def test_where_times_come_from_is_kept() -> None:
    """Cutting changes nothing about whose times they are, even of what falls silent."""
    spoken = replace(_speech([(5_000, 9_000)], [("a", 0, 5_000)]), times=Times.ALIGNED, cost=300)
    silent = replace(spoken, samples=np.zeros(5_000, np.int16))
    assert [(s.times, s.cost) for s in (master(spoken), master(silent))] == [(Times.ALIGNED, 300)] * 2


def test_silence_around_is_cut() -> None:
    """The voice's own silence goes, up to 5 ms beside what can be heard; times move along."""
    given = [
        ("", 0, 5_000),
        ("a", 5_000, 8_000),
        ("", 8_000, 9_000),
        ("b", 9_000, 10_000),
        ("", 10_000, 30_000),
    ]
    result = master(_speech([(5_000, 3), (5_000, 9_000), (20_000, 2)], given))
    assert len(result.samples) == FADE + 5_000 + FADE
    assert [(p.symbol, p.start, p.end) for p in result.phonemes] == [
        ("a", FADE, FADE + 3_000),
        ("", FADE + 3_000, FADE + 4_000),
        ("b", FADE + 4_000, FADE + 5_000),
    ]
    assert [(word.start, word.end) for word in result.words] == [(240, 3_240), (4_240, 5_240)]


def test_a_closure_is_no_silence() -> None:
    """The silent closure of a first stop belongs to its phoneme and stays."""
    result = master(
        _speech([(2_000, 0), (3_000, 9_000), (1_000, 0)], [("p", 500, 2_500), ("a", 2_500, 6_000)])
    )
    assert result.phonemes[0] == Phoneme(symbol="p", start=0, end=2_000)
    assert len(result.samples) == 5_500


def test_borders_fade() -> None:
    """Both ends rise and fall over 5 ms, mirror images of each other, and no step is a click."""
    result = master(_speech([(4_800, 20_000)], [("a", 0, 4_800)])).samples.astype(int)
    assert abs(result[0]) < 5
    assert np.array_equal(result[:FADE], result[::-1][:FADE])
    assert np.abs(np.diff(result)).max() < 20_000 * np.pi / 2 / FADE + 2
    assert set(result[FADE:-FADE].tolist()) == {20_000}


@pytest.mark.parametrize("length", [1, 2, 3, 100, 479])
def test_a_tiny_sound_is_faded_too(length: int) -> None:
    """What is shorter than two fades fades over what there is."""
    result = master(_speech([(length, 9_000)], [("a", 0, length)]))
    assert len(result.samples) == length
    assert abs(int(result.samples[0])) <= 9_000


@pytest.mark.parametrize(
    ("samples", "phonemes"),
    [([(500, 0)], [("a", 0, 500)]), ([(500, 9_000)], [("", 0, 500)]), ([(500, 30)], []), ([], [])],
)
def test_without_sound_nothing_is_left(
    samples: list[tuple[int, int]], phonemes: list[tuple[str, int, int]]
) -> None:
    """A speech all of whose phonemes are silent, or without anything to hear, has length 0."""
    result = master(_speech([*samples, (0, 0)], phonemes))
    assert (len(result.samples), result.phonemes, result.words) == (0, (), ())


def test_a_voice_without_phonemes_is_heard() -> None:
    """Where a voice knows no phonemes, all that can be heard is kept, with the words that it knows."""
    given = _speech([(5_000, 3), (5_000, 9_000), (20_000, 2)], [("a", 5_000, 8_000)])
    result = master(Speech(rate=given.rate, samples=given.samples, phonemes=(), words=given.words))
    assert len(result.samples) == FADE + 5_000 + FADE
    assert result.phonemes == ()
    assert [(word.start, word.end) for word in result.words] == [(FADE, FADE + 3_000)]


def test_times_move_with_the_rate() -> None:
    """At another rate every time is the nearest sample at 48 kHz, and segments still touch."""
    result = master(_speech([(22_050, 9_000)], [("a", 0, 10_001), ("b", 10_001, 22_050)], rate=22_050))
    assert len(result.samples) == 48_000
    assert [(p.start, p.end) for p in result.phonemes] == [(0, 21_771), (21_771, 48_000)]
    assert result.rate == 48_000
