"""The outlook: when what is under way will likely begin and end, and what that rests on.

What waits is played forward (`farm.policy.foresight`) as the ledger tells it: everybody's steps by the index
of the lines, shares, windows, limits, stops and quotas, who works and for which pools, and what work takes
here. Nothing that is submitted, fails or is changed later is in it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from db.casting import Cast, Newcomers, cast_of
from db.ledger import Ledger
from db.looks import Look
from db.runs import Busy, Entry
from db.waiting import Alike, steps_in
from farm.policy.costs import Basis
from farm.policy.foresight import Foresight
from farm.policy.share import Share


@dataclass(frozen=True, kw_only=True)
class Place:
    """A job's place among what waits, as of now.

    Attributes:
        begins: when a step of it will likely begin, in milliseconds since the Unix epoch; None: nobody can
            tell.
        ends: when its film will likely be there, likewise.
        ahead: films that will likely begin before; by their ranks where nobody can begin it.
        own: steps of its department that will.
        others: those of others.
        rivals: departments that have work waiting for the same workers, its own left out.
        department: its department's id.
        workers: who could render it, those who would be lent for it included.
        pool: the pool that it is rendered in; empty for none.
        kept: nobody renders it, although somebody renders.
        basis: what the cost of its rendering rests on.
        attempts: how many were measured for that.
        pace_ms: for how long a second of its film keeps workers, all stages together.
    """

    begins: int | None
    ends: int | None
    ahead: int = 0
    own: int = 0
    others: int = 0
    rivals: frozenset[int] = frozenset()
    department: int
    workers: int
    pool: str
    kept: bool
    basis: Basis
    attempts: int
    pace_ms: int


class Outlook:
    """What will become of everything that waits and runs; what is told of a job is worked out when asked for.

    Args:
        ledger: the ledger.
        cast: what waits and who works, as the ledger told.
    """

    def __init__(self, ledger: Ledger, cast: Cast) -> None:
        self._ledger = ledger
        self._cast = cast

    @cached_property
    def _foresight(self) -> Foresight:
        return Foresight(self._cast.scene)

    def places(self, job_ids: Collection[int]) -> Mapping[int, Place]:
        """The places of those of some jobs that wait for their turn, or are at work.

        Raises:
            AwayError: ``ledger-away``.
        """
        if not job_ids:
            return {}
        with self._ledger.read() as connection:
            waiting = steps_in(connection, job_ids)
            asked = {job for job in job_ids if job in waiting or job in self._cast.at_work}
            looks = self._cast.looker.of_jobs(connection, asked)
        return {job: self._place(job, waiting.get(job, ()), looks[job]) for job in job_ids if job in asked}

    def share_of(self, department: int) -> Share:
        """How a department stands just now."""
        return self._cast.scene.offices[department].share

    def ends_of(self, batch: int) -> int | None:
        """When the last film of a batch that can go on will likely be there; None: nobody can tell."""
        ends = [
            self._foresight.ends(entry.end, max(0.0, self._cast.scene.runs[entry.end].pieces - 1))
            for entry in self._cast.of_batch.get(batch, ())
            if entry.is_measured
        ]
        ends += [
            self._end_of(each)
            for each in self._cast.at_work.values()
            if each.batch == batch and each.is_measured
        ]
        return max((end for end in ends if end is not None), default=None)

    def _place(self, job: int, kinds: Collection[Alike], look: Look) -> Place:
        ordered = sorted(kinds, key=lambda kind: (not kind.sent, kind.rank))
        entries = [entry for kind in ordered if (entry := self._entry(job, kind, look)) is not None]
        at_work = self._cast.at_work.get(job)
        begins = None if at_work is None else self._cast.scene.now
        ends = None if at_work is None else self._end_of(at_work)
        rivals: frozenset[int] = frozenset()
        films = 0
        before: Mapping[int, float] = {}
        if entries:
            first, piece = entries[0]
            begins = self._foresight.begins(first.begin, piece)
            by = self._cast.scene.now if begins is None else self._foresight.passes(first.begin, piece)
            before = self._foresight.begun_by(by, first.crews)
            films = self._by_rank(first, piece) if begins is None else self._foresight.films_before(by)
            rivals = frozenset(self._foresight.rivals(first.crews)) - {first.department}
            last, piece = entries[-1]
            whole = look if last.opening else None
            ends = self._foresight.ends(
                last.end,
                piece,
                work_ms=None if whole is None else whole.work_ms,
                width=1.0 if whole is None else whole.width,
            )
        department = entries[0][0].department if entries else 0
        crews = self._cast.renderers(look)
        workers = sum(self._cast.scene.crews[each].hands for each in crews)
        return Place(
            begins=begins,
            ends=ends,
            ahead=films + self._cast.begun if entries else 0,
            own=round(before.get(department, 0.0)),
            others=round(sum(many for each, many in before.items() if each != department)),
            rivals=rivals,
            department=department,
            workers=workers,
            pool=look.pool,
            kept=not workers and self._cast.anybody_renders,
            basis=look.basis,
            attempts=look.attempts,
            pace_ms=round(look.work_ms / look.length_s),
        )

    def _by_rank(self, entry: Entry, piece: float) -> int:
        """How many films stand before one that nobody can begin: by their ranks alone."""
        runs = self._cast.scene.runs
        place = runs[entry.begin].rank, runs[entry.begin].batch
        before = (run.pieces for run in runs if run.opens and not run.since and (run.rank, run.batch) < place)
        return round(sum(before) + piece)

    def _end_of(self, busy: Busy) -> int | None:
        """When a job at work will likely be done, with what follows."""
        return busy.until if busy.then is None else self._foresight.ends(busy.then, 0)

    def _entry(self, job: int, kind: Alike, look: Look) -> tuple[Entry, float] | None:
        """Where a step of a job stands: which run it is of, and how many pieces stand before."""
        found = self._cast.entries.get(kind, ())
        entry = next((each for each in found if each.like in {None, (look.pool, look.face)}), None)
        if entry is None:
            return None
        pieces = self._cast.scene.runs[entry.begin].pieces
        if entry.jobs:
            return entry, pieces * bisect_left(entry.jobs, job) / len(entry.jobs)
        part = (job - entry.some.first) / max(1, entry.some.last - entry.some.first)
        return entry, part * max(0.0, pieces - 1)


def read_outlook(ledger: Ledger) -> Outlook:
    """The outlook as of now.

    Raises:
        AwayError: ``ledger-away``.
    """
    return Outlook(ledger, cast_of(ledger))


def foretell(ledger: Ledger, newcomers: Sequence[Newcomers]) -> tuple[int | None, int]:
    """When films will likely be there that would be submitted now, and how much work of others goes before.

    Args:
        ledger: the ledger.
        newcomers: the films.

    Returns:
        milliseconds since the Unix epoch, None if nobody can tell; and the others' work that begins before
        the last of these films does, in worker's milliseconds, of whom these films wait for.

    Raises:
        AwayError: ``ledger-away``.
    """
    cast = cast_of(ledger)
    scene = cast.with_more(newcomers)
    foresight = Foresight(scene)
    own = range(len(cast.scene.runs), len(scene.runs))
    ends = [foresight.ends(number, max(0.0, scene.runs[number].pieces - 1)) for number in own]
    by = max(foresight.passes(number, max(0.0, scene.runs[number].pieces - 1)) for number in own)
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return None, 0
    crews = frozenset(crew for number in own for crew in scene.runs[number].own | scene.runs[number].lent)
    return max(known), round(foresight.work_by(by, crews, but=own))
