"""Where sentences end, in English, Chinese and mixed text, by what stands at each border alone."""

from __future__ import annotations

import regex

from pipeline.plan import abbreviations as abbr

_RUN = regex.compile(r"[.!?。！？…．｡؟۔।॥።։]+")
_WIDE = frozenset("。！？｡؟۔।॥።։")
_CLOSERS = regex.compile(r"""["'”’»›)\]}）］｝】〕〉》」』〙〗＂＇*_`~]*""")
_STRAIGHT = frozenset("\"'＂＇")
_QUOTES = frozenset("\"'”’»›」』＂＇")
_CLAUSE = frozenset(",;:，、；：)）]】」』》")
_OPENERS = regex.compile(r"""[\s"'“‘«‹(\[{（［｛【〔〈《「『¿¡*_`~#]*""")
_EAST = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}“‘「『《（【〈—…]")
# Possessive, since a long run of marks could be read in exponentially many ways.
_PICTURES = (
    r"(?:[\p{Extended_Pictographic}\p{Regional_Indicator}][\ufe0e\ufe0f\u200d\p{Emoji_Modifier}]*+"
    r"|[*~=#+•-]{2,}+)"
)
_AFTER = regex.compile(rf"(?:\s*+{_PICTURES})++(?=\s|$|\p{{Han}})")
_TOKEN = regex.compile(r"[\p{L}\p{N}\p{M}.'’&-]+$")
_NEXT_WORD = regex.compile(r"[\p{L}\p{M}'’]+")
_NUMBERED = regex.compile(r"\s*[(（]?(?:\p{N}{1,3}|\p{Latin})\s*")
_INITIALS = regex.compile(r"(?:\p{L}\.)+\p{L}|\p{Lu}|Ph\.D|M\.Sc|B\.Sc|Ed\.D")
_ORDINAL = regex.compile(r"\p{N}{1,2}")
_HE_SAID = regex.compile(r"\p{Han}{0,4}?[说問问道喊叫答笑]道?(?=[,，。.!！…]|$)")
_AFTER_TIME = regex.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[A-Z]{2,4}T\b|GMT\b|UTC\b")
_ROMAN = regex.compile(r"[IVXLC]+\b")

_LONGEST_ABBREVIATION = 40


def borders(block: str, language: str) -> list[int]:
    """Indices at which the sentences of a one-line text end, the last one being its length.

    Args:
        block: text on one line, with single spaces.
        language: BCP 47 tag; some languages write ordinals with a full stop.
    """
    ends: list[int] = []
    start = 0
    for run in _RUN.finditer(block):
        if run.start() < start:
            continue
        end = _end_of_sentence(block, start, run, language)
        if end is not None:
            after = _AFTER.match(block, end)
            start = after.end() if after else end
            ends.append(start)
    if block and (not ends or ends[-1] < len(block)):
        ends.append(len(block))
    return ends


def _end_of_sentence(block: str, start: int, run: regex.Match[str], language: str) -> int | None:
    """The index after a run of terminators and what closes behind it, if a sentence ends there."""
    end = _skip_closers(block, start, run.end())
    if end == len(block):
        return end
    if block[end] in _CLAUSE:
        return None
    lead = block[start : run.start()]
    closed = block[run.end() : end]
    marks = run[0]
    if set(marks) & _WIDE:
        said = _QUOTES & set(closed) and _HE_SAID.match(block, end)
        return None if said else end
    gap = block[end].isspace() or _AFTER.match(block, end) is not None
    beyond = _OPENERS.match(block, end)
    following = block[beyond.end() if beyond else end :][:40]
    if "!" in marks or "?" in marks:
        ends = gap or _EAST.match(block, end) is not None
        return end if ends and not (closed and following[:1].islower()) else None
    if len(marks) > 1 or marks == "…":
        return end if gap and _ends_with_ellipsis(lead, following) else None
    ends = gap or (_EAST.match(block, end) is not None and not lead[-1:].isdigit())
    return end if ends and _ends_with_stop(lead, closed, following, language) else None


def _skip_closers(block: str, start: int, index: int) -> int:
    """The index after quotes and brackets that close; a straight quote may open what comes next instead."""
    found = _CLOSERS.match(block, index)
    end = found.end() if found else index
    if end == len(block) or block[end].isspace():
        return end
    for at in range(index, end):
        if block[at] in _STRAIGHT and block.count(block[at], start, at) % 2 == 0:
            return at
    return end


def _ends_with_ellipsis(lead: str, following: str) -> bool:
    """A capital letter begins something new, except the word I; so does a script without capitals."""
    if not any(letter.isalnum() for letter in lead) or not following:
        return False
    word = _NEXT_WORD.match(following)
    if word is None or word[0] == "I" or word[0].startswith(("I'", "I’")):
        return False
    return not word[0][0].islower()


def _ends_with_stop(lead: str, closed: str, following: str, language: str) -> bool:
    """Whether one full stop ends a sentence, by the word before it and what follows."""
    if not closed and _NUMBERED.fullmatch(lead):
        return False  # "1. Open the door": the number of a list, inside the sentence that it counts
    first = following[:1]
    small = first.islower()
    if closed:
        return not small
    found = _TOKEN.search(lead[-_LONGEST_ABBREVIATION:])
    word = found[0].lstrip(".'’&-") if found else ""
    if word.casefold() in abbr.BEFORE_ANYTHING or word in abbr.TITLES:
        return False
    if _ORDINAL.fullmatch(word) and language.partition("-")[0].lower() in abbr.ORDINAL_LANGUAGES:
        return False
    return not _goes_on(word, following, small=small, number=first.isdigit())


def _goes_on(word: str, following: str, *, small: bool, number: bool) -> bool:
    """Whether the stop after `word` belongs to an abbreviation and the sentence goes on."""
    plain = word.casefold()
    if plain in abbr.BEFORE_NUMBER and (number or (word[:1].isupper() and _ROMAN.match(following))):
        return True
    if plain in abbr.BEFORE_SMALL:
        return small or number or (plain in abbr.DAY_PARTS and _AFTER_TIME.match(following) is not None)
    if plain in abbr.BEFORE_NAME or _INITIALS.fullmatch(word):
        begun = _NEXT_WORD.match(following)
        named = begun is not None and begun[0][0].isupper() and begun[0].casefold() not in abbr.STARTERS
        return small or number or named
    return False
