"""Promises of the rulers that films are measured with: the alphabet's chart, and people who were drawn."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.speech import Phoneme
from tests.support.ipa import chart_openness, openness
from tests.support.variants import VARIANTS, draw

_MS = SAMPLE_RATE // 1000


def _said(*sounds: tuple[str, int, int]) -> list[Phoneme]:
    return [Phoneme(symbol=symbol, start=start * _MS, end=end * _MS) for symbol, start, end in sounds]


def test_vowels_open_row_by_row() -> None:
    """From close over mid to open, whatever the vowel's place, roundness and marks."""
    rows = ["i y u", "ɪ ʊ ᵻ", "e ø o", "ə", "ɛ ʌ ɔ", "æ ɐ", "a ɑ ɒ"]
    found = [{openness(letter) for letter in row.split()} for row in rows]
    assert all(len(row) == 1 for row in found)
    values = [row.pop()[0] for row in found]
    assert values == pytest.approx([row / 6 for row in range(7)])
    assert openness("ɑː") == openness("ã") == openness("ɑ")


def test_sounds_of_the_lips_are_closed_and_others_say_nothing() -> None:
    """Bilabials and labiodentals are 0; of the tongue's consonants the chart does not know the lips."""
    assert {openness(letter) for letter in "pbmfvw"} == {(0.0,)}
    assert {openness(symbol) for symbol in ("t", "k", "s", "ŋ", "h")} == {(None,)}
    assert openness("aɪ") == pytest.approx((1.0, 1 / 6))
    assert openness("tɕʰ") == (None, None)


def test_lips_go_from_sound_to_sound() -> None:
    """Through a consonant of the tongue they stay as they are between its vowels; silence closes them."""
    curve = chart_openness(_said(("a", 400, 600), ("t", 640, 700), ("a", 700, 900)), 40, 25)
    assert curve[13:20] == pytest.approx(1.0)
    assert curve[:6] == pytest.approx(0.0)
    assert curve[-10:] == pytest.approx(0.0)
    closed = chart_openness(_said(("a", 400, 600), ("p", 640, 680), ("a", 680, 900)), 40, 25)
    assert closed[15] < 0.1


def test_a_silence_that_a_stop_holds_is_no_pause() -> None:
    """Forty milliseconds before a t leave the lips open, half a second closes them."""
    held = chart_openness(_said(("a", 400, 800), ("t", 840, 880), ("a", 880, 1200)), 40, 25)
    pause = chart_openness(_said(("a", 400, 800), ("t", 1300, 1340), ("a", 1340, 1500)), 40, 25)
    assert held[20] == pytest.approx(1.0)
    assert pause[25] == pytest.approx(0.0)


def test_a_person_is_drawn_the_same_each_time() -> None:
    """Equal pixels, and a mask of the person that leaves the wall out."""
    one, two = (draw(VARIANTS["dark-skin"]) for _ in range(2))
    assert np.array_equal(one.picture, two.picture)
    assert one.picture.shape == (1080, 1080, 3)
    assert one.person[540, 540] == 255
    assert one.person[:, :40].max() < 10
    assert one.person.dtype == np.uint8
