"""Lines of a script become running text: bullets fall away, and lines that were only wrapped are joined."""

from __future__ import annotations

import unicodedata

import regex

from pipeline.plan.abbreviations import UNFINISHED
from pipeline.plan.sentences import borders
from pipeline.plan.spoken import has_words

_HEADING = regex.compile(r"#{1,6} +")
_BULLET = regex.compile(r"(?:(?:[-*+•‣◦▪●○■□◆◇►▶·]|>+) +(?:\[[ xX]\] +)?)+")
_NUMBER = regex.compile(r"[(（]?(?:\p{N}{1,3}|\p{Latin})[.)）、．] ?|[一二三四五六七八九十]{1,3}、|[①-⓿]")
_STRONG = regex.compile(r"[!?。！？…｡؟۔।॥።]|\.{2,}")
_CLOSERS = " \"'”’»›)]}）］｝】〕〉》」』"
_COMMAS = (",", "，", "、", "–", "—")
_FIRST_LETTER = regex.compile(r"^[\"'“‘«‹(\[（「『《]*(\p{L})")
_WORD_AT_END = regex.compile(r"\p{L}+$")
_WRAPPED_COLUMNS = 60


def blocks(paragraph: str, language: str) -> list[str]:
    """One-line texts of a paragraph, each holding whole sentences.

    A line break ends a sentence, as in a list or a poem, unless the line was only wrapped: the next one goes
    on in small letters, or this one ends in a comma, in a word that needs another, or is a full line long.
    A sentence that began inside a line is held to be prose, which is wrapped.

    Args:
        paragraph: normalised lines without a blank one.
        language: BCP 47 tag of the script.
    """
    found: list[str] = []
    open_end = False
    for raw in map(str.strip, paragraph.split("\n")):
        heading = _HEADING.match(raw)
        bullet = _BULLET.match(raw)
        mark = heading or bullet
        line = raw[mark.end() :] if mark else raw
        marked = bool(mark or _NUMBER.match(line))
        worded = has_words(line)
        if worded and open_end and not marked and _continues(found[-1], line, language):
            found[-1] = _join(found[-1], line)
        elif worded:
            found.append(line)
        open_end = worded and not heading
    return found


def _continues(block: str, line: str, language: str) -> bool:
    """Whether `line` goes on with the sentence that `block` leaves unfinished."""
    first = _FIRST_LETTER.match(line)
    small = first is not None and first[1].islower()
    bare = block.rstrip(_CLOSERS)
    if _STRONG.search(bare[-3:]) and _STRONG.match(bare[-1:] if not bare.endswith("..") else ".."):
        return small
    if bare.endswith((".", "．")) or small or block.endswith(_COMMAS):
        return True
    if len(block) >= _WRAPPED_COLUMNS or _columns(block) >= _WRAPPED_COLUMNS:
        return True
    # A sentence that began inside a line is prose, and prose is wrapped wherever the line was full.
    word = _WORD_AT_END.search(block)
    return len(borders(block, language)) > 1 or (word is not None and word[0].casefold() in UNFINISHED)


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _join(block: str, line: str) -> str:
    """Both with what belongs between them: nothing after a hyphen or between Chinese characters."""
    wide = all(unicodedata.east_asian_width(letter) in "WF" for letter in (block[-1], line[0]))
    hyphen = block.endswith("-") and block[-2:-1].isalpha() and line[0].islower()
    return f"{block}{line}" if wide or hyphen else f"{block} {line}"
