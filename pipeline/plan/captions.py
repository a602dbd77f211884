"""Caption cues from a timeline, and their spelling as SubRip (SRT) and WebVTT.

At most two lines of 42 columns (Chinese, Japanese and Korean: 16 full-width characters), 5/6 to 7 seconds,
two frames between cues, and 20 characters a second (9 full-width ones) where the speech allows it, as
broadcasters' style guides ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.linebreaks import cut_lines, cut_texts, letter_columns, line_columns
from pipeline.plan.textmap import offset_map
from pipeline.plan.timeline import Timeline, Utterance

MOST_MS = 7_000
LEAST_MS = 834  # 5/6 of a second, rounded up
MOST_CHARACTERS_A_SECOND = 20
MOST_WIDE_A_SECOND = 9  # Chinese, Japanese and Korean characters
#: Nothing is shown for so many frames between two cues: without a gap the eye misses that the text changed.
GAP_FRAMES = 2

# What players would take for markup in SubRip, which knows no escape: tags, and override codes in braces.
_TAG = regex.compile(r"<(?=[A-Za-z/!?])")
_OVERRIDE = regex.compile(r"\{(?=\\|[A-Za-z]:)")
_ARROW = regex.compile(r"-->")
_BREAKS = regex.compile(r"[\s\p{Cc}]+")


@dataclass(frozen=True, kw_only=True)
class Cue:
    """What is shown from `start_ms` up to but not including `end_ms`: one line or two."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def cues(timeline: Timeline, *, columns_of: Callable[[str], int] = line_columns) -> tuple[Cue, ...]:
    """Cues of a film in order, each on frames, with a gap between any two, none beyond its own utterance.

    A sentence that is too long for one cue is cut at its words' own times. A cue that would be too short
    or too fast to read borrows time from the silence around its utterance's speech.

    Args:
        timeline: what is said, and when.
        columns_of: how many columns a line of a language may have.
    """
    found: list[Cue] = []
    origin = 0
    for utterance in timeline.utterances:
        columns = columns_of(utterance.language)
        found += _cues_of(utterance, origin, fps=timeline.fps, columns=columns)
        origin += utterance.frames
    return tuple(found)


def clip_cues(utterance: Utterance, *, fps: int, columns: int) -> tuple[Cue, ...]:
    """The cues of one utterance in lines of so many columns, with times from its own beginning."""
    return tuple(_cues_of(utterance, 0, fps=fps, columns=columns))


def srt(shown: Iterable[Cue]) -> str:
    """The cues as a SubRip file, to be written as UTF-8; nothing in their text can act as markup."""
    blocks = (
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n"
        + "\n".join(unmarked(line) for line in cue.lines)
        for number, cue in enumerate(shown, 1)
    )
    return "".join(f"{block}\n\n" for block in blocks)


def webvtt(shown: Iterable[Cue]) -> str:
    """The cues as a WebVTT file, to be written as UTF-8; escaped as the W3C's WebVTT asks."""
    blocks = (
        f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n"
        + "\n".join(_escaped(line) for line in cue.lines)
        for cue in shown
    )
    return "WEBVTT\n\n" + "".join(f"{block}\n\n" for block in blocks)


def unmarked(line: str) -> str:
    """A line in which nothing can act as markup, for formats that know no escape."""
    return _OVERRIDE.sub("｛", _TAG.sub("＜", _ARROW.sub("→", line)))


