"""The waterfall of a film: when each of its parts waited, ran, made things and found them made.

All of it is told by what a ledger keeps for good: attempts, and what each of them made. A wait begins when
whatever a step needs was done, or when the attempt before it ended; so what kept it meanwhile, such as a
hold, a window or those who went before, counts as waiting, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: On the axis no wait in which nothing ran is longer than this part of the time in which something did.
_LONGEST_GAP = 0.25


@dataclass(frozen=True, kw_only=True)
class Made:
    """A thing that an attempt made.

    Attributes:
        kind: what it is.
        key: its key.
        at: when it was accepted.
        machine_ms: what it has cost.
    """

    kind: str
    key: str
    at: int
    machine_ms: int


@dataclass(frozen=True, kw_only=True)
class Tried:
    """An attempt as the ledger keeps it; times are milliseconds since the Unix epoch.

    Attributes:
        number: its fence.
        worker: who.
        device: on what.
        started_at: when it began.
        ended_at: when it ended; None: it runs.
        outcome: how; empty: it runs.
        code: the error's, if there is one; else empty.
        span: id of its span; empty: it never told.
        folded: attempts before it that waited for the same reason.
        made: what it made.
    """

    number: int
    worker: str
    device: str
    started_at: int
    ended_at: int | None
    outcome: str
    code: str
    span: str
    folded: int
    made: Collection[Made]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step with all that was tried.

    Attributes:
        level: the place of its stage among the stages.
        stage: its stage.
        index: which of the steps of its stage it is, from 0.
        waits: it could run, and does not.
        used: the keys that it rests on, by kind, as far as they are still kept.
        tried: its attempts.
    """

    level: int
    stage: str
    index: int
    waits: bool
    used: Mapping[str, Collection[str]]
    tried: Collection[Tried]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A thing that was made, and when.

    Attributes:
        kind: what it is.
        key: its key.
        begins: when its maker began it, or what came before it.
        ends: when it was accepted.
        machine_ms: what it has cost.
    """

    kind: str
    key: str
    begins: int
    ends: int
    machine_ms: int


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One line of the waterfall: an attempt with the wait before it, or a wait that goes on.

    Attributes:
        stage: its stage.
        part: which of the steps of its stage, from 1.
        parts: how many there are.
        waits: since when it waited.
        begins: when it ran; None: it waits still.
        ends: when it ended; None: it goes on.
        number: the attempt's; 0 for none.
        worker: who; empty for none.
        device: on what.
        outcome: how it ended; empty: it did not.
        code: the error's; else empty.
        span: id of its span.
        folded: attempts like it before it.
        pieces: what it made, in order.
        kept: what an earlier attempt of the same step had made, and it found.
        found: what others had made, and it found; None: not known any more, or not yet.
    """

    stage: str
    part: int
    parts: int
    waits: int
    begins: int | None = None
    ends: int | None = None
    number: int = 0
    worker: str = ""
    device: str = ""
    outcome: str = ""
    code: str = ""
    span: str = ""
    folded: int = 0
    pieces: Sequence[Piece] = ()
    kept: int = 0
    found: int | None = None


def waterfall(steps: Collection[Step], *, submitted_at: int) -> tuple[Bar, ...]:
    """The lines of a film's waterfall, in the order in which they began; those that wait come last."""
    # Of those that began at once, the earlier stage goes first: the order of sorting is stable.
    in_order = sorted(steps, key=lambda step: (step.level, step.index))
    bars = [bar for step in in_order for bar in _bars(step, steps, submitted_at)]
    return tuple(sorted(bars, key=lambda bar: (bar.begins is None, bar.begins or bar.waits)))


