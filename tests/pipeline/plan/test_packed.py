"""Phonemes and words kept packed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from pipeline.plan.packed import Packed
from pipeline.plan.speech import Phoneme, Word

SOUNDS = (
    Phoneme(symbol="ə", start=0, end=1 << 40),
    Phoneme(symbol="", start=1 << 40, end=(1 << 40) + 1, stressed=True),
)
WORDS = (Word(start=3, end=9, text_start=0, text_end=4),)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A value with both kinds of field."""

    phonemes: Packed[Phoneme] = Packed(Phoneme)  # noqa: RUF009 - a descriptor, which is no default
    words: Packed[Word] = Packed(Word)  # noqa: RUF009 - a descriptor, which is no default


def test_what_is_kept_reads_as_it_was_given() -> None:
    """Values, their types and their order come back; none is an empty tuple."""
    said = Said(phonemes=SOUNDS, words=WORDS)
    assert (said.phonemes, said.words) == (SOUNDS, WORDS)
    assert [type(sound.stressed) for sound in said.phonemes] == [bool, bool]
    assert Said(phonemes=(), words=()).phonemes == ()


def test_values_are_equal_by_what_they_hold() -> None:
    """Equality, hash and `replace` work as with a plain field, and each value has its own."""
    said = Said(phonemes=SOUNDS, words=WORDS)
    same, other = Said(phonemes=SOUNDS, words=WORDS), replace(said, phonemes=SOUNDS[:1])
    assert same == said
    assert hash(same) == hash(said)
    assert other != said
    assert (other.words, said.phonemes) == (WORDS, SOUNDS)


def test_there_is_no_default() -> None:
    """A value without its phonemes cannot be made."""
    with pytest.raises(TypeError, match="phonemes"):
        Said(words=())  # type: ignore[call-arg, unused-ignore]


def test_a_time_beyond_64_bits_is_refused() -> None:
    """Nothing is cut off silently."""
    with pytest.raises(OverflowError):
        Said(phonemes=(Phoneme(symbol="a", start=0, end=1 << 63),), words=())
