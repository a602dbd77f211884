"""What waits, and what runs, read for an outlook: what is alike is counted together, by the lines' index.

However many films wait, no more is read than a row for each batch and lane, and a few of all films.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)

from db import rows
from db.ledger import Ledger
from db.prepared import Found, run
from db.quotas import starts_in
from db.ranks import FIRST_RANK
from db.tables import (
    IS_FOR_QUOTA,
    IS_OPEN,
    IS_READY,
    IS_RUNNING,
    IS_SENT,
    IS_UNSENT,
    attempts,
    holds,
    jobs,
    steps,
)
from db.values import Skill

#: So many films of a department that wait for its quota are looked at: whoever stands behind them waits for
#: days, and says little about what others wait for.
_HELD_MOST = 500
#: What is on its way goes before everything that waits.
_FIRST = 0
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_LANE = (
    steps.c.capability,
    steps.c.profile,
    steps.c.department_id,
    steps.c.window,
    steps.c.opening,
)
_ALIKE = (*_LANE, steps.c.rank, steps.c.batch_id)
_COUNTED = (
    func.count().label("pieces"),
    func.min(steps.c.job_id).label("first"),
    func.max(steps.c.job_id).label("last"),
)
_WAITING = union_all(
    select(*_ALIKE, literal(0).label("sent"), *_COUNTED)
    .where(IS_READY, IS_OPEN, IS_UNSENT)
    .group_by(*_ALIKE),
    select(*_ALIKE, literal(1).label("sent"), *_COUNTED).where(IS_READY, IS_OPEN, IS_SENT).group_by(*_ALIKE),
)
_THEIRS = select(*_ALIKE, steps.c.job_id, steps.c.published_at).where(
    steps.c.job_id.in_(_JOBS), IS_READY, IS_OPEN
)
_RUNNING = (
    select(
        *_ALIKE,
        steps.c.job_id,
        steps.c.worker,
        steps.c.progress_done,
        steps.c.progress_total,
        attempts.c.started_at,
    )
    .join_from(steps, attempts, (attempts.c.step_id == steps.c.id) & (attempts.c.number == steps.c.fence))
    .where(IS_RUNNING)
)
_LINES = select(holds.c.department_id).where(IS_FOR_QUOTA, holds.c.department_id.is_not(None)).distinct()
_HELD = select(jobs.c.id, jobs.c.batch_id, jobs.c.window, cast(FIRST_RANK, BigInteger).label("rank")).where(
    jobs.c.id.in_(_JOBS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Steps of a batch that stand together in a lane of its department's line.

    Attributes:
        skill: what they need.
        department: the department's id.
        window: of their jobs; empty for none.
        opening: with each of them a film begins.
        rank: their place.
        batch: the batch's id.
        sent: they are on their way to workers.
        since: when they come into the line, in milliseconds since the Unix epoch; 0: they are in it.
    """

    skill: Skill
    department: int
    window: str
    opening: bool
    rank: int
    batch: int
    sent: bool = False
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """How many of a kind wait, and the ids of the first and the last of their jobs."""

    pieces: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A step that is running.

    Attributes:
        kind: what it is like.
        job: its job's id.
        worker: who runs it.
        started_at: since when, in milliseconds since the Unix epoch.
        done: of `total`, in whatever its stage counts.
        total: see above; 0: not known.
    """

    kind: Alike
    job: int
    worker: str
    started_at: int
    done: int
    total: int


def waiting_in(connection: Connection) -> Mapping[Alike, Some]:
    """Everything that waits for its turn, or is on its way to a worker."""
    return {
        _alike(row, sent=bool(row.sent)): Some(pieces=row.pieces, first=row.first, last=row.last)
        for row in run(connection, _WAITING, {})
    }


def steps_in(connection: Connection, job_ids: Collection[int]) -> Mapping[int, Sequence[Alike]]:
    """What the steps are like that wait of some jobs, by job."""
    found: dict[int, list[Alike]] = {}
    asked = sorted(job_ids)
    for start in range(0, len(asked), rows.MANY):
        for row in run(connection, _THEIRS, {}, {"jobs": asked[start : start + rows.MANY]}):
            found.setdefault(row.job_id, []).append(_alike(row, sent=row.published_at > 0))
    return found


def running_in(connection: Connection) -> tuple[AtWork, ...]:
    """Everything that is running."""
    return tuple(
        AtWork(
            kind=_alike(row, sent=False),
            job=row.job_id,
            worker=row.worker,
            started_at=row.started_at,
            done=row.progress_done,
            total=row.progress_total,
        )
        for row in run(connection, _RUNNING, {})
    )


def held_in(connection: Connection, ledger: Ledger, speaks: Skill) -> Mapping[Alike, Some]:
    """The first films that wait for the quotas of departments, as they will come into the line.

    Args:
        connection: within a transaction.
        ledger: the ledger.
        speaks: what their first step needs, whatever that is for each.
    """
    found: dict[Alike, Some] = {}
    for line in run(connection, _LINES, {}).rows:
        days = starts_in(connection, ledger, line.department_id, most=_HELD_MOST)
        begin = {job: ledger.calendar.begins_at(day) for job, day in days.items() if day is not None}
        for start in range(0, len(begin), rows.MANY):
            some = sorted(begin)[start : start + rows.MANY]
            for row in run(connection, _HELD, {}, {"jobs": some}):
                kind = Alike(
                    skill=speaks,
                    department=line.department_id,
                    window=row.window,
                    opening=True,
                    rank=row.rank,
                    batch=row.batch_id,
                    since=begin[row.id],
                )
                before = found.get(kind, Some(pieces=0, first=row.id, last=row.id))
                found[kind] = replace(
                    before,
                    pieces=before.pieces + 1,
                    first=min(before.first, row.id),
                    last=max(before.last, row.id),
                )
    return found


def _alike(row: Found, *, sent: bool) -> Alike:
    return Alike(
        skill=Skill(capability=row.capability, profile=row.profile),
        department=row.department_id,
        window=row.window,
        opening=bool(row.opening),
        rank=_FIRST if sent else row.rank,
        batch=row.batch_id,
        sent=sent,
    )
