"""Moves that several transactions share; each works inside the transaction it is given.

Locks are always taken in one order: a job's row, then its steps' rows, then artifacts. On SQLite a writing
transaction has the database to itself, and the clauses that lock rows say nothing there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from db import news
from db.prepared import Found, run
from db.states import JobState, Outcome, Stage, StepState
from db.tables import artifacts, attempts, holds, jobs, key_leases, makings, steps, uses
from db.values import Claim
from farm.policy.retry import LONGEST_WAIT_MS
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import SupersededError

#: How many rows one statement names; both databases take far more variables than that.
MANY = 500

#: `insert` of one database or the other.
Inserter = Callable[..., sqlite.Insert] | Callable[..., postgresql.Insert]
#: A statement in the words of each database, by the database's name.
PerDialect = Mapping[str, Executable]


def per_dialect(build: Callable[[Inserter], Executable]) -> PerDialect:
    """A statement with an ON CONFLICT clause, in the words of each database."""
    return {"sqlite": build(sqlite.insert), "postgresql": build(postgresql.insert)}


def spoken(database: Connection | Engine, statements: PerDialect) -> Executable:
    """The one of `per_dialect`'s statements that this database understands."""
    return statements[database.dialect.name]


def or_else(value: ColumnElement[str], other: ColumnElement[str]) -> ColumnElement[str]:
    """A text, or another one where it is empty."""
    return case((value != "", value), else_=other)


_LOCK_JOB = (
    select(jobs.c.state, jobs.c.archive, jobs.c.batch_id)
    .where(jobs.c.id == bindparam("job"))
    .with_for_update(key_share=True)
)
#: Whether a step is still its claim's.
IS_HELD = (steps.c.id == bindparam("step")) & (steps.c.fence == bindparam("held"))
IS_HELD &= steps.c.state == StepState.RUNNING.value
#: Whether a step need not wait (any more) before it is tried again: `farm.policy.retry.waits`, for a query.
IS_DUE = (steps.c.not_before <= bindparam("now")) | (steps.c.not_before - LONGEST_WAIT_MS > bindparam("now"))
_IS_MINE = select(steps.c.id).where(IS_HELD)
_ENDED_ALREADY = select(attempts.c.outcome).where(
    attempts.c.step_id == bindparam("step"), attempts.c.number == bindparam("fence")
)
_LEAVE = update(steps).where(IS_HELD)
_SEND_BACK = (
    update(steps)
    .where(steps.c.id == bindparam("step"), steps.c.fence == bindparam("held"))
    .values(state=StepState.READY.value, not_before=0)
)
#: When an attempt made the last thing that was kept; NULL where it made none.
LAST_MADE_AT = (
    select(func.max(makings.c.made_at))
    .where(makings.c.step_id == attempts.c.step_id, makings.c.number == attempts.c.number)
    .scalar_subquery()
)


def held_until(end: ColumnElement[Any]) -> ColumnElement[int]:
    """For how long an attempt that ends then has kept its worker; never below 0, since clocks may step."""
    return case((end > attempts.c.started_at, end - attempts.c.started_at), else_=0)


def proven_until(end: ColumnElement[Any]) -> ColumnElement[int]:
    """How much of that is good though the attempt came to nothing: until the last thing that it made."""
    return case((end <= LAST_MADE_AT, held_until(end)), else_=held_until(LAST_MADE_AT))


def kept_worker(end: ColumnElement[Any]) -> dict[str, ColumnElement[int]]:
    """What is written down, for the accounts, of an attempt that ends at `end` and not well."""
    return {"held_ms": held_until(end), "good_ms": proven_until(end)}


_ENDED_AT = bindparam("new_ended_at", type_=attempts.c.ended_at.type)
#: As `kept_worker`, for statements that know the time as ``now``.
KEPT_WORKER = kept_worker(bindparam("now", type_=attempts.c.ended_at.type))
_END_ATTEMPT = update(attempts).where(
    attempts.c.step_id == bindparam("step"),
    attempts.c.number == bindparam("fence"),
    attempts.c.outcome.is_(None),
)
_END_WELL = _END_ATTEMPT.values(held_ms=held_until(_ENDED_AT), good_ms=held_until(_ENDED_AT))
_END_OTHERWISE = _END_ATTEMPT.values(kept_worker(_ENDED_AT))
_MAKING = (
    select(key_leases.c.key)
    .where(key_leases.c.step_id == bindparam("step"), key_leases.c.fence == bindparam("held"))
    .order_by(key_leases.c.key)
)
_FREE_KEYS = delete(key_leases).where(key_leases.c.step_id == bindparam("step"))


