"""Where captions may be cut and which cuts read best: into cues, and a cue into lines."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

import regex

from pipeline.plan.wordbreaks import word_ends

LATIN_COLUMNS = 42
WIDE_COLUMNS = 32  # sixteen full-width characters

_WIDE_LANGUAGES = frozenset({"zh", "cmn", "yue", "wuu", "hak", "nan", "ja", "ko"})
# Between two graphemes of which one is Chinese, Japanese or Korean a line may break, except before marks that
# close and after marks that open (the rule of zhengzhuang and kinsoku).
_EAST = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}，。！？、；：…—“”‘’（）《》「」『』【】]")
_NOT_FIRST = regex.compile(
    r"[，。！？、；：…—”’）》」』】\])},.!?;:%％～·ーぁぃぅぇぉっゃゅょァィゥェォッャュョ]"
)
_NOT_LAST = regex.compile(r"[“‘（《「『【\[({$￥¥#@]")
_THAI = regex.compile(r"\p{Thai}")
_SENTENCE_END = regex.compile(r"[.!?。！？…][\"'”’」』）)]*\s?$")
_CLAUSE_END = regex.compile(r"[,;:，、；：—–][\"'”’」』）)]*\s?$")
_WEAK_LAST = regex.compile(
    r"\b(?:a|an|the|of|to|in|on|at|by|for|with|and|or|but|my|our|your|his|her|its|their)\s?$"
)
# No Chinese word begins with a particle, one ends after it, and another begins with what joins or places the
# next phrase. Words such as 的确 show why these are hints, which `wordbreaks` may outweigh.
_CHINESE_PARTICLE = regex.compile(r"[们的了着过吗呢吧啊]")
_CHINESE_BEFORE = regex.compile(r"[的了吗呢吧啊]$")
_CHINESE_AFTER = regex.compile(
    r"(?:和|与|而|但|并|或|在|把|被|让|给|从|向|为了|因为|所以|然后|如果|可以|需要|能够|以及|就|也|都|还|又|很|不)"
)
# What is weighed against each other: one cue more, one that is shown too shortly, each column that a line is
# too wide, and cuts after a clause, between words, after a word that leans on the next, inside a word.
_CUE = 60
_SHORT = 500
_OVER = 1000
_AFTER_CLAUSE = 15
_BETWEEN_WORDS = 45
_BETWEEN_CHINESE = 100
_HINTED = 40
_AFTER_WEAK_WORD = 90
# In a text without spaces: where nobody knows whether a word ends, inside one, and what tells them apart.
_PERHAPS_INSIDE = 160
_INSIDE = 300
_WORD_END = 30
_BEFORE_PARTICLE = 200
_GRAPHEME = regex.compile(r"\X")


def line_columns(language: str) -> int:
    """How many columns a caption line has; a full-width character takes two."""
    return WIDE_COLUMNS if language.partition("-")[0].lower() in _WIDE_LANGUAGES else LATIN_COLUMNS


def cut_texts(
    text: str, columns: int, times: Sequence[int], most: int, least: int, *, language: str = ""
) -> list[int]:
    """Offsets at which a text is cut into cues: few, and at the places that read best.

    Args:
        text: one line.
        columns: width of a caption line.
        times: when each character begins to be spoken, in samples, and the end.
        most: the longest time of a cue, in samples; kept wherever there is a place to cut.
        least: a cue shorter than this is avoided.
        language: BCP 47 tag of the text.
    """
    ends = word_ends(text, language)
    places = [0, *_places(text, columns, ends), len(text)]
    fits = _Fitting(text, places, columns)
    last = len(places) - 1
    if times[-1] - times[0] <= most and fits(0, last):
        return []
    costs = [_cost(text, place, ends) for place in places]
    best = [(0, 0)]  # cost up to each place, and the place before it
    for right in range(1, last + 1):
        options = []
        for left in range(right - 1, -1, -1):
            took = times[places[right]] - times[places[left]]
            if left < right - 1 and (took > most or not fits(left, right)):
                break
            cost = _CUE + costs[right] + (_SHORT if took < least else 0) + (took * 5 // most) ** 2
            options.append((best[left][0] + cost, left))
        best.append(min(options))
    cuts = []
    at = best[-1][1]
    while at:
        cuts.append(places[at])
        at = best[at][1]
    return cuts[::-1]


def cut_lines(text: str, columns: int, *, language: str = "") -> tuple[str, ...]:
    """A cue's lines: one if it fits, else two of about equal length, broken where it reads best."""
    if _width(text) <= columns:
        return (text,)
    options = []
    ends = word_ends(text, language)
    for place in _places(text, columns, ends):
        first, second = text[:place].strip(), text[place:].strip()
        long, short = sorted((_width(first), _width(second)), reverse=True)
        over = max(long - columns, 0) * _OVER
        options.append((over + (long - short) * 2 + _cost(text, place, ends), place))
    if not options:
        return (text,)
    place = min(options)[1]
    return (text[:place].strip(), text[place:].strip())


