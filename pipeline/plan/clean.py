"""Makes foreign text safe to print: a title or a path must not move the cursor or turn the line around."""

from __future__ import annotations

import unicodedata

#: Unicode categories: controls and surrogates.
_UNSAFE = frozenset({"Cc", "Cs"})
#: Line and paragraph separators, and the marks that reorder text (Unicode UAX 9, Trojan Source).
_REORDERING = frozenset(
    "\u2028\u2029\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def clean(text: str) -> str:
    """The text on one line, without control characters and without marks that reorder what is read."""
    spaced = " ".join(text.split())
    return "".join(
        character
        for character in spaced
        if character not in _REORDERING and unicodedata.category(character) not in _UNSAFE
    )
