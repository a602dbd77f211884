"""What an operator or a user may do to jobs that are under way; each act is written into the audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import BindParameter, Connection, Executable, bindparam, delete, insert, or_, select, update

from db import reports, rows
from db.ledger import Ledger
from db.states import ArchiveState, HoldReason, JobState, Outcome, Stage, StepState
from db.tables import attempts, audit, batches, holds, jobs, key_leases, steps
from farm.policy.holds import Hold, ended
from pipeline.plan.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Operated:
    """What an act changed.

    Attributes:
        changed: the jobs that it changed.
        unchanged: the jobs that it did not concern, such as finished ones.
    """

    changed: tuple[int, ...]
    unchanged: tuple[int, ...]


_BATCH = select(batches.c.id).where(batches.c.id == bindparam("batch"))
_OF_BATCH = select(jobs.c.id).where(jobs.c.batch_id == bindparam("batch")).order_by(jobs.c.position)
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_LOCK = (
    select(jobs.c.id, jobs.c.batch_id, jobs.c.state, jobs.c.archive)
    .where(jobs.c.id.in_(_JOBS))
    .order_by(jobs.c.id)
    .with_for_update(key_share=True)
)
_STEPS_OF = select(steps.c.id).where(steps.c.job_id.in_(_JOBS))
_UNFINISHED = [StepState.BLOCKED.value, StepState.READY.value, StepState.RUNNING.value]
_CANCEL_JOBS = (
    update(jobs).where(jobs.c.id.in_(_JOBS)).values(state=JobState.CANCELED.value, ended_at=bindparam("now"))
)
_CANCEL_STEPS = (
    update(steps)
    .where(steps.c.job_id.in_(_JOBS), steps.c.state.in_(_UNFINISHED))
    .values(state=StepState.CANCELED.value, worker=None, published_at=0, closed=1)
)
_SUPERSEDE = (
    update(attempts)
    .where(attempts.c.step_id.in_(_STEPS_OF), attempts.c.outcome.is_(None))
    .values(outcome=Outcome.SUPERSEDED.value, ended_at=bindparam("now"), machine_ms=rows.PROVEN_MS)
)
_FREE = delete(key_leases).where(key_leases.c.step_id.in_(_STEPS_OF))
_UNHOLD_ALL = delete(holds).where(holds.c.job_id.in_(_JOBS))
_UNHOLD = delete(holds).where(holds.c.job_id == bindparam("job"), holds.c.reason == bindparam("why"))
_HELD = select(holds.c.job_id).where(holds.c.job_id.in_(_JOBS), holds.c.reason == bindparam("why"))
_HOLDS_WITH_END = select(holds.c.job_id, holds.c.reason, holds.c.until, holds.c.by).where(
    holds.c.until.is_not(None)
)
_REQUEUE = (
    update(jobs)
    .where(jobs.c.id.in_(_JOBS), jobs.c.state.in_([JobState.FAILED.value, JobState.CANCELED.value]))
    .values(state=JobState.QUEUED.value, ended_at=None, error_code=None, error_facts=None)
)
_ARCHIVE_AGAIN = (
    update(jobs)
    .where(jobs.c.id.in_(_JOBS), jobs.c.archive == ArchiveState.ERROR.value)
    .values(archive=ArchiveState.PENDING.value)
)
_FRESH = {
    "failures": 0,
    "waits": 0,
    "deaths": 0,
    "death_key": None,
    "not_before": 0,
    "avoid_worker": None,
    "avoid_until": 0,
    "error_code": None,
    "error_facts": None,
}
_BEGIN_AGAIN = (
    update(steps)
    .where(
        steps.c.job_id.in_(_JOBS),
        or_(steps.c.state == StepState.DEAD.value, steps.c.state == StepState.CANCELED.value),
    )
    .values(state=StepState.BLOCKED.value, **_FRESH)
)
_FORGIVE = (
    update(steps)
    .where(steps.c.job_id.in_(_JOBS), steps.c.state.in_([StepState.BLOCKED.value, StepState.READY.value]))
    .values(**_FRESH)
)
_AUDIT = insert(audit)


def _holding(inserter: rows.Inserter) -> Executable:
    entered = inserter(holds)
    return entered.on_conflict_do_update(
        index_elements=[holds.c.job_id, holds.c.reason],
        set_={"until": entered.excluded.until, "by": entered.excluded.by},
    )


_HOLD = rows.per_dialect(_holding)


def jobs_of(ledger: Ledger, batch: int) -> tuple[int, ...]:
    """The jobs of a batch in row order.

    Raises:
        InputError: ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        if connection.execute(_BATCH, {"batch": batch}).first() is None:
            raise InputError("ledger-batch-unknown", batch=batch)
        return tuple(connection.execute(_OF_BATCH, {"batch": batch}).scalars())


