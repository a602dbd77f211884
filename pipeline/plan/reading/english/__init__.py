"""English, read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import regex

from pipeline.plan.reading import addresses
from pipeline.plan.reading.english import amounts, dates, signs
from pipeline.plan.reading.english.numbers import cardinal, digits
from pipeline.plan.reading.rules import Rule, plain_digits, run

# Where British English is taught, "and" stands before the last two digits, and days before months.
_BRITISH = frozenset({"gb", "uk", "ie", "au", "nz", "za", "in", "sg", "hk", "mt"})
_MARKS: Mapping[str, str] = {
    ".": "dot",
    "/": "slash",
    "-": "dash",
    "_": "underscore",
    "@": "at",
    ":": "colon",
    "?": "question mark",
    "=": "equals",
    "&": "and",
    "#": "hash",
    "%": "percent",
    "+": "plus",
    "~": "tilde",
    "www": "w w w",
    "WWW": "w w w",
    "point": "point",
    "version": "version",
}
# Most sentences: words and marks alone, none of which is read in another way.
_PLAIN = regex.compile(r"(?!.*\b(?:vs|etc|St)\b)(?:[\p{L}\p{M},;:!?…'’\"“”()–—-]|\ (?!\ ))*[.!?]?[”\"’')]*")


def read_english(text: str, language: str) -> str:
    """The text with everything that is written in figures or signs as an English speaker reads it."""
    if _PLAIN.fullmatch(text):
        return text
    parts = language.lower().replace("_", "-").split("-")
    return run(plain_digits(text), _rules(british=bool(_BRITISH & set(parts[1:]))), spaced=True)


@cache
def _rules(*, british: bool) -> tuple[Rule, ...]:
    def number(text: str) -> str:
        return cardinal(int(text), british=british)

    return (
        *addresses.rules(_MARKS, digits, number, gap=" "),
        *signs.telephones(),
        *dates.rules(british=british),
        *addresses.versions(_MARKS, digits, number, gap=" "),
        *amounts.rules(british=british),
        *signs.rules(british=british),
        *signs.abbreviations(),
    )