def _cues_of(utterance: Utterance, origin: int, *, fps: int, columns: int) -> list[Cue]:
    text = _BREAKS.sub(" ", utterance.shown).strip()
    if not text:
        return []
    frame = samples_per_frame(fps)
    # The gap before the next utterance's cue is kept here, whatever the next one is.
    samples = max(utterance.frames - GAP_FRAMES, 1) * frame
    begin, end = _spoken_between(utterance, samples)
    times = _times(utterance, text, begin, end)
    most, least = (ms * SAMPLE_RATE // 1000 for ms in (MOST_MS, LEAST_MS))
    gap = GAP_FRAMES * frame
    cuts = cut_texts(text, columns, times, most, least + gap, language=utterance.language)
    edges = [0, *cuts, len(text)]
    marks = [begin, *(times[cut] for cut in cuts), end]
    marks[0], marks[-1] = _stretched(text, marks, edges, samples)
    spans = _spans([mark // frame for mark in marks[:-1]], -(-marks[-1] // frame))
    return [
        Cue(
            start_ms=_ms(origin + start, fps),
            end_ms=_ms(origin + end, fps),
            lines=cut_lines(text[left:right].strip(), columns, language=utterance.language),
        )
        for (start, end), (left, right) in zip(spans, pairwise(edges), strict=True)
    ]


def _spoken_between(utterance: Utterance, samples: int) -> tuple[int, int]:
    """When an utterance is spoken, within so many samples; a recording is more than its words."""
    begin, end = utterance.lead, min(utterance.lead + utterance.samples, samples)
    if not utterance.heard or not utterance.words:
        return begin, end
    first, last = utterance.words[0].start, utterance.words[-1].end
    return min(first, end - 1), max(min(last, end), min(first, end - 1) + 1)


def _spans(starts: Sequence[int], end: int) -> list[tuple[int, int]]:
    """First frame of each cue and the one behind its last, with gaps between them.

    Where times that a voice told leave a cue none, its neighbours give it some: no text is lost.
    """
    room = max(1, min(GAP_FRAMES + 1, (end - starts[0]) // len(starts)))
    moved = [starts[0]]
    for number, start in enumerate(starts[1:], 1):
        latest = end - (len(starts) - number) * room
        moved.append(max(min(start, latest), moved[-1] + room))
    ends = [*(start - min(GAP_FRAMES, room - 1) for start in moved[1:]), max(end, moved[-1] + 1)]
    return list(zip(moved, ends, strict=True))


def _stretched(text: str, marks: list[int], edges: list[int], samples: int) -> tuple[int, int]:
    """Begin and end of an utterance's cues with the silence that they need, what follows it first."""
    last = max(_wanted(text[edges[-2] :]) - (marks[-1] - marks[-2]), 0)
    end = min(marks[-1] + last, samples)
    first = max(_wanted(text[: edges[1]]) - ((end if len(marks) == 2 else marks[1]) - marks[0]), 0)  # noqa: PLR2004 - one cue
    return max(marks[0] - first, 0), end


def _wanted(text: str) -> int:
    """Samples that a text needs to be read: a full-width character takes longer than a letter."""
    columns = [letter_columns(letter) for letter in text.strip()]
    wide = columns.count(2)
    ms = wide * 1000 // MOST_WIDE_A_SECOND + (len(columns) - wide) * 1000 // MOST_CHARACTERS_A_SECOND
    return max(LEAST_MS, ms) * SAMPLE_RATE // 1000


def _times(utterance: Utterance, text: str, begin: int, end: int) -> list[int]:
    """The sample at which each character of the shown text begins to be spoken, and the end.

    Known at words' beginnings, straight in between; without words, straight over the whole speech.
    """
    known = [(0, begin)]
    for word in utterance.words:
        if known[-1][0] < word.text_start < len(utterance.spoken) and known[-1][1] < word.start < end:
            known.append((word.text_start, word.start))
    known.append((max(len(utterance.spoken), known[-1][0] + 1), end))
    spoken = [begin] * (known[-1][0] + 1)
    for (left, start), (right, stop) in pairwise(known):
        for offset in range(left, right + 1):
            spoken[offset] = start + (stop - start) * (offset - left) // (right - left)
    return [spoken[min(offset, len(spoken) - 1)] for offset in offset_map(text, utterance.spoken)]


def _ms(frames: int, fps: int) -> int:
    return (frames * 1000 + fps // 2) // fps


def _clock(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{ms:03}"


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
