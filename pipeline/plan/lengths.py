"""How long a text takes to speak, estimated from the text alone, and where one that is too long is cut."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

import regex

#: The longest speech of one utterance, by the estimate.
MAX_SPEECH_MS = 15_000

# Milliseconds at normal speed, somewhat above what espeak-ng 1.52 takes (measured): 57 a Latin letter with
# its space, 73 without vowels, 250 a spelled capital, 470 a digit, 258 a Chinese character, 350 a sign.
_LETTER = 62
_LETTER_OF_LONG_WORD = 75
_LONG_WORD = 20
_SPELLED = 270
_SPELLED_WORD = 5
_DIGIT = 520
_HAN = 265
_KANA = 330
_HANGUL = 210
_OTHER_LETTER = 110
_SIGN = 420
_CLAUSE_PAUSE = 250
_SPACE = 20

_TOKEN = regex.compile(
    r"(?P<cased>[\p{Latin}\p{Greek}\p{Cyrillic}][\p{Latin}\p{Greek}\p{Cyrillic}\p{M}]*)"
    r"|(?P<digit>\p{N})|(?P<han>\p{Han})|(?P<kana>[\p{Hiragana}\p{Katakana}])|(?P<hangul>\p{Hangul})"
    r"|(?P<letter>\p{L})|(?P<space>\s)"
    # In an address, a version or a number these are read aloud; elsewhere they are a short silence.
    r"|(?P<sign>(?<=[\p{Latin}\p{N}/:])[.:?](?=[\p{Latin}\p{N}/]))"
    r"|(?P<pause>[,;:.!?，。、；：！？…—–])|(?P<sign>[@#$%&+=/\\<>^|°€£¥×÷\p{Sc}\p{Sm}])",
)
_WEIGHTS = {
    "digit": _DIGIT,
    "han": _HAN,
    "kana": _KANA,
    "hangul": _HANGUL,
    "letter": _OTHER_LETTER,
    "space": _SPACE,
    "pause": _CLAUSE_PAUSE,
    "sign": _SIGN,
}

_CONJUNCTIONS = (
    "and but or nor so yet because although though while whereas when where which who that if unless until"
    " since before after as than then however therefore"
)
_CONJUNCTION = regex.compile(rf"(?<=\S)\s+(?=(?:{'|'.join(_CONJUNCTIONS.split())})\s)", regex.IGNORECASE)
_HAN_CONJUNCTION = regex.compile(
    r"(?<=\p{Han})(?=但是|而且|因为|所以|并且|或者|如果|然后|以及|不过|虽然|同时|因此|于是|只要|只有|无论|即使|从而|以便)"
)
# Better places first; within one class the place nearest to the middle wins.
_PLACES = (
    regex.compile(r"[;；。！？!?…—–]+[\"'”’」』）)]*(?=\s|\p{Han})|[:：](?=\s|\p{Han})"),
    regex.compile(r"[,，、](?=\s|\p{Han}|[\"“‘「『《（(])|(?<=\S)\s+(?=[(（\[【])"),
    regex.compile(rf"{_CONJUNCTION.pattern}|{_HAN_CONJUNCTION.pattern}", regex.IGNORECASE),
    regex.compile(r"\s+"),
    regex.compile(r"(?<=\p{Han}[的了吗呢吧])(?=\p{Han}{2})"),
    regex.compile(r"(?<=\p{Han}\p{M}*)(?=[\p{Han}\p{Latin}\p{N}])|(?<=[\p{Latin}\p{N}])(?=\p{Han})"),
)
_GRAPHEME = regex.compile(r"\X")
# A cut keeps at least this share, in per cent, on either side.
_SHARE = 20


def estimate_ms(text: str, speed: int = 100) -> int:
    """How long a voice takes to speak `text` at `speed` per cent, rather too long than too short."""
    return sum(_costs(text)) * 100 // speed


def cut(text: str, speed: int = 100, limit_ms: int = MAX_SPEECH_MS) -> list[str]:
    """The parts of a sentence, none estimated longer than the limit; they join to the text again.

    Cut at clause marks where there are any, else before a conjunction, else at a space, else between
    Chinese characters, else at any grapheme border, and near the middle, so that no short rest is left.
    """
    if estimate_ms(text, speed) <= limit_ms:
        return [text]
    totals = [0, *accumulate(_costs(text))]
    limit = limit_ms * speed // 100
    places = [[found.end() for found in place.finditer(text)] for place in _PLACES]
    places.append([found.end() for found in _GRAPHEME.finditer(text)])
    cuts: list[int] = []
    ranges = [(0, len(text))]
    while ranges:
        start, end = ranges.pop()
        at = _cut_of(totals, places, start, end) if totals[end] - totals[start] > limit else None
        if at is None:
            continue
        cuts.append(at)
        ranges += [(start, at), (at, end)]
    edges = [0, *sorted(cuts), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


def _cut_of(totals: Sequence[int], places: Sequence[Sequence[int]], start: int, end: int) -> int | None:
    """The best place strictly inside a range; None when it is one grapheme."""
    whole = totals[end] - totals[start]
    least = bisect_left(totals, totals[start] + whole * _SHARE // 100, start + 1, end)
    most = bisect_right(totals, totals[end] - whole * _SHARE // 100, start + 1, end)
    middle = (totals[start] + totals[end]) // 2
    windows = [*((found, least, most) for found in places), (places[-1], start + 1, end)]
    for found, low, high in windows:
        inside = found[bisect_left(found, low) : bisect_left(found, high)]
        if inside:
            return min(inside, key=lambda at: (abs(totals[at] - middle), at))
    return None


def _costs(text: str) -> list[int]:
    """Milliseconds of each character at normal speed."""
    costs = [0] * len(text)
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        if kind == "cased":
            weight = _cased(token[0])
            for index in range(token.start(), token.end()):
                costs[index] = weight
        else:
            costs[token.start()] = _WEIGHTS[kind]
    return costs


def _cased(word: str) -> int:
    if word.isupper() and 1 < len(word) <= _SPELLED_WORD:
        return _SPELLED
    return _LETTER if len(word) <= _LONG_WORD else _LETTER_OF_LONG_WORD
