"""What is said in each piece of a recording, by what an ear understood, or by a script that was read out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import itemgetter

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.heard import Heard, HeardWord
from pipeline.plan.linebreaks import letter_columns
from pipeline.plan.recording import Piece
from pipeline.plan.scripttimes import ScriptWord, shares
from pipeline.plan.speech import Word
from pipeline.plan.thirds import DOWN

# Speech that stops for less than the first is listened to in one go, up to the second: an ear takes half a
# minute, and understands a word better that is not cut.
_STOPS, _MOST = SAMPLE_RATE, 28 * SAMPLE_RATE


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of a recording in which somebody speaks: its first sample at 48 kHz, and the one behind."""

    start: int
    end: int

    @property
    def thirds(self) -> slice:
        """The same at a third of the rate."""
        return slice(self.start // DOWN, -(-self.end // DOWN))


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is said in one piece.

    Attributes:
        text: on one line; empty where nothing is, or nobody knows what.
        language: BCP 47 tag; empty without text.
        words: counted in samples from the beginning of the piece; text offsets into `text`.
    """

    text: str = ""
    language: str = ""
    words: tuple[Word, ...] = ()


def stretches(pieces: Sequence[Piece]) -> tuple[Stretch, ...]:
    """What an ear listens to, in order: speech alone, at most 28 seconds at a time.

    Where pieces meet in the midst of speech it listens on.
    """
    found: list[Stretch] = []
    for piece in pieces:
        for number, (start, end) in enumerate(_own(piece)):
            goes_on = bool(number) or not piece.rests
            last = found[-1] if found else None
            if last and goes_on and start - last.end < _STOPS and end - last.start <= _MOST:
                found[-1] = replace(last, end=end)
            else:
                found.append(Stretch(start=start, end=end))
    return tuple(found)


def lines_heard(pieces: Sequence[Piece], heard: Sequence[tuple[Stretch, Heard]]) -> tuple[Line, ...]:
    """The words that were heard, each in the piece where its middle lies; what is doubted is left out."""
    lines = [Line() for _ in pieces]
    starts = [piece.start for piece in pieces]
    for stretch, told in heard:
        if not told.doubt:
            for index, line in _shared(pieces, starts, stretch, told):
                lines[index] = _joined(lines[index], line)
    return tuple(lines)


def lines_read(
    pieces: Sequence[Piece], script: str, times: Sequence[ScriptWord], *, language: str
) -> tuple[Line, ...]:
    """The script's own words, each piece with those that are said in it.

    Args:
        pieces: of the recording.
        script: on one line.
        times: as `scripttimes.script_times` tells them, in samples at 16 kHz of the whole recording.
        language: BCP 47 tag of the script.
    """
    found = []
    for piece, (left, right) in zip(
        pieces, shares(script, times, [piece.start // DOWN for piece in pieces[1:]]), strict=True
    ):
        part = script[left:right]
        first = left + len(part) - len(part.lstrip())
        own = (
            (word.start * DOWN - piece.start, word.end * DOWN - piece.start, word.text_start, word.text_end)
            for word in times
            if left <= word.text_start and word.text_end <= right
        )
        words = _within(
            ((start, end, a - first, b - first) for start, end, a, b in own), samples=piece.samples
        )
        text = part.strip()
        found.append(Line(text=text, language=language, words=words) if text else Line())
    return tuple(found)


def with_times(line: Line, timed: Sequence[HeardWord], piece: Piece, begin: int) -> Line:
    """A line whose words are said when an ear found them; as it was, where it found none.

    Args:
        line: of a piece.
        timed: its words, in order, in samples at 16 kHz from `begin` on.
        piece: the piece.
        begin: where in the recording that is.
    """
    placed = _placed(line.text, timed)
    words = _within(
        (
            (
                begin + word.start * DOWN - piece.start,
                begin + word.end * DOWN - piece.start,
                at,
                at + len(word.text),
            )
            for word, at in placed
        ),
        samples=piece.samples,
    )
    return replace(line, words=words) if words else line


def moved(stretch: Stretch, heard: Heard) -> Iterator[HeardWord]:
    """The words of a stretch, counted at 16 kHz from the beginning of the recording."""
    first = stretch.thirds.start
    for word in heard.words:
        yield replace(word, start=word.start + first, end=word.end + first)


def one_line(parts: Sequence[str]) -> str:
    """Texts one behind the other: with a space between them, but for scripts that know none."""
    whole = ""
    for part in parts:
        whole += _between(whole, part) + part
    return whole


def _own(piece: Piece) -> Iterator[tuple[int, int]]:
    """When somebody speaks in a piece itself, in samples of the recording."""
    first, end = piece.start - piece.before, piece.start + piece.samples
    for start, behind in piece.speaking:
        found = max(first + start, piece.start), min(first + behind, end)
        if found[0] < found[1]:
            yield found


def _placed(text: str, words: Sequence[HeardWord]) -> list[tuple[HeardWord, int]]:
    """Words with their places in a text; one that does not occur there in its turn is left out."""
    found = []
    place = 0
    for word in words:
        at = text.find(word.text, place)
        if at >= 0:
            found.append((word, at))
            place = at + len(word.text)
    return found


def _shared(
    pieces: Sequence[Piece], starts: Sequence[int], stretch: Stretch, heard: Heard
) -> Iterator[tuple[int, Line]]:
    """What was heard in one go, by the pieces, of which `starts` are the beginnings."""
    placed = _placed(heard.text, heard.words)
    if not placed:
        middle = bisect_right(starts, (stretch.start + stretch.end) // 2) - 1
        text = heard.text.strip()
        yield middle, Line(text=text, language=heard.language) if text else Line()
        return
    middles = (stretch.start + DOWN * (word.start + word.end) // 2 for word, _ in placed)
    owners = [max(bisect_right(starts, middle) - 1, 0) for middle in middles]
    groups = [
        (index, [pair for _, pair in group])
        for index, group in groupby(zip(owners, placed, strict=True), key=itemgetter(0))
    ]
    edges = [0, *(group[0][1] for _, group in groups[1:]), len(heard.text)]
    for (index, own), (left, right) in zip(groups, pairwise(edges), strict=True):
        part = heard.text[left:right]
        first = left + len(part) - len(part.lstrip())
        base = stretch.start - pieces[index].start
        words = _within(
            (
                (base + DOWN * word.start, base + DOWN * word.end, at - first, at - first + len(word.text))
                for word, at in own
            ),
            samples=pieces[index].samples,
        )
        yield index, Line(text=part.strip(), language=heard.language, words=words)


def _within(rows: Iterator[tuple[int, int, int, int]], *, samples: int) -> tuple[Word, ...]:
    """Words in order and without overlaps, within so many samples; each lasts at least one."""
    found: list[Word] = []
    last = 0
    for start, end, text_start, text_end in rows:
        begin = max(start, last)
        behind = min(max(end, begin + 1), samples)
        if begin < behind:
            found.append(Word(start=begin, end=behind, text_start=text_start, text_end=text_end))
            last = behind
    return tuple(found)


def _joined(line: Line, more: Line) -> Line:
    """What is said in a piece, and what is said in it then."""
    if not line.text or not more.text:
        return line if line.text else more
    text = one_line([line.text, more.text])
    shift = len(text) - len(more.text)
    words = (
        replace(w, text_start=w.text_start + shift, text_end=w.text_end + shift)
        for w in more.words
        if not line.words or w.start >= line.words[-1].end
    )
    return replace(line, text=text, words=(*line.words, *words))


def _between(one: str, other: str) -> str:
    if not one or not other:
        return ""
    wide = letter_columns(one[-1]) > 1 and letter_columns(other[0]) > 1
    return "" if wide else " "
