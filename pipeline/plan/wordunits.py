"""The words of a text as ears compare them: letters and digits alone, and Chinese character by character."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import regex

#: Scripts that are written without spaces between words, and Hangul, whose spaces nobody agrees on.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_LETTER = rf"[[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]"
_UNIT = regex.compile(rf"[{_UNSPACED}]|{_LETTER}+(?:['’ʼ]{_LETTER}+)*", regex.V1)
_OTHER = regex.compile(r"[^\p{L}\p{N}\p{M}]+")
_LATIN_MARK = regex.compile(r"(?<=\p{Latin}\p{M}*)\p{M}+")
#: Languages whose errors are counted by characters.
_BY_CHARACTER = frozenset({"zh", "cmn", "yue", "wuu", "hak", "nan", "ja", "ko", "th", "lo", "km", "my"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A word, or a character of a script without spaces: characters `start` to `end` of its text.

    `text` is what it is compared by: without case, accents of Latin letters, and forms of width.
    """

    text: str
    start: int
    end: int


def units(text: str) -> tuple[Unit, ...]:
    """The words of a text in order; what is neither letter nor digit belongs to none of them."""
    found = ((folded(match[0]), match) for match in _UNIT.finditer(text))
    return tuple(Unit(text=word, start=match.start(), end=match.end()) for word, match in found if word)


def folded(word: str) -> str:
    """What a word is compared by; empty for one without letter or digit."""
    plain = unicodedata.normalize("NFKD", word).casefold()
    return _OTHER.sub("", unicodedata.normalize("NFC", _LATIN_MARK.sub("", plain)))


def counts_characters(language: str) -> bool:
    """Whether what is heard in a language (BCP 47 tag) is compared by characters and not by words."""
    return language.partition("-")[0].lower() in _BY_CHARACTER
