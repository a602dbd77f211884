"""What an ear gives: where speech is in a sound, and its words with their times."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pipeline.plan.keys import canonical, told

_SCHEMA = 1


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


def to_json(heard: Heard) -> str:
    """Canonical JSON of what was understood."""
    return canonical({"schema": _SCHEMA, **told(heard)})


def from_json(text: str) -> Heard:
    """What was understood, as `to_json` wrote it.

    Raises:
        ValueError: it is no such JSON.
    """
    try:
        parts = json.loads(text)
        if parts.pop("schema") != _SCHEMA:
            parts = {}
        return Heard(**{**parts, "words": tuple(HeardWord(**word) for word in parts["words"])})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"nothing heard: {error}") from error