def lock_job(connection: Connection, job: int) -> Found:
    """Lock a job's row against every other commit of it; state, archive and batch_id."""
    return run(connection, _LOCK_JOB, {"job": job}).one()


def superseded(claim: Claim) -> SupersededError:
    """What a late writer hears."""
    return SupersededError("ledger-superseded", step=claim.step, fence=claim.fence)


def is_mine(connection: Connection, claim: Claim) -> bool:
    """Whether a claim still holds."""
    return run(connection, _IS_MINE, {"step": claim.step, "held": claim.fence}).first() is not None


def ended_as(connection: Connection, claim: Claim) -> Outcome | None:
    """How a claim's attempt ended, if it has."""
    told = run(connection, _ENDED_ALREADY, {"step": claim.step, "fence": claim.fence}).scalar()
    return Outcome(told) if told is not None else None


def leave_step(connection: Connection, claim: Claim, values: Mapping[str, Any]) -> bool:
    """Take a claim's step out of `running`, if it is still the claim's."""
    statement = _setting(_LEAVE, ("worker", *values))
    told = {"step": claim.step, "held": claim.fence, "new_worker": None, **_new(values)}
    return run(connection, statement, told).rowcount == 1


def send_back(connection: Connection, claim: Claim) -> None:
    """Have a step in the line again that this very transaction has taken out of `running`."""
    run(connection, _SEND_BACK, {"step": claim.step, "held": claim.fence})


def end_attempt(connection: Connection, step: int, number: int, values: Mapping[str, Any]) -> None:
    """Write how and when an attempt ended, and what it took; one that has ended already stays as it is."""
    told = {"step": step, "fence": number, **_new(values)}
    well = values["outcome"] == Outcome.OK.value
    run(connection, _setting(_END_WELL if well else _END_OTHERWISE, tuple(values)), told)


@lru_cache(maxsize=64)
def _setting(statement: Update, columns: tuple[str, ...]) -> Update:
    return statement.values({column: bindparam(f"new_{column}") for column in columns})


