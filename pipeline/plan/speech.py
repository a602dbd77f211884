"""What a voice gives: audio with the times of its phonemes and words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Phoneme:
    """One sound, from sample `start` up to but not including `end`.

    Attributes:
        symbol: IPA without stress marks; empty for silence.
        start: first sample, counted from the beginning of the audio it belongs to.
        end: the sample after the last.
        stressed: whether its syllable carries primary stress.
    """

    symbol: str
    start: int
    end: int
    stressed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """One word: samples `start` to `end`, characters `text_start` to `text_end` of the spoken text."""

    start: int
    end: int
    text_start: int
    text_end: int


@dataclass(frozen=True, kw_only=True)
class Said:
    """How some characters of the spoken text, `text_start` to `text_end`, are pronounced: `ipa`."""

    text_start: int
    text_end: int
    ipa: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Speech:
    """Spoken text: int16 mono samples at `rate`; phonemes and words in order, without overlaps."""

    rate: int
    samples: NDArray[np.int16]
    phonemes: tuple[Phoneme, ...]
    words: tuple[Word, ...]
