"""Mouth shapes for sounds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.face.warp.visemes import NEUTRAL, VISEMES, Contact, shapes

# The International Phonetic Association's chart of 2020, pulmonic and other consonants, and vowels.
_CHART = (
    "pbtdʈɖcɟkɡqɢʔmɱnɳɲŋɴʙrʀⱱɾɽɸβfvθðszʃʒʂʐçʝxɣχʁħʕhɦɬɮʋɹɻjɰlɭʎʟ"
    "ʘǀǃǂǁɓɗʄɠʛʍwɥʜʢʡɕʑɺɧ"
    "iyɨʉɯuɪʏʊeøɘɵɤoəɛœɜɞʌɔæɐaɶɑɒɚɝ"
)


@pytest.mark.parametrize("letter", _CHART)
def test_every_letter_of_the_chart_has_a_shape_of_its_own(letter: str) -> None:
    """The whole alphabet is known, so every language that a phonemic voice speaks is."""
    assert letter in VISEMES
    assert shapes(letter) == (VISEMES[letter],)


@pytest.mark.parametrize("letter", "pbmɓ")
def test_bilabials_close_the_lips(letter: str) -> None:
    """Lips meet on p, b and m."""
    (shape,) = shapes(letter)
    assert shape.contact is Contact.LIPS
    assert shape.aperture == 0.0


@pytest.mark.parametrize("column", ["ieɛæa", "yøœɶ", "ɯɤʌɑ", "uoɔɒ", "ɨəɐ", "ɪe", "ʊo"])
def test_the_lower_the_tongue_the_wider_the_mouth(column: str) -> None:
    """Down each column of the chart, from close to open, both lips and jaw part more and more."""
    for closer, opener in itertools.pairwise(VISEMES[letter] for letter in column):
        assert closer.aperture < opener.aperture
        assert closer.jaw < opener.jaw


@pytest.mark.parametrize(
    ("symbol", "letters"),
    [
        ("iː", "i"),
        ("ɔ̃", "ɔ"),
        ("ã", "a"),
        ("tʰ", "t"),
        ("nʲ", "n"),
        ("t͡ʃ", "ʃ"),
        ("ts", "s"),
        ("dʒ", "ʒ"),
        ("aɪ", "aɪ"),
        ("oʊ", "oʊ"),
        ("iɑ5", "iɑ"),
        ("pf", "pf"),
        ("ph", "p"),
        ("ç", "ç"),
        ("ʧ", "ʃ"),
        ("P", "p"),
    ],
)
def test_symbols_are_seen_as_their_letters(symbol: str, letters: str) -> None:
    """Marks that do not show are dropped, diphthongs have two shapes, an affricate is its fricative."""
    assert shapes(symbol) == tuple(VISEMES[letter] for letter in letters)


@pytest.mark.parametrize("symbol", ["ж", "字", "5", "̃", "?"])
def test_an_unknown_symbol_is_a_weak_vowel(symbol: str) -> None:
    """Nobody's letter still moves the mouth a little, and never fails."""
    assert shapes(symbol) == (NEUTRAL,)


@given(st.text(min_size=1, max_size=12))
def test_any_symbol_has_shapes_within_bounds(symbol: str) -> None:
    """Whatever a voice prints, the mouth stays a mouth."""
    for shape in shapes(symbol):
        assert 0 <= shape.jaw <= 1
        assert 0 <= shape.aperture <= 1
        assert -1 <= shape.width <= 1
        assert 0 <= shape.protrusion <= 1
        assert shape.dominance > 0
