"""What attempts took, what films came of them, and what lies in the store: added up by the database.

An attempt counts where it ended, whole; what runs has not ended, and does not count yet. Waits in a row that
are folded into one row count where the last of them ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    FromClause,
    Integer,
    Select,
    String,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSON

from db.ledger import Ledger
from db.states import JobState
from db.tables import artifacts, attempts, batches, cards, departments, jobs, results, steps, uses
from farm.policy.accounts import TICKS, By, Films, Held, Stored
from farm.policy.periods import Period
from farm.policy.pools import plain_of

# Every zone's clock has been off by whole quarters of an hour since 1972: no day begins within one.
_QUARTER_MS = 900_000

#: What a finished film's line of each kind goes by.
_OF_JOBS: Mapping[By, ColumnElement[Any]] = {
    By.DEPARTMENT: departments.c.name,
    By.MEMBER: case((jobs.c.member != "", jobs.c.member), else_=batches.c.user),
    By.PROJECT: jobs.c.project,
    By.BATCH: cast(batches.c.id, String),
    By.DAY: jobs.c.ended_at // _QUARTER_MS,
}
#: What attempts are first added up by: what stands beside them, so that few other rows are looked at.
_NEAR: Mapping[By, tuple[ColumnElement[Any], ...]] = {
    By.DEPARTMENT: (steps.c.department_id,),
    By.MEMBER: (jobs.c.member, steps.c.batch_id),
    By.PROJECT: (jobs.c.project,),
    By.BATCH: (steps.c.batch_id,),
    By.ENGINE: (steps.c.capability,),
    By.CARD: (),
    By.DAY: (),
}
_WITH_JOBS = frozenset({By.MEMBER, By.PROJECT})
_FPS: Mapping[str, ColumnElement[Any]] = {
    "sqlite": func.json_extract(jobs.c.spec, "$.format.fps"),
    "postgresql": cast(func.json_extract_path_text(cast(jobs.c.spec, JSON), "format", "fps"), Integer),
}
_ENDS = select(
    func.min(attempts.c.ended_at).label("first"), func.max(attempts.c.ended_at).label("last")
).where(attempts.c.ended_at >= bindparam("since"), attempts.c.ended_at < bindparam("until"))
_CARDS = select(cards.c.device, func.max(cards.c.name).label("name")).group_by(cards.c.device)


def _of_department(question: Select[Any]) -> Select[Any]:
    wanted = bindparam("department", type_=departments.c.name.type)
    return question.where((wanted == "") | (departments.c.name == wanted))


def _held(by: By, *, narrowed: bool) -> Select[Any]:
    """Attempts of a time, added up by device and what stands beside them; and then what that is called."""
    near = _NEAR[by]
    source: FromClause = attempts
    if near or narrowed:
        source = source.join(steps, steps.c.id == attempts.c.step_id)
    if by in _WITH_JOBS:
        source = source.join(jobs, jobs.c.id == steps.c.job_id)
    question = (
        select(
            *near,
            attempts.c.device,
            (func.count() + func.sum(attempts.c.folded)).label("attempts"),
            func.sum(attempts.c.held_ms).label("held_ms"),
            func.sum(attempts.c.good_ms).label("good_ms"),
            func.sum(attempts.c.machine_ms).label("machine_ms"),
        )
        .select_from(source)
        .where(attempts.c.ended_at >= bindparam("since"), attempts.c.ended_at < bindparam("until"))
        .group_by(*near, attempts.c.device)
    )
    if narrowed:
        wanted = select(departments.c.id).where(departments.c.name == bindparam("department"))
        question = question.where(steps.c.department_id == wanted.scalar_subquery())
    return _named(by, question.subquery())


def _named(by: By, sums: Subquery) -> Select[Any]:
    """Sums with the lines that they belong to; several may belong to one."""
    line: ColumnElement[Any] = literal("")
    source: FromClause = sums
    if by is By.DEPARTMENT:
        source = sums.join(departments, departments.c.id == sums.c.department_id)
        line = departments.c.name
    elif by is By.MEMBER:
        source = sums.join(batches, batches.c.id == sums.c.batch_id)
        line = case((sums.c.member != "", sums.c.member), else_=batches.c.user)
    elif by is not By.DAY:
        line = sums.c[str(_NEAR[by][0].key) if _NEAR[by] else "device"]
    told = (sums.c[name] for name in ("device", "attempts", "held_ms", "good_ms", "machine_ms"))
    return select(line.label("line"), *told).select_from(source)


def _films(by: By, dialect: str) -> Select[Any]:
    key, fps = _OF_JOBS[by], _FPS[dialect]
    question = (
        select(
            key.label("line"),
            fps.label("fps"),
            func.count().label("films"),
            func.sum(jobs.c.frames).label("frames"),
        )
        .join_from(jobs, batches, batches.c.id == jobs.c.batch_id)
        .join(departments, departments.c.id == batches.c.department_id)
        .where(
            jobs.c.state == JobState.COMPLETED.value,
            jobs.c.ended_at >= bindparam("since"),
            jobs.c.ended_at < bindparam("until"),
        )
        .group_by(key, fps)
    )
    return _of_department(question)


def _owners() -> Subquery:
    """The first job that refers to each artifact: what several share counts once, for that one."""
    inputs = ("script_id", "portrait_id", "background_id", "recording_id", "brief_id", "lexicon_id")
    every = union_all(
        select(uses.c.artifact_id, uses.c.job_id),
        select(results.c.artifact_id, results.c.job_id),
        *(
            select(jobs.c[name].label("artifact_id"), jobs.c.id.label("job_id")).where(
                jobs.c[name].is_not(None)
            )
            for name in inputs
        ),
    ).subquery()
    return (
        select(every.c.artifact_id, func.min(every.c.job_id).label("job_id"))
        .group_by(every.c.artifact_id)
        .subquery()
    )


def _stored(by: By) -> CompoundSelect[Any]:
    """What lies in the store by line; and without a line, all of it."""
    key, owners = _OF_JOBS[by], _owners()
    owned = (
        select(key.label("line"), func.sum(artifacts.c.size).label("size"))
        .join_from(owners, artifacts, artifacts.c.id == owners.c.artifact_id)
        .join(jobs, jobs.c.id == owners.c.job_id)
        .join(batches, batches.c.id == jobs.c.batch_id)
        .join(departments, departments.c.id == batches.c.department_id)
        .where(artifacts.c.struck == 0)
        .group_by(key)
    )
    every = select(null().label("line"), func.sum(artifacts.c.size).label("size"))
    # One statement: both are of one moment.
    return union_all(_of_department(owned), every.where(artifacts.c.struck == 0))


def read_held(ledger: Ledger, by: By, period: Period, *, department: str = "") -> tuple[Held, ...]:
    """What attempts took that ended in a period, by line and device.

    Args:
        ledger: the ledger.
        by: what the lines are.
        period: when.
        department: only of this one; empty: of all.

    Raises:
        AwayError: ``ledger-away``.
    """
    question = _held(by, narrowed=bool(department))
    with ledger.read() as connection:
        spans: Iterable[tuple[str, Period]] = [("", period)]
        if by is By.DAY:
            # Each day is a piece of the index; cut by the clock in SQL, a month would be thousands of lines.
            spans = _clipped(connection, period).days()
        return tuple(
            Held(
                key=day or (plain_of(row.line) if by is By.ENGINE else str(row.line)),
                device=row.device,
                # PostgreSQL's sums of large numbers are decimal.
                attempts=int(row.attempts),
                held_ms=int(row.held_ms),
                good_ms=int(row.good_ms),
                machine_ms=int(row.machine_ms),
            )
            for day, span in spans
            for row in connection.execute(question, _asked(span, department))
        )


def _clipped(connection: Connection, period: Period) -> Period:
    """The part of a period in which attempts ended: there may be years before the first one."""
    row = connection.execute(_ENDS, _asked(period, "")).one()
    if row.first is None:
        return replace(period, until=period.since)
    return replace(period, since=row.first, until=row.last + 1)


def read_films(ledger: Ledger, by: By, period: Period, *, department: str = "") -> tuple[Films, ...]:
    """The films that were finished in a period, by line; none where films belong to no line.

    Raises:
        AwayError: ``ledger-away``.
    """
    if not by.has_films:
        return ()
    with ledger.read() as connection:
        asked = _asked(period, department)
        return tuple(
            Films(
                key=period.day_of(int(row.line) * _QUARTER_MS) if by is By.DAY else str(row.line),
                films=row.films,
                ticks=int(row.frames or 0) * TICKS // row.fps if row.fps else 0,
            )
            for row in connection.execute(_films(by, connection.dialect.name), asked)
        )


def read_stored(ledger: Ledger, by: By, *, department: str = "") -> tuple[Stored, ...]:
    """What lies in the store now, by line; what no film refers to belongs to none.

    Raises:
        AwayError: ``ledger-away``.
    """
    if not by.has_store:
        return ()
    with ledger.read() as connection:
        found = connection.execute(_stored(by), {"department": department}).all()
    every = next(int(row.size or 0) for row in found if row.line is None)
    lines = [Stored(key=str(row.line), size=int(row.size)) for row in found if row.line is not None]
    unowned = 0 if department else every - sum(line.size for line in lines)
    return (*lines, *([Stored(key=None, size=unowned)] if unowned else ()))


def read_card_names(ledger: Ledger) -> dict[str, str]:
    """What cards are called, by device, as far as a watchdog has told.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {row.device: row.name for row in connection.execute(_CARDS) if row.name}


def read_batch_names(ledger: Ledger) -> dict[str, str]:
    """What batches are called, by number.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {str(row.id): row.name for row in connection.execute(select(batches.c.id, batches.c.name))}


def _asked(period: Period, department: str) -> dict[str, Any]:
    return {"since": period.since, "until": period.until, "department": department}
