"""Words that no script of a department may hold, and where a script holds one all the same."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from pipeline.plan.keys import canonical

#: A longer word is a sentence, and found in no other script.
MOST_CHARACTERS = 200

# Zero-width and other characters that nobody sees, written into a word to hide it, or by a word processor.
_UNSEEN = regex.compile(r"\p{Cf}+")
_SPACES = regex.compile(r"\s+")
# Scripts whose words are not parted by spaces, or grow endings: a word of them is found wherever it stands.
_UNPARTED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
# A space between two of those hides a word.
_HIDING = regex.compile(rf"(?<={_UNPARTED}) (?={_UNPARTED})")
_WORD_GOES_ON = regex.compile(rf"(?!{_UNPARTED})[\p{{L}}\p{{M}}\p{{N}}]{{2}}(?<!{_UNPARTED})")


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """A word that a text holds and may not.

    Attributes:
        word: as the list has it.
        line: the line of the text where it begins first, from 1.
    """

    word: str
    line: int


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """A word as it is looked for: whatever its case, width, hidden characters and spaces; may be empty."""
    return _joined([_folded(line) for line in word.splitlines()])


def found(text: str, words: Iterable[str]) -> tuple[Stopped, ...]:
    """Those of some words that a text holds, in the words' order.

    A word of letters that are parted by spaces is found as a whole word, in any case; one in Chinese and the
    like wherever it stands, also with spaces between its characters. A line's end is a space.
    """
    lines = [_folded(line) for line in text.splitlines()]
    folded, ends = _joined(lines), _ends_of(lines)
    places = ((word, next(_places(folded, fold(word)), None)) for word in words)
    return tuple(
        Stopped(word=word, line=bisect_right(ends, place) + 1) for word, place in places if place is not None
    )


def to_json(words: Iterable[str]) -> str:
    """A list as a job keeps it, so that what is stopped later does not concern it."""
    return canonical(tuple(words))


def from_json(text: str) -> tuple[str, ...]:
    """The list that `to_json` wrote."""
    return tuple(json.loads(text))


def _folded(line: str) -> str:
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", line))
    folded = unicodedata.normalize("NFKC", seen.casefold())
    return _HIDING.sub("", _SPACES.sub(" ", folded)).strip(" ")


def _joined(lines: Iterable[str]) -> str:
    return _HIDING.sub("", " ".join(line for line in lines if line))


def _ends_of(lines: Iterable[str]) -> list[int]:
    """Up to which place of the joined lines each of them reaches."""
    ends: list[int] = []
    at, last = 0, ""
    for line in lines:
        # As `_joined` has it: between two lines stands a space, unless it would hide a word.
        at += len(_joined([last, line])) - len(last) if line else 0
        last = line[-1:] or last
        ends.append(at)
    return ends


def _places(text: str, word: str) -> Iterator[int]:
    """Where a folded word stands in a folded text."""
    begin = text.find(word) if word else -1
    while begin >= 0:
        end = begin + len(word)
        before, after = text[max(0, begin - 1) : begin + 1], text[end - 1 : end + 1]
        if not _WORD_GOES_ON.fullmatch(before) and not _WORD_GOES_ON.fullmatch(after):
            yield begin
        begin = text.find(word, begin + 1)