def _cost(text: str, place: int, ends: Sequence[int]) -> int:
    """How badly a text is cut at a place: not at all at its end or a sentence's, little at a clause's."""
    before = text[max(place - 12, 0) : place]
    if place == len(text) or _SENTENCE_END.search(before):
        return 0
    if _CLAUSE_END.search(before):
        return _AFTER_CLAUSE
    if not before.endswith(" "):
        if _CHINESE_PARTICLE.match(text, place):
            return _BEFORE_PARTICLE
        hinted = _CHINESE_BEFORE.search(before) or _CHINESE_AFTER.match(text, place)
        cost = _PERHAPS_INSIDE - ends[place] * _WORD_END // 1000
        return min(max(cost, _BETWEEN_CHINESE), _INSIDE) - (_HINTED if hinted else 0)
    return _AFTER_WEAK_WORD if _WEAK_LAST.search(before) else _BETWEEN_WORDS


def _places(text: str, columns: int, ends: Sequence[int]) -> list[int]:
    """Offsets at which a text may be cut: at spaces, between Chinese characters, inside what fills a line."""
    places: list[int] = []
    width = 0
    graphemes = _GRAPHEME.findall(text)
    offsets = accumulate(map(len, graphemes))
    for before, after, offset in zip(graphemes, graphemes[1:], offsets, strict=False):
        width += _width(before)
        if _may_break(before, after, ends[offset]) or width + _width(after) > columns:
            places.append(offset)
            width = 0
    return places


def _may_break(before: str, after: str, end: int) -> bool:
    if before.isspace():
        return True
    if after.isspace() or _NOT_FIRST.match(after) or _NOT_LAST.match(before):
        return False
    if _THAI.match(before) and _THAI.match(after):
        return end > 0
    return _EAST.match(before) is not None or _EAST.match(after) is not None


class _Fitting:
    """Whether the text between two places fits into a cue, by widths that are added up once."""

    def __init__(self, text: str, places: Sequence[int], columns: int) -> None:
        totals = [0, *accumulate(map(letter_columns, text))]
        self._columns = columns
        self._starts = [totals[place] for place in places]
        # A space at the end of a line takes no room.
        self._ends = [totals[place] - (1 if text[place - 1 : place] == " " else 0) for place in places]

    def __call__(self, left: int, right: int) -> bool:
        first = bisect_right(self._ends, self._starts[left] + self._columns, left + 1, right + 1) - 1
        return first >= right or self._ends[right] - self._starts[first] <= self._columns


def _width(text: str) -> int:
    return sum(map(letter_columns, text))


@cache
def letter_columns(letter: str) -> int:
    """Columns that a letter takes in a line: two if it is full-width, none if it sits on another one."""
    if unicodedata.combining(letter) or unicodedata.category(letter) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1