def _new(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{column}": value for column, value in values.items()}


def making_of(connection: Connection, step: int, fence: int) -> tuple[str, ...]:
    """The keys that an attempt is making, in one order: those that it has taken and not put."""
    return tuple(row.key for row in run(connection, _MAKING, {"step": step, "held": fence}))


def free_keys(connection: Connection, step: int) -> None:
    """Give up every key that a step was making."""
    run(connection, _FREE_KEYS, {"step": step})


def _accepting(inserter: Inserter) -> Executable:
    entered = inserter(artifacts)
    taken = entered.excluded
    return entered.on_conflict_do_update(
        index_elements=[artifacts.c.kind, artifacts.c.key],
        set_={
            "digest": taken.digest,
            "size": taken.size,
            "suffix": taken.suffix,
            "struck": 0,
            "made_at": taken.made_at,
        },
        where=artifacts.c.struck == 1,
    )


_ACCEPT = per_dialect(_accepting)
_ACCEPTED = (
    select(artifacts.c.id, artifacts.c.key, uses.c.step_id.label("used_by"))
    .outerjoin(uses, and_(uses.c.artifact_id == artifacts.c.id, uses.c.step_id == bindparam("step")))
    .where(
        # Without the kind, no index would lead to a key.
        artifacts.c.kind == bindparam("kind_"),
        artifacts.c.key.in_(bindparam("keys", expanding=True)),
        artifacts.c.struck == 0,
    )
    .order_by(artifacts.c.id)
    .with_for_update(read=True, of=artifacts)
)


def accept(connection: Connection, made: Collection[Artifact], now: int) -> None:
    """Enter artifacts; a key that is accepted already keeps what it has, a struck one gets the new file."""
    if made:
        run(connection, spoken(connection, _ACCEPT), [_row_of(each, now) for each in made])


def accepted_ids(connection: Connection, wanted: Iterable[tuple[Kind, str]]) -> dict[tuple[str, str], int]:
    """The ids of the wanted artifacts that are accepted, held so that nobody takes them away meanwhile."""
    return {(kind, row.key): row.id for kind, row in _accepted(connection, wanted, 0)}


def rest_on(connection: Connection, claim: Claim, wanted: Collection[tuple[Kind, str]]) -> bool:
    """Write down that a claim's step rests on these artifacts; False if some are not accepted any more."""
    found = [row for _, row in _accepted(connection, wanted, claim.step)]
    # What the step has made itself is written down since then.
    use(connection, claim, [row.id for row in found if row.used_by is None])
    return len(found) == len(set(wanted))


def _accepted(
    connection: Connection, wanted: Iterable[tuple[Kind, str]], step: int
) -> Iterator[tuple[str, Found]]:
    by_kind: dict[str, set[str]] = {}
    for kind, key in wanted:
        by_kind.setdefault(kind.value, set()).add(key)
    # Always in the same order, lest two hold what the other one wants.
    for kind_, keys in sorted(by_kind.items()):
        ordered = sorted(keys)
        for start in range(0, len(ordered), MANY):
            some = {"keys": ordered[start : start + MANY]}
            for row in run(connection, _ACCEPTED, {"kind_": kind_, "step": step}, some):
                yield kind_, row


def _using(inserter: Inserter) -> Executable:
    named = select(
        bindparam("step", type_=uses.c.step_id.type),
        artifacts.c.id,
        bindparam("job", type_=uses.c.job_id.type),
    ).where(artifacts.c.id.in_(bindparam("ids", expanding=True)))
    return inserter(uses).from_select(["step_id", "artifact_id", "job_id"], named).on_conflict_do_nothing()


_USE = per_dialect(_using)


def use(connection: Connection, claim: Claim, ids: Collection[int]) -> None:
    """Write down that a claim's step rests on these artifacts, so that gc keeps them."""
    told = {"step": claim.step, "job": claim.job}
    ordered = sorted(ids)
    for start in range(0, len(ordered), MANY):
        run(connection, spoken(connection, _USE), told, {"ids": ordered[start : start + MANY]})


def _row_of(artifact: Artifact, now: int) -> dict[str, Any]:
    return {
        "kind": artifact.kind.value,
        "key": artifact.key,
        "digest": artifact.digest,
        "size": artifact.size,
        "suffix": artifact.suffix,
        "struck": 0,
        "made_at": now,
    }


_IN_JOBS = steps.c.job_id.in_(bindparam("jobs", expanding=True))
_OPEN_STATES = [StepState.BLOCKED.value, StepState.READY.value, StepState.RUNNING.value]
_CLOSING = or_(
    exists().where(holds.c.job_id == steps.c.job_id),
    exists().where(
        jobs.c.id == steps.c.job_id, jobs.c.state.in_([JobState.FAILED.value, JobState.CANCELED.value])
    ),
)
#: Whether a step's job dispatches nothing new, as what a step's `closed` is set to.
IS_CLOSED = case((_CLOSING, 1), else_=0)
_REOPEN = (
    update(steps).where(_IN_JOBS, steps.c.state.in_(_OPEN_STATES)).values(closed=IS_CLOSED, published_at=0)
)
_other = steps.alias("other")


def _undone(*stages: Stage) -> Any:  # noqa: ANN401 - SQLAlchemy's own type of a condition is generic in what it holds
    return exists().where(
        _other.c.job_id == steps.c.job_id,
        _other.c.stage.in_([stage.value for stage in stages]),
        _other.c.state != StepState.DONE.value,
    )


_planned = exists().where(_other.c.job_id == steps.c.job_id, _other.c.stage == Stage.RENDER.value)
#: A stage that a job does not have is not undone.
_BEFORE_RENDER = (Stage.WRITE, Stage.SPEAK, Stage.LISTEN)
_MAY_BEGIN = {
    Stage.WRITE: steps.c.stage == Stage.WRITE.value,
    Stage.SPEAK: and_(steps.c.stage == Stage.SPEAK.value, ~_undone(Stage.WRITE)),
    Stage.LISTEN: and_(steps.c.stage == Stage.LISTEN.value, ~_undone(Stage.WRITE, Stage.SPEAK)),
    Stage.RENDER: and_(steps.c.stage == Stage.RENDER.value, ~_undone(*_BEFORE_RENDER)),
    Stage.JOIN: and_(steps.c.stage == Stage.JOIN.value, _planned, ~_undone(*_BEFORE_RENDER, Stage.RENDER)),
    Stage.ARCHIVE: and_(steps.c.stage == Stage.ARCHIVE.value, ~_undone(Stage.JOIN)),
}
_BEGIN = {
    stage: update(steps)
    .where(_IN_JOBS, steps.c.state == StepState.BLOCKED.value, condition)
    .values(state=StepState.READY.value)
    for stage, condition in _MAY_BEGIN.items()
}


def reopen(connection: Connection, job_ids: Sequence[int]) -> None:
    """Let the unfinished steps of jobs be dispatched, or not: held, failed and canceled jobs are closed."""
    run(connection, _REOPEN, {}, {"jobs": job_ids})


def unblock(connection: Connection, job_ids: Sequence[int], *stages: Stage) -> None:
    """Make blocked steps ready whose turn has come."""
    for stage in stages:
        run(connection, _BEGIN[stage], {}, {"jobs": job_ids})


class Failed(Protocol):
    """What is known of a step that is dead: a claim or a lease."""

    @property
    def job(self) -> int:
        """The job's id."""
        ...

    @property
    def stage(self) -> Stage:
        """Its stage."""
        ...


_FAIL_JOB = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.state.in_([JobState.QUEUED.value, JobState.ACTIVE.value]))
    .values(
        state=JobState.FAILED.value,
        ended_at=bindparam("now"),
        error_code=bindparam("code"),
        error_facts=bindparam("facts"),
    )
)
_FAIL_ARCHIVE = update(jobs).where(jobs.c.id == bindparam("job")).values(archive="error")


