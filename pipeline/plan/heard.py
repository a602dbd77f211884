"""What an ear gives: where speech is in a sound, and its words with their times."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Span:
    """Speech, from sample `start` up to but not including `end`, at 16 kHz."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class HeardWord:
    """One word that was heard.

    Attributes:
        text: as it is written.
        start: first sample, at 16 kHz, counted from the beginning of the sound.
        end: the sample after the last.
        sure: how sure the ear is of it, per mille.
    """

    text: str
    start: int
    end: int
    sure: int


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was understood in one piece of sound.

    Attributes:
        text: all of it, with its punctuation.
        language: BCP 47 tag of what is spoken.
        words: in order, without overlaps.
        doubt: the code of why the text is empty or not to be trusted; empty where it is.
    """

    text: str
    language: str
    words: tuple[HeardWord, ...]
    doubt: str = ""
