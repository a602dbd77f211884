"""Texts for Whisper: what would be taken for one of its marks is given as plain letters."""

from __future__ import annotations

import regex

#: Every mark of its tokenizer begins with this; it refuses a text that holds one.
_MARK = regex.compile(r"<\|")
_SPACES = regex.compile(r"\s+")
_UNREADABLE = regex.compile(r"[\p{Cc}\p{Cs}\ufffd]+")


def plain(text: str) -> str:
    """A text on one line in which nothing is a mark of the tokenizer's."""
    return tidy(_MARK.sub("< |", text))


def tidy(text: str) -> str:
    """A text on one line, without controls and what is left of letters that were cut in two."""
    return _SPACES.sub(" ", _UNREADABLE.sub(" ", text)).strip()
