"""A script becomes sentences and pauses: what is shown, what is spoken, and in which language."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

import regex

from pipeline.plan.errors import InputError
from pipeline.plan.layout import blocks
from pipeline.plan.lengths import cut
from pipeline.plan.sentences import borders
from pipeline.plan.spoken import has_words, language_of, spoken

MAX_CHARACTERS = 80_000
#: Silence before the first and after the last word of a film, and where a paragraph ends.
HEAD_MS = 300
TAIL_MS = 700
PARAGRAPH_MS = 600
#: What one pause mark may ask for, and all marks of a script together.
LEAST_PAUSE_MS = 50
MOST_PAUSE_MS = 10_000
MOST_PAUSES_MS = 600_000

# Every break is one, and every space (the Unicode category Zs, and tabs) is the plain one.
_ALIKE = str.maketrans(
    dict.fromkeys("\r\v\f\u0085\u2028", "\n")
    | dict.fromkeys("\t\u00a0\u1680\u202f\u205f\u3000", " ")
    | dict.fromkeys(map(chr, range(0x2000, 0x200B)), " ")
    | {"\u2029": "\n\n"}
)
_SPACES = re.compile(" {2,}")
# Control characters, private ones, directional overrides, invisible breaks and halves of characters say
# nothing aloud.
_SILENT = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069"
    "\ud800-\uf8ff\ufeff\ufff9-\uffff\U000f0000-\U0010ffff]"
)
_LINE_EDGES = regex.compile(r" *\n *")
_BLANK_LINES = regex.compile(r"\n{3,}")
# Six marks on one letter is more than any language writes.
_HEAPED = regex.compile(r"(\p{M}{6})\p{M}+")
_MARK = regex.compile(
    r"[\[［【]\s*(?:pause(?![\p{L}\p{N}])|停顿|暂停)(?P<length>[^\]］】\n]*)(?P<close>[\]］】]?)",
    regex.IGNORECASE,
)
_LENGTH = regex.compile(
    r"\s*[:=]?\s*(?P<number>\d{1,9}(?:[.,]\d{1,6})?|[.,]\d{1,6})\s*"
    r"(?:(?P<ms>ms|msecs?|milliseconds?|毫秒)|(?:s|secs?|seconds?|秒钟?))\s*",
    regex.IGNORECASE,
)
_QUOTED_CHARACTERS = 40


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence, or a part of one that would be too long for one clip.

    Attributes:
        shown: what captions show, on one line.
        spoken: what the voice is given; has at least one letter or digit.
        language: BCP 47 tag it is spoken in.
    """

    shown: str
    spoken: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A silence of so many milliseconds: a film's head or tail, a paragraph's end or a ``[pause 1s]``."""

    ms: int


def split(
    text: str,
    *,
    language: str,
    speed: int = 100,
    head_ms: int = HEAD_MS,
    tail_ms: int = TAIL_MS,
    paragraph_ms: int = PARAGRAPH_MS,
) -> tuple[Sentence | Pause, ...]:
    """Sentences and pauses of a script, in order, with the film's head and tail around them.

    Every sentence stands by itself, and its borders and parts depend on it alone. Between two sentences
    stands at most one pause: the sum of the marks written there, else a paragraph's.

    Args:
        text: the script, as it was written or already normalised.
        language: BCP 47 tag of the script's main language.
        speed: per cent of normal speed; slower speech makes shorter parts of a long sentence.
        head_ms: silence before the first word; 0 for none.
        tail_ms: silence after the last word; 0 for none.
        paragraph_ms: silence where a blank line stands between sentences; 0 for none.

    Raises:
        InputError: ``script-empty``, ``script-pause-malformed``, ``script-pause-range`` or
            ``script-pauses-too-long``.
    """
    plain = normalise(text)
    marks = _checked_marks(plain)
    pieces: list[Sentence | Pause] = [Pause(ms=head_ms)] if head_ms else []
    begun = False
    asked = 0  # what marks ask for since the last sentence
    parted = False  # whether a blank line was met since
    position = 0
    for start, end, ms in [*marks, (len(plain), len(plain), 0)]:
        for paragraph in _paragraphs(plain[position:start]):
            if paragraph is None:
                parted = True
                continue
            for sentence in _sentences(paragraph, language, speed):
                gap = asked or (paragraph_ms if parted and begun else 0)
                pieces += [Pause(ms=gap), sentence] if gap else [sentence]
                begun, asked, parted = True, 0, False
        asked += ms
        position = end
    pieces += [Pause(ms=ms) for ms in (asked, tail_ms) if ms]
    return tuple(pieces)


def normalise(text: str) -> str:
    r"""The same words in one spelling: NFC, ``\n`` line ends, no control characters, single spaces.

    At most one blank line in a row, none at either end. Doing it again changes nothing.
    """
    alike = text.replace("\r\n", "\n").translate(_ALIKE)
    # Twice, since what falls away may have stood between a letter and its accent.
    plain = unicodedata.normalize("NFC", _SILENT.sub("", alike))
    plain = unicodedata.normalize("NFC", _HEAPED.sub(r"\1", plain))
    return _BLANK_LINES.sub("\n\n", _LINE_EDGES.sub("\n", _SPACES.sub(" ", plain))).strip(" \n")


def line_of(text: str, shown: Sequence[str], index: int) -> int:
    """The line of a script in which a sentence begins, counted from 1; blank ones do not count.

    So it is the same line before the script was normalised and after.

    Args:
        text: the script.
        shown: what captions show of its sentences, in order; those that are not found are passed over.
        index: which of them.

    Returns:
        The line; 0 if it is not found.
    """
    lines = [line for line in normalise(text).split("\n") if line.strip()]
    bare = ["".join(line.split()) for line in lines]
    ends = [*accumulate(map(len, bare))]
    whole, at = "".join(bare), 0
    for number, sentence in enumerate(shown[: index + 1]):
        words = "".join(sentence.split())
        found = whole.find(words, at)
        if number == index:
            return bisect_right(ends, found) + 1 if found >= 0 and words else 0
        if found >= 0:
            at = found + len(words)
    return 0


def check(text: str, *, max_characters: int = MAX_CHARACTERS) -> None:
    """Refuse a script that cannot become a film, at a small part of what `split` costs.

    Raises:
        InputError: ``script-too-long``, or what `split` would raise.
    """
    plain = normalise(text)
    if len(plain) > max_characters:
        raise InputError("script-too-long", characters=len(plain), limit=max_characters)
    _checked_marks(plain)


def _checked_marks(plain: str) -> list[tuple[int, int, int]]:
    """Start, end and milliseconds of every pause mark of a script that can be spoken."""
    marks = [(found.start(), found.end(), _milliseconds(plain, found)) for found in _MARK.finditer(plain)]
    total = sum(ms for _, _, ms in marks)
    if total > MOST_PAUSES_MS:
        raise InputError("script-pauses-too-long", seconds=total // 1000, limit=MOST_PAUSES_MS // 1000)
    if not has_words(spoken(_MARK.sub(" ", plain))):
        raise InputError("script-empty")
    return marks


def _milliseconds(plain: str, mark: regex.Match[str]) -> int:
    line = plain.count("\n", 0, mark.start()) + 1
    quoted = mark[0][:_QUOTED_CHARACTERS]
    length = _LENGTH.fullmatch(unicodedata.normalize("NFKC", mark["length"]))
    if length is None or not mark["close"]:
        raise InputError("script-pause-malformed", mark=quoted, line=line)
    ms = int(Decimal(length["number"].replace(",", ".")) * (1 if length["ms"] else 1000))
    if not LEAST_PAUSE_MS <= ms <= MOST_PAUSE_MS:
        raise InputError(
            "script-pause-range",
            mark=quoted,
            line=line,
            least_ms=LEAST_PAUSE_MS,
            most_s=MOST_PAUSE_MS // 1000,
        )
    return ms


def _paragraphs(text: str) -> list[str | None]:
    """The paragraphs of a text, with None for every blank line between, before or behind them."""
    pieces: list[str | None] = []
    for index, paragraph in enumerate(text.split("\n\n")):
        if index:
            pieces.append(None)
        pieces.append(paragraph)
    return pieces


def _sentences(paragraph: str, language: str, speed: int) -> list[Sentence]:
    found: list[Sentence] = []
    for block in blocks(paragraph, language):
        start = 0
        for end in borders(block, language):
            whole = block[start:end].strip()
            start = end
            tongue = language_of(whole, language)
            for part in cut(whole, speed):
                said = spoken(part)
                if has_words(said):
                    found.append(Sentence(shown=part.strip(), spoken=said, language=tongue))
    return found
