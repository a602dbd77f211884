"""What an ear is told before it listens: the end of what was said just now, or the names that may occur."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

import regex

from pipeline.plan.sentences import borders

#: Whisper takes 223 tokens of what came before; some are left to how a text is cut into them.
MOST_TOKENS = 220

_CAPITAL = regex.compile(r"\p{Lu}[\p{L}\p{M}\p{N}]*(?:['’-][\p{L}\p{M}\p{N}]+)*")
_BETWEEN = regex.compile(r"[ \u00a0]")
_I = regex.compile(r"I(?:['’]\p{L}+)?")
_OPENING = regex.compile(r"[^\p{L}\p{N}]*")
_SPACES = regex.compile(r"\s+")
_HAN = regex.compile(r"\p{Han}")
#: Where a text may be cut: before a word, before any character of scripts without spaces.
_CUT = regex.compile(r"(?<=\s)\S|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
#: Languages that write all their nouns with capitals.
_CAPITAL_NOUNS = frozenset({"de", "lb"})
#: What a Chinese transcript is written like, as its prompt is: in simplified or in traditional characters.
_SIMPLIFIED = "以下是普通话的句子。"
_TRADITIONAL = "以下是普通話的句子。"
_IN_TRADITIONAL = regex.compile(r"(?:zh|cmn)-(?:hant|tw|hk|mo)\b", regex.IGNORECASE)
_IN_CHINESE = frozenset({"zh", "cmn"})


def names_of(text: str, *, language: str, known: Sequence[str] = ()) -> tuple[str, ...]:
    """The names in a script, each once: the known ones, then words with a capital inside a sentence.

    Args:
        text: the script.
        language: BCP 47 tag; in German every noun has a capital, so that none tells a name.
        known: names of which somebody said how they are pronounced; those that do not occur are left out.
    """
    present = text.casefold()
    found = [name for name in known if name.casefold() in present]
    if language.partition("-")[0].lower() not in _CAPITAL_NOUNS:
        for line in text.splitlines():
            found += _capitals(_SPACES.sub(" ", line).strip(), language)
    return tuple(dict.fromkeys(found))


def prompt_of(
    *, before: str, names: Sequence[str], language: str, count: Callable[[str], int], most: int = MOST_TOKENS
) -> str:
    """What an ear is told before a piece of sound: the end of the text before it, else the names.

    Args:
        before: what was said before, of the same recording; empty where nothing was.
        names: those that may occur.
        language: BCP 47 tag of what is spoken; empty when it is not known.
        count: how many tokens a text is.
        most: how many it may be.
    """
    if before.strip():
        return _end_of(_SPACES.sub(" ", before).strip(), count, most)
    style = _style(language)
    fitting = 0
    while fitting < len(names) and count(style + _list_of(names[: fitting + 1])) <= most:
        fitting += 1
    return style + _list_of(names[:fitting])


def _list_of(names: Sequence[str]) -> str:
    if not names:
        return ""
    wide = any(_HAN.search(name) for name in names)
    return f"{'、' if wide else ', '}".join(names) + ("。" if wide else ".")


def _style(language: str) -> str:
    """A sentence whose characters a Chinese transcript is written with; for other languages nothing."""
    if language.partition("-")[0].lower() not in _IN_CHINESE:
        return ""
    return _TRADITIONAL if _IN_TRADITIONAL.match(language) else _SIMPLIFIED


def _end_of(text: str, count: Callable[[str], int], most: int) -> str:
    """As much of a text's end as is not too long, from the beginning of a word on."""
    cuts = [0, *(found.start() for found in _CUT.finditer(text)), len(text)]
    first = bisect_left(cuts, -most, key=lambda cut: -count(text[cut:]))
    return text[cuts[first] :]


def _capitals(line: str, language: str) -> list[str]:
    """Words with a capital that no sentence begins with; those beside each other are one name."""
    begins = {_OPENING.match(line, at).end() for at in (0, *borders(line, language))}  # type: ignore[union-attr]
    names: list[str] = []
    end = -1
    for found in _CAPITAL.finditer(line):
        if found.start() in begins or _I.fullmatch(found[0]):
            continue
        beside = names and found.start() == end + 1 and _BETWEEN.match(line, end)
        if beside:
            names[-1] += f" {found[0]}"
        else:
            names.append(found[0])
        end = found.end()
    return names