def fail_job(connection: Connection, step: Failed, code: str, facts: str, now: int) -> None:
    """Let a dead step have its effect, last in its transaction: its job, or its archiving, is failed."""
    if step.stage is Stage.ARCHIVE:
        connection.execute(_FAIL_ARCHIVE, {"job": step.job})
        news.enter(connection, [step.job], now)
        return
    told = {"job": step.job, "now": now, "code": code, "facts": facts}
    failed = connection.execute(_FAIL_JOB, told).rowcount == 1
    reopen(connection, [step.job])
    # A sibling may have failed before, or the job been canceled: that was told then.
    if failed:
        news.enter(connection, [step.job], now)


_SPENT = select(func.coalesce(func.sum(makings.c.machine_ms), 0)).where(
    makings.c.step_id == bindparam("step"), makings.c.number == bindparam("number")
)
#: The same as a value, for an update of many attempts.
PROVEN_MS = (
    select(func.coalesce(func.sum(makings.c.machine_ms), 0))
    .where(makings.c.step_id == attempts.c.step_id, makings.c.number == attempts.c.number)
    .scalar_subquery()
)


def proven_ms(connection: Connection, step: int, number: int) -> int:
    """The machine time of an attempt that is proven by what it made: all that is known of a lost one."""
    spent: int = connection.execute(_SPENT, {"step": step, "number": number}).scalar_one()
    return int(spent)


_WAITED = (attempts.c.step_id == bindparam("step")) & (attempts.c.number < bindparam("fence"))
_LAST_BEFORE = (
    select(
        attempts.c.number,
        attempts.c.outcome,
        attempts.c.error_code,
        attempts.c.folded,
        attempts.c.machine_ms,
        attempts.c.held_ms,
        attempts.c.good_ms,
    )
    .where(_WAITED)
    .order_by(attempts.c.number.desc())
    .limit(1)
)
_DROP = delete(attempts).where(
    attempts.c.step_id == bindparam("step"), attempts.c.number == bindparam("number")
)
_FOLD = (
    update(attempts)
    .where(attempts.c.step_id == bindparam("step"), attempts.c.number == bindparam("fence"))
    .values(
        folded=bindparam("times"),
        machine_ms=attempts.c.machine_ms + bindparam("spent"),
        held_ms=attempts.c.held_ms + bindparam("held"),
        good_ms=attempts.c.good_ms + bindparam("good"),
    )
)


def fold(connection: Connection, claim: Claim, reason: str) -> None:
    """Let waits in a row for the same reason leave one row, with all the time that they took.

    An archive may be away for a night.
    """
    if not claim.waits:
        return
    mine = {"step": claim.step, "fence": claim.fence}
    before = connection.execute(_LAST_BEFORE, mine).first()
    if before is None or before.outcome != Outcome.INTERRUPTED.value or (before.error_code or "") != reason:
        return
    connection.execute(_DROP, {"step": claim.step, "number": before.number})
    took = {"spent": before.machine_ms, "held": before.held_ms, "good": before.good_ms}
    connection.execute(_FOLD, {**mine, "times": before.folded + 1, **took})
