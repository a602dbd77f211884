"""Rules of reading: what is found in a text gives way to its words, the most particular things first."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

#: What stands between the two ends of a range: hyphens, dashes and waves.
DASH = r"[-‐‑‒–—−~～〜]"
#: A minus that is typed as a hyphen, or as itself.
MINUS = r"[-‐‑−]"
#: A fraction, with a whole number before it or without.
FRACTION = r"(?:(?P<whole>\d{1,3})\ )?(?P<top>\d{1,3})[/⁄](?P<bottom>\d{1,3})"

_SPACES = regex.compile(r" {2,}")
_DIGITS = regex.compile(r"[\p{Nd}--0-9]", regex.V1)
# Numbers in circles, superscripts and fractions of one character; roman numerals stay letters.
_COMPOSED = regex.compile(r"(?P<whole>\d)?(?P<fraction>[¼-¾⅐-⅞])|(?P<circled>[①-⑳⓪⑴-⒇])")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a pattern finds is read as `words` says; None means that it is none of this rule's.

    Attributes:
        pattern: what it looks for.
        words: the words of a match.
    """

    pattern: regex.Pattern[str]
    words: Callable[[regex.Match[str]], str | None]


def rule(pattern: str, words: Callable[[regex.Match[str]], str | None], *, ignore_case: bool = False) -> Rule:
    r"""A rule whose pattern is written with spaces between its parts; a space to be found is ``\ ``."""
    flags = regex.VERBOSE | (regex.IGNORECASE if ignore_case else 0)
    return Rule(pattern=regex.compile(pattern, flags), words=words)


def run(text: str, rules: Sequence[Rule], *, spaced: bool) -> str:
    """The text after every rule in turn; words have no digits, so that no rule sees another's.

    Args:
        text: what is read.
        rules: the more particular first.
        spaced: whether words are parted by spaces from the letters beside them.
    """
    for each in rules:
        text = each.pattern.sub(_replacing(each.words, text, spaced=spaced), text)
    return _SPACES.sub(" ", text).strip(" ") if spaced else text


def plain_digits(text: str) -> str:
    """Every digit of any writing as one of 0 to 9; circled numbers and fractions as several characters."""
    text = _DIGITS.sub(lambda found: str(unicodedata.decimal(found[0])), text)
    return _COMPOSED.sub(_decomposed, text)


def _decomposed(found: regex.Match[str]) -> str:
    if found["circled"]:
        return str(int(unicodedata.numeric(found["circled"])))
    fraction = unicodedata.normalize("NFKC", found["fraction"]).replace("\u2044", "/")
    return f"{found['whole']} {fraction}" if found["whole"] else fraction


def _replacing(
    words: Callable[[regex.Match[str]], str | None], text: str, *, spaced: bool
) -> Callable[[regex.Match[str]], str]:
    def replaced(found: regex.Match[str]) -> str:
        said = words(found)
        if said is None:
            return found[0]
        if not spaced:
            return said
        before = text[: found.start()][-1:]
        after = text[found.end() :][:1]
        # A hyphen to what is now a word would be read as one.
        return f"{' ' if before.isalnum() else ''}{said}{' ' if after.isalnum() else ''}"

    return replaced
