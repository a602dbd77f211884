"""When the words of a script are said in a recording, by what was heard of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from pipeline.plan.heard import HeardWord
from pipeline.plan.wordmatch import Match, matched
from pipeline.plan.wordunits import Unit, units

#: What opens the word after it; all else between two words closes the one before.
_OPENING = regex.compile(r"[\s\"'“‘«(\[{（［｛【〔〈《「『¿¡*_`~#]")


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptWord:
    """A word of a script: its characters `text_start` to `text_end`, said in samples `start` to `end`.

    Samples are those of what was heard, at 16 kHz. Of a word that was not `found`, the time is what its
    neighbours leave, shared by letters; it may be none.
    """

    text_start: int
    text_end: int
    start: int
    end: int
    found: bool


def script_times(script: str, heard: Sequence[HeardWord]) -> tuple[ScriptWord, ...]:
    """The words of a script in order, with the times of those words that were heard for them.

    Args:
        script: what was to be said; a character of Chinese is a word.
        heard: what was understood of all of it, in order; the script may say more, less or other things.
    """
    wanted = units(script)
    got = tuple(_parts(heard))
    times: list[tuple[int, int] | None] = [None] * len(wanted)
    for match in matched([unit.text for unit in wanted], [unit.text for unit in got]):
        if not match.errors and match.start < match.end:
            _share(match, wanted, got, times)
    return tuple(_complete(wanted, times, got[-1].end if got else 0))


def found_per_mille(words: Sequence[ScriptWord]) -> int:
    """How many of a thousand words of a script were heard; a script without words is all there."""
    return sum(word.found for word in words) * 1000 // len(words) if words else 1000


def shares(script: str, words: Sequence[ScriptWord], borders: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Which characters of a script are said between borders in the sound: all of them, in order.

    A word belongs where its middle lies, with the marks that open and close it.

    Args:
        script: the script.
        words: as `script_times` gives them.
        borders: samples at 16 kHz, rising; what lies before the first or after the last belongs to the piece
            beside it. With n of them there are n + 1 pieces.
    """
    cuts = [0]
    at = 0
    for border in borders:
        while at < len(words) and words[at].start + words[at].end < 2 * border:
            at += 1
        cuts.append(max(cuts[-1], _cut_before(script, words, at)))
    cuts.append(len(script))
    return tuple(pairwise(cuts))


def _cut_before(script: str, words: Sequence[ScriptWord], at: int) -> int:
    """Where a script is cut between two words: what opens the second one goes with it."""
    if at == 0:
        return 0
    if at == len(words):
        return len(script)
    between = script[words[at - 1].text_end : words[at].text_start]
    opening = _OPENING.search(between)
    return words[at - 1].text_end + (opening.start() if opening else len(between))


def _parts(heard: Sequence[HeardWord]) -> Iterator[Unit]:
    """What was heard in the units that a script is compared by; their places are samples."""
    for word in heard:
        parts = units(word.text)
        letters = sum(len(part.text) for part in parts)
        done = 0
        for part in parts:
            start = _between(word.start, word.end, done, letters)
            done += len(part.text)
            yield Unit(text=part.text, start=start, end=_between(word.start, word.end, done, letters))


def _share(
    match: Match, wanted: Sequence[Unit], got: Sequence[Unit], times: list[tuple[int, int] | None]
) -> None:
    """Give the words of a script the time of those that stand for them."""
    start, end = got[match.other_start].start, got[match.other_end - 1].end
    _spread(range(match.start, match.end), wanted, start, end, times)


def _spread(
    places: range, wanted: Sequence[Unit], start: int, end: int, times: list[tuple[int, int] | None]
) -> None:
    """Share a stretch of time among words by their letters."""
    letters = sum(len(wanted[at].text) for at in places)
    done = 0
    for at in places:
        begun = _between(start, end, done, letters)
        done += len(wanted[at].text)
        times[at] = begun, _between(start, end, done, letters)


def _complete(wanted: Sequence[Unit], times: list[tuple[int, int] | None], last: int) -> Iterator[ScriptWord]:
    """All words: those that were not heard in the time between their neighbours."""
    known = [time is not None for time in times]
    at = 0
    while at < len(wanted):
        stop = at
        while stop < len(wanted) and not known[stop]:
            stop += 1
        before, after = (times[at - 1] if at else None), (times[stop] if stop < len(wanted) else None)
        start, end = before[1] if before else 0, after[0] if after else last
        _spread(range(at, stop), wanted, start, max(start, end), times)
        at = stop + 1
    for unit, time, found in zip(wanted, times, known, strict=True):
        start, end = time or (0, 0)
        yield ScriptWord(text_start=unit.start, text_end=unit.end, start=start, end=end, found=found)


def _between(start: int, end: int, part: int, whole: int) -> int:
    return start + (end - start) * part // max(whole, 1)
