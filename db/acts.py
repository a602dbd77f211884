"""Acts on jobs: what several of them change alike, inside one transaction that is written into the audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import BindParameter, Connection, Executable, bindparam, delete, insert, select, update

from db import quotas, rows
from db.states import ArchiveState, HoldReason, JobState, Outcome, StepState
from db.tables import attempts, audit, holds, jobs, key_leases, steps
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


_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_LOCK = (
    select(jobs.c.id, jobs.c.batch_id, jobs.c.state, jobs.c.archive)
    .where(jobs.c.id.in_(_JOBS))
    .order_by(jobs.c.id)
    .with_for_update(key_share=True)
)
_FAILED = select(jobs.c.id).where(jobs.c.id.in_(_JOBS), jobs.c.state == JobState.FAILED.value)
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
_SEND_BACK = (
    update(steps)
    .where(steps.c.job_id.in_(_JOBS), steps.c.state == StepState.RUNNING.value)
    .values(state=StepState.READY.value, worker=None, published_at=0, not_before=0, closed=rows.IS_CLOSED)
)
_SUPERSEDE = (
    update(attempts)
    .where(attempts.c.step_id.in_(_STEPS_OF), attempts.c.outcome.is_(None))
    .values(
        outcome=Outcome.SUPERSEDED.value,
        ended_at=bindparam("now"),
        machine_ms=rows.PROVEN_MS,
        **rows.KEPT_WORKER,
    )
)
_FREE = delete(key_leases).where(key_leases.c.step_id.in_(_STEPS_OF))
_UNHOLD_ALL = delete(holds).where(holds.c.job_id.in_(_JOBS))
_UNHOLD = delete(holds).where(holds.c.job_id == bindparam("job"), holds.c.reason == bindparam("why"))
_AUDIT = insert(audit)


def _holding(inserter: rows.Inserter) -> Executable:
    entered = inserter(holds)
    return entered.on_conflict_do_update(
        index_elements=[holds.c.job_id, holds.c.reason],
        set_={"until": entered.excluded.until, "by": entered.excluded.by},
    )


_HOLD = rows.per_dialect(_holding)


class Job(Protocol):
    """What acts decide by."""

    @property
    def id(self) -> int:
        """The job's id."""
        ...

    @property
    def state(self) -> str:
        """Where it stands."""
        ...

    @property
    def archive(self) -> str:
        """Where its film stands on the way to the archive."""
        ...


def is_under_way(job: Job) -> bool:
    """Whether a film is still to be made."""
    return job.state in {JobState.QUEUED.value, JobState.ACTIVE.value}


def may_be_held(job: Job) -> bool:
    """Whether something may still be begun for a job: its film, or the way of that to the archive."""
    return is_under_way(job) or job.archive == ArchiveState.PENDING.value


class Act:
    """One act on some jobs, inside one transaction.

    Args:
        connection: the transaction.
        verb: what the audit calls it.
        by: whose act it is.
        now: when.
        detail: what the audit says besides.

    Attributes:
        now: when.
        batches: the batches of the jobs that it changed.
    """

    def __init__(self, connection: Connection, verb: str, *, by: str, now: int, detail: str = "") -> None:
        self.now = now
        self.batches: set[int] = set()
        self._connection = connection
        self._by = by
        self._told = {"at": now, "by": by, "verb": verb, "detail": detail}
        self._changed: list[int] = []
        self._unchanged: list[int] = []

    def concerned(self, job_ids: Collection[int], concerns: Callable[[Job], bool]) -> Iterator[list[int]]:
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

    def failed(self, some: Sequence[int]) -> list[int]:
        """Those of some jobs that failed."""
        return list(self._connection.execute(_FAILED, {"jobs": some}).scalars())

    def cancel(self, some: Sequence[int]) -> None:
        """End jobs that are under way: nothing is dispatched, running steps are "not yours".

        One that nothing was begun of counts against no quota any more.
        """
        asked = {"jobs": some}
        self._connection.execute(_CANCEL_JOBS, {**asked, "now": self.now})
        self._connection.execute(_CANCEL_STEPS, asked)
        self._supersede(asked)
        self._connection.execute(_UNHOLD_ALL, asked)
        quotas.give_back(self._connection, some)

    def stop(self, some: Sequence[int]) -> None:
        """Take running steps from their workers; they wait in the line again."""
        self._connection.execute(_SEND_BACK, {"jobs": some})
        self._supersede({"jobs": some})

    def hold(self, some: Sequence[int], reason: HoldReason, *, until: int | None = None) -> None:
        """Give jobs a reason for which they may not go on."""
        held = {"reason": reason.value, "until": until, "by": self._by, "since": self.now}
        entered = [{"job_id": job, **held} for job in some]
        self._connection.execute(rows.spoken(self._connection, _HOLD), entered)
        rows.reopen(self._connection, some)

    def release(self, some: Sequence[int], reason: HoldReason) -> None:
        """Take that reason away again; a job without any other goes on."""
        self._connection.execute(_UNHOLD, [{"job": job, "why": reason.value} for job in some])
        rows.reopen(self._connection, some)

    def result(self) -> Operated:
        """What was changed."""
        return Operated(changed=tuple(self._changed), unchanged=tuple(self._unchanged))

    def _supersede(self, asked: dict[str, Sequence[int]]) -> None:
        self._connection.execute(_SUPERSEDE, {**asked, "now": self.now})
        self._connection.execute(_FREE, asked)
