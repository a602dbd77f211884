"""A script becomes sentences and pauses: what is shown, what is spoken, and in which language."""

from __future__ import annotations

from dataclasses import dataclass

MAX_CHARACTERS = 80_000
HEAD_MS = 300
TAIL_MS = 700
PARAGRAPH_MS = 600


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence, or a part of one that would be too long for one clip.

    Attributes:
        shown: what captions show, on one line.
        spoken: what the voice is given; has at least one letter or digit.
        language: BCP 47 tag it is spoken in.
    """

    shown: str
    spoken: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A silence of so many milliseconds: a film's head or tail, a paragraph break or a ``[pause 1s]`` mark."""

    ms: int


def split(
    text: str,
    *,
    language: str,
    speed: int = 100,
    head_ms: int = HEAD_MS,
    tail_ms: int = TAIL_MS,
    paragraph_ms: int = PARAGRAPH_MS,
    max_characters: int = MAX_CHARACTERS,
) -> tuple[Sentence | Pause, ...]:
    """Sentences and pauses of a script, in order, with the film's head and tail around them.

    Args:
        text: the script, as it was written or already normalised.
        language: BCP 47 tag of the script's main language.
        speed: per cent of normal speed; slower speech makes shorter parts of a long sentence.
        head_ms: silence before the first word; 0 for none.
        tail_ms: silence after the last word; 0 for none.
        paragraph_ms: silence where a blank line stands between sentences; 0 for none.
        max_characters: the longest script that is taken.

    Raises:
        InputError: ``script-empty``, ``script-too-long``, ``script-pause-malformed``, ``script-pause-range``
            or ``script-pauses-too-long``.
    """
    raise NotImplementedError


def normalise(text: str) -> str:
    """The same words in one spelling: NFC, ``\\n`` line ends, no control characters, single spaces."""
    raise NotImplementedError


def check(text: str, *, max_characters: int = MAX_CHARACTERS) -> None:
    """Raise what `split` would raise, at a small part of its cost."""
    raise NotImplementedError