def cancel(ledger: Ledger, job_ids: Collection[int], *, by: str) -> Operated:
    """End queued and active jobs until a retry: nothing is dispatched, running steps are "not yours".

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("cancel") as connection:
        act = _Act(connection, "cancel", by=by, now=ledger.clock())
        for some in act.concerned(job_ids, _under_way):
            asked = {"jobs": some}
            connection.execute(_CANCEL_JOBS, {**asked, "now": act.now})
            connection.execute(_CANCEL_STEPS, asked)
            connection.execute(_SUPERSEDE, {**asked, "now": act.now})
            connection.execute(_FREE, asked)
            connection.execute(_UNHOLD_ALL, asked)
        return act.result()


def pause(
    ledger: Ledger,
    job_ids: Collection[int],
    *,
    by: str,
    reason: HoldReason = HoldReason.OPERATOR,
    until: int | None = None,
) -> Operated:
    """Hold jobs, and films that wait for the archive: nothing new is dispatched, running steps finish.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("pause") as connection:
        act = _Act(connection, "pause", by=by, now=ledger.clock(), detail=reason.value)
        for some in act.concerned(job_ids, _may_be_held):
            held = {"reason": reason.value, "until": until, "by": by, "since": act.now}
            connection.execute(rows.spoken(connection, _HOLD), [{"job_id": job, **held} for job in some])
            rows.reopen(connection, some)
        return act.result()


def resume(
    ledger: Ledger, job_ids: Collection[int], *, by: str, reason: HoldReason = HoldReason.OPERATOR
) -> Operated:
    """Take a hold away; a job without any other goes on.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("resume") as connection:
        act = _Act(connection, "resume", by=by, now=ledger.clock(), detail=reason.value)
        held: set[int] = set()
        ordered = sorted(job_ids)
        for start in range(0, len(ordered), rows.MANY):
            asked = {"jobs": ordered[start : start + rows.MANY], "why": reason.value}
            held.update(connection.execute(_HELD, asked).scalars())
        for some in act.concerned(job_ids, lambda job: job.id in held):
            connection.execute(_UNHOLD, [{"job": job, "why": reason.value} for job in some])
            rows.reopen(connection, some)
        return act.result()


def retry(ledger: Ledger, job_ids: Collection[int], *, by: str) -> Operated:
    """Have failed and canceled jobs, and films whose archiving failed, go on from where they stopped.

    Done steps stay done; dead and canceled ones begin again with all their attempts.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("retry") as connection:
        act = _Act(connection, "retry", by=by, now=ledger.clock())
        for some in act.concerned(job_ids, _may_be_retried):
            asked = {"jobs": some}
            connection.execute(_REQUEUE, asked)
            connection.execute(_ARCHIVE_AGAIN, asked)
            connection.execute(_FORGIVE, asked)
            connection.execute(_BEGIN_AGAIN, asked)
            rows.unblock(connection, some, *Stage)
            rows.reopen(connection, some)
        reports.renew(connection, act.batches)
        return act.result()


def end_holds(ledger: Ledger) -> None:
    """Take away every hold whose time has come; written into the audit as the ledger's own act.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = [
            Hold(job=row.job_id, reason=row.reason, until=row.until, by=row.by)
            for row in connection.execute(_HOLDS_WITH_END)
        ]
    for reason in HoldReason:
        over = [hold.job for hold in ended(found, ledger.clock()) if hold.reason == reason.value]
        if over:
            resume(ledger, over, by="lectern", reason=reason)


class _Job(Protocol):
    """What the acts decide by."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def archive(self) -> str: ...


def _under_way(job: _Job) -> bool:
    return job.state in {JobState.QUEUED.value, JobState.ACTIVE.value}


def _may_be_held(job: _Job) -> bool:
    return _under_way(job) or job.archive == ArchiveState.PENDING.value


def _may_be_retried(job: _Job) -> bool:
    ended_badly = job.state in {JobState.FAILED.value, JobState.CANCELED.value}
    return ended_badly or job.archive == ArchiveState.ERROR.value


class _Act:
    """One act on some jobs, inside one transaction."""

    def __init__(self, connection: Connection, verb: str, *, by: str, now: int, detail: str = "") -> None:
        self.now = now
        self.batches: set[int] = set()
        self._connection = connection
        self._told = {"at": now, "by": by, "verb": verb, "detail": detail}
        self._changed: list[int] = []
        self._unchanged: list[int] = []

    def concerned(self, job_ids: Collection[int], concerns: Callable[[_Job], bool]) -> Iterator[list[int]]:
        """Lock the jobs in order, some at a time; those that the act concerns, entered into the audit."""
        ordered = sorted(set(job_ids))
        for start in range(0, len(ordered), rows.MANY):
            some = ordered[start : start + rows.MANY]
            found = self._connection.execute(_LOCK, {"jobs": some}).all()
            if len(found) < len(some):
                unknown = min(set(some) - {row.id for row in found})
                raise InputError("ledger-job-unknown", job=unknown)
            concerned = {row.id: row.batch_id for row in found if concerns(row)}
            self._unchanged += [job for job in some if job not in concerned]
            if concerned:
                entries = [{**self._told, "job_id": job, "batch_id": of} for job, of in concerned.items()]
                self._connection.execute(_AUDIT, entries)
                self._changed += concerned
                self.batches.update(concerned.values())
                yield list(concerned)

    def result(self) -> Operated:
        """What was changed."""
        return Operated(changed=tuple(self._changed), unchanged=tuple(self._unchanged))
