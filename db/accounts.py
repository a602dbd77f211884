"""What attempts took, what films came of them, and what lies in the store: added up by the database.

An attempt counts where it ended, whole; what runs has not ended, and does not count yet. Waits in a row that
are folded into one row count where the last of them ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    bindparam,
    case,
    cast,
    func,
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

_member = case((jobs.c.member != "", jobs.c.member), else_=batches.c.user)
#: What a line of each kind goes by, as a job tells it.
_OF_JOBS: Mapping[By, ColumnElement[Any]] = {
    By.DEPARTMENT: departments.c.name,
    By.MEMBER: _member,
    By.PROJECT: jobs.c.project,
    By.BATCH: cast(batches.c.id, String),
    By.DAY: jobs.c.ended_at // _QUARTER_MS,
}
#: The same, as an attempt does.
_OF_ATTEMPTS: Mapping[By, ColumnElement[Any]] = {
    **_OF_JOBS,
    By.ENGINE: steps.c.capability,
    By.CARD: attempts.c.device,
    By.DAY: attempts.c.ended_at // _QUARTER_MS,
}
_FPS: Mapping[str, ColumnElement[Any]] = {
    "sqlite": func.json_extract(jobs.c.spec, "$.format.fps"),
    "postgresql": cast(func.json_extract_path_text(cast(jobs.c.spec, JSON), "format", "fps"), Integer),
}
_CARDS = select(cards.c.device, func.max(cards.c.name).label("name")).group_by(cards.c.device)


def _of_department(question: Select[Any]) -> Select[Any]:
    wanted = bindparam("department", type_=departments.c.name.type)
    return question.where((wanted == "") | (departments.c.name == wanted))


def _held(by: By) -> Select[Any]:
    key = _OF_ATTEMPTS[by]
    question = (
        select(
            key.label("line"),
            attempts.c.device,
            (func.count() + func.sum(attempts.c.folded)).label("attempts"),
            func.sum(attempts.c.held_ms).label("held_ms"),
            func.sum(attempts.c.good_ms).label("good_ms"),
            func.sum(attempts.c.machine_ms).label("machine_ms"),
        )
        .join_from(attempts, steps, steps.c.id == attempts.c.step_id)
        .join(jobs, jobs.c.id == steps.c.job_id)
        .join(batches, batches.c.id == jobs.c.batch_id)
        .join(departments, departments.c.id == batches.c.department_id)
        .where(attempts.c.ended_at >= bindparam("since"), attempts.c.ended_at < bindparam("until"))
        .group_by(key, attempts.c.device)
    )
    return _of_department(question)


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


def _stored(by: By) -> Select[Any]:
    key, owners = _OF_JOBS[by], _owners()
    question = (
        select(
            key.label("line"), jobs.c.id.is_(None).label("unowned"), func.sum(artifacts.c.size).label("size")
        )
        .select_from(artifacts)
        .outerjoin(owners, owners.c.artifact_id == artifacts.c.id)
        .outerjoin(jobs, jobs.c.id == owners.c.job_id)
        .outerjoin(batches, batches.c.id == jobs.c.batch_id)
        .outerjoin(departments, departments.c.id == batches.c.department_id)
        .where(artifacts.c.struck == 0)
        .group_by(key, jobs.c.id.is_(None))
    )
    return _of_department(question)


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
    with ledger.read() as connection:
        found = connection.execute(_held(by), _asked(period, department))
        return tuple(
            Held(
                key=_key(by, row.line, period),
                device=row.device,
                # PostgreSQL's sums of large numbers are decimal.
                attempts=int(row.attempts),
                held_ms=int(row.held_ms),
                good_ms=int(row.good_ms),
                machine_ms=int(row.machine_ms),
            )
            for row in found
        )


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
                key=_key(by, row.line, period),
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
        return tuple(
            Stored(key=None if row.unowned else str(row.line), size=int(row.size))
            for row in connection.execute(_stored(by), {"department": department})
        )


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


def _key(by: By, told: Any, period: Period) -> str:  # noqa: ANN401 - a number or a text
    if by is By.DAY:
        return period.day_of(int(told) * _QUARTER_MS)
    return plain_of(told) if by is By.ENGINE else str(told)