def _bars(step: Step, steps: Collection[Step], submitted_at: int) -> Iterator[Bar]:
    parts = sum(other.stage == step.stage for other in steps)
    needed = _needed(step, steps)
    ended, before = submitted_at, set[tuple[str, str]]()
    for each in sorted(step.tried, key=lambda each: each.number):
        waits = max(ended, _done(needed, each.started_at, submitted_at))
        mine = {(made.kind, made.key) for made in each.made}
        rests = {(kind, key) for kind, keys in step.used.items() for key in keys} - mine
        whole = each.outcome == "ok"
        yield Bar(
            stage=step.stage,
            part=step.index + 1,
            parts=parts,
            # Clocks of hosts differ: nothing waits for less than no time.
            waits=min(waits, each.started_at),
            begins=each.started_at,
            ends=each.ended_at,
            number=each.number,
            worker=each.worker,
            device=each.device,
            outcome=each.outcome,
            code=each.code,
            span=each.span,
            folded=each.folded,
            pieces=_pieces(each),
            kept=len(rests & before) if whole else 0,
            found=len(rests - before) if whole and step.used else None,
        )
        ended = max(ended, each.ended_at or each.started_at)
        before |= mine
    if step.waits:
        waits = max(ended, _done(needed, None, submitted_at))
        yield Bar(stage=step.stage, part=step.index + 1, parts=parts, waits=waits)


def _needed(step: Step, steps: Collection[Step]) -> list[Step]:
    """The steps of the stage before."""
    level = max((other.level for other in steps if other.level < step.level), default=None)
    return [other for other in steps if other.level == level]


def _done(needed: Collection[Step], until: int | None, submitted_at: int) -> int:
    """When the last of some steps was done, as of a time."""
    return max(
        (
            each.ended_at
            for step in needed
            for each in step.tried
            if each.outcome == "ok" and each.ended_at is not None
            if until is None or each.ended_at <= until
        ),
        default=submitted_at,
    )


def _pieces(tried: Tried) -> tuple[Piece, ...]:
    """What an attempt made; one after the other, so each began when the one before it was done."""
    in_order = sorted(tried.made, key=lambda made: (made.at, made.key))
    begins = [tried.started_at, *(made.at for made in in_order)]
    return tuple(
        Piece(
            kind=made.kind,
            key=made.key,
            begins=min(begun, made.at),
            ends=made.at,
            machine_ms=made.machine_ms,
        )
        for begun, made in zip(begins, in_order, strict=False)
    )


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Where times are drawn, from 0.0 to 1.0: waits in which nothing ran are drawn no longer than bearable.

    Attributes:
        marks: times, ascending, with their places.
        shortened: whether a wait is drawn shorter than it was.
    """

    marks: Sequence[tuple[int, float]]
    shortened: bool

    def place(self, time: int) -> float:
        """Where a time is drawn; the axis ends hold whatever lies beyond them."""
        (first, _), (last, _) = self.marks[0], self.marks[-1]
        time = min(max(time, first), last)
        for (begin, at), (end, to) in pairwise(self.marks):
            if begin <= time <= end:
                return min(to, at + (to - at) * (time - begin) / max(1, end - begin))
        return 0.0


def axis(bars: Collection[Bar], *, submitted_at: int, now: int) -> Axis:
    """The axis of a waterfall: from the submission to the last end, or until now where something goes on."""
    runs = sorted((bar.begins, bar.ends or now) for bar in bars if bar.begins is not None)
    last = max([submitted_at, *(end for _, end in runs), *(now for bar in bars if bar.begins is None)])
    spans: list[tuple[int, int, bool]] = []
    at = submitted_at
    for begin, end in runs:
        if begin > at:
            spans.append((at, begin, False))
            at = begin
        if end > at:
            spans.append((at, end, True))
            at = end
    if last > at:
        spans.append((at, last, False))
    busy = sum(end - begin for begin, end, ran in spans if ran)
    most = busy * _LONGEST_GAP if busy else float("inf")
    drawn = [(end, end - begin if ran else min(end - begin, most)) for begin, end, ran in spans]
    whole = sum(width for _, width in drawn) or 1.0
    marks, place = [(submitted_at, 0.0)], 0.0
    for end, width in drawn:
        place += width / whole
        marks.append((end, min(place, 1.0)))
    return Axis(marks=marks, shortened=any(not ran and end - begin > most for begin, end, ran in spans))
