"""What a voice gives: audio with the times of its phonemes and words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Times(StrEnum):
    """Where the times of a speech's phonemes come from."""

    #: The voice told them while it spoke.
    OWN = "own"
    #: From how long its model made each letter or sound.
    DURATIONS = "durations"
    #: From another voice's reading of the same text, laid onto the sound.
    ALIGNED = "aligned"
    #: They are not known.
    NONE = ""


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
    """Spoken text: int16 mono samples at `rate`; phonemes and words in order, without overlaps.

    Attributes:
        rate: samples a second.
        samples: the sound.
        phonemes: its sounds and silences; none where a voice does not know them.
        words: its words, with their letters in the spoken text.
        times: where the phonemes' times come from.
        cost: how badly an aligned reading fits the sound, per mille (`alignment.Fit.cost`); else 0.
        takes: how often it was spoken until this take was chosen; 1 where nobody listened to it.
    """

    rate: int
    samples: NDArray[np.int16]
    phonemes: tuple[Phoneme, ...]
    words: tuple[Word, ...]
    times: Times = Times.OWN
    cost: int = 0
    takes: int = 1
