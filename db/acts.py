"""Acts on jobs: what several of them change alike, inside one transaction that is written into the audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from typing import ParamSpec

from sqlalchemy import BindParameter, Connection, Executable, bindparam, delete, insert, select, update

from db import quotas, rows
from db.pausing import paused_of
from db.states import URGENCY, ArchiveState, HoldReason, JobState, Outcome, StepState, Urgency
from db.tables import attempts, audit, holds, jobs, key_leases, steps
from pipeline.plan.errors import InputError
from pipeline.plan.keys import canonical

_Asked = ParamSpec("_Asked")


class WhyNot(StrEnum):
    """Why an act leaves a job as it is, where that is not told by the job's state."""

    BEGUN = "begun"
    """Something of it was begun."""
    PAUSED = "paused"
    """It was paused."""
    FREE = "free"
    """Nothing of the kind keeps it from going on."""
    SAME = "same"
    """It is so already."""
    FORGOTTEN = "forgotten"
    """A person in it was forgotten."""
    SOURCES = "sources"
    """What it was made from is gone."""
    RIGHT = "right"
    """Its department may not have that."""


@dataclass(frozen=True, kw_only=True)
class Operated:
    """What an act changed.

    Attributes:
        changed: the jobs that it changed.
        unchanged: the jobs that it did not concern, such as finished ones.
        why: of each of the latter why not: its state, or a word of `WhyNot`.
        back: those of the changed ones that lost what their deadlines had given them.
    """

    changed: tuple[int, ...]
    unchanged: tuple[int, ...]
    why: Mapping[int, str] = field(default_factory=dict)
    back: tuple[int, ...] = ()


class TriedError(Exception):
    """An act was only tried: its transaction is undone.

    Attributes:
        would: what it would have changed.
    """

    def __init__(self, would: Operated) -> None:
        super().__init__()
        self.would = would


def may_be_tried(verb: Callable[_Asked, Operated]) -> Callable[_Asked, Operated]:
    """Have a verb whose act is a dry run tell what it would have changed."""

    @wraps(verb)
    def tell(*args: _Asked.args, **named: _Asked.kwargs) -> Operated:
        try:
            return verb(*args, **named)
        except TriedError as tried:
            return tried.would

    return tell


_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_LOCK = (
    select(
        jobs.c.id,
        jobs.c.batch_id,
        jobs.c.state,
        jobs.c.archive,
        jobs.c.started_at,
        jobs.c.precedence,
        jobs.c.priority,
        jobs.c.pool,
        jobs.c.window,
        jobs.c.deadline,
    )
    .where(jobs.c.id.in_(_JOBS))
    .order_by(jobs.c.id)
    .with_for_update(key_share=True)
)
_HOLDS = select(holds.c.job_id, holds.c.reason, holds.c.until).where(holds.c.job_id.in_(_JOBS))
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
        outcome=bindparam("as_"),
        error_code=bindparam("code"),
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
        set_={name: entered.excluded[name] for name in ("until", "by", "since", "detail")},
    )


_HOLD = rows.per_dialect(_holding)


@dataclass(frozen=True, kw_only=True)
class Job:
    """What acts decide by: a job as it stands while its row is locked.

    Attributes:
        id: its id.
        batch: its batch's.
        state: where it stands.
        archive: where its film stands on the way to the archive.
        begun: whether anything of it was ever begun.
        holds: why it may not go on, each with the time when that ends by itself, if any.
        paused: whether an operator's hold among them is a pause.
        urgency: how urgent it is.
        priority: its number among its department's.
        pool: whose workers render it; empty for none.
        window: the window outside of which nothing of it begins; empty for none.
        deadline: when it is wanted, in milliseconds since the Unix epoch; None: whenever.
    """

    id: int
    batch: int
    state: str
    archive: str
    begun: bool
    holds: Mapping[str, int | None]
    paused: bool
    urgency: Urgency
    priority: int
    pool: str
    window: str
    deadline: int | None


def told(**facts: str | int | None) -> str:
    """What the audit says besides: whatever there is to be said, by name."""
    kept = {name: fact for name, fact in facts.items() if fact is not None and fact != ""}
    return canonical(kept) if kept else ""


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
        dry_run: whether it is only tried: its result is told by an exception that undoes the transaction.

    Attributes:
        now: when.
        batches: the batches of the jobs that it changed.
        back: those of these jobs that lost what their deadlines had given them.
    """

    def __init__(
        self, connection: Connection, verb: str, *, by: str, now: int, detail: str = "", dry_run: bool = False
    ) -> None:
        self.now = now
        self.batches: set[int] = set()
        self.back: list[int] = []
        self._dry_run = dry_run
        self._connection = connection
        self._by = by
        self._told = {"at": now, "by": by, "verb": verb, "detail": detail}
        self._changed: list[int] = []
        self._unchanged: dict[int, str] = {}

    def concerned(
        self,
        job_ids: Collection[int],
        concerns: Callable[[Job], bool],
        why_not: Callable[[Job], str] = lambda job: job.state,
        tells: Callable[[Job], str] | None = None,
    ) -> Iterator[list[int]]:
        """Lock the jobs in order, some at a time; those that the act concerns, entered into the audit.

        Args:
            job_ids: the jobs.
            concerns: whether the act concerns one.
            why_not: asked for each of the others.
            tells: what the audit says besides of one; None: of each the same.

        Raises:
            InputError: ``ledger-job-unknown``; nothing was changed.
        """
        ordered = sorted(set(job_ids))
        for start in range(0, len(ordered), rows.MANY):
            standing = self._locked(ordered[start : start + rows.MANY])
            meant = [job for job in standing if concerns(job)]
            concerned = {job.id: job.batch for job in meant}
            self._unchanged |= {job.id: why_not(job) for job in standing if job.id not in concerned}
            if concerned:
                entries = [{**self._told, "job_id": job.id, "batch_id": job.batch} for job in meant]
                if tells is not None:
                    entries = [
                        {**entry, "detail": tells(job)} for entry, job in zip(entries, meant, strict=True)
                    ]
                self._connection.execute(_AUDIT, entries)
                self._changed += concerned
                self.batches.update(concerned.values())
                yield list(concerned)

    def _locked(self, some: Sequence[int]) -> list[Job]:
        """How some jobs stand, each with its row locked.

        Raises:
            InputError: ``ledger-job-unknown``.
        """
        found = self._connection.execute(_LOCK, {"jobs": some}).all()
        held: dict[int, dict[str, int | None]] = {}
        for row in self._connection.execute(_HOLDS, {"jobs": some}):
            held.setdefault(row.job_id, {})[row.reason] = row.until
        if len(found) < len(some):
            raise InputError("ledger-job-unknown", job=min(set(some) - {row.id for row in found}))
        kept = [job for job, holding in held.items() if HoldReason.OPERATOR.value in holding]
        paused = paused_of(self._connection, kept)
        return [
            Job(
                id=row.id,
                batch=row.batch_id,
                state=row.state,
                archive=row.archive,
                begun=row.started_at is not None,
                holds=held.get(row.id, {}),
                paused=row.id in paused,
                urgency=URGENCY[row.precedence],
                priority=row.priority,
                pool=row.pool,
                window=row.window,
                deadline=row.deadline,
            )
            for row in found
        ]

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

    def stop(self, some: Sequence[int], *, code: str | None = None) -> None:
        """Take running steps from their workers; they wait in the line again.

        Args:
            some: the jobs.
            code: why; their attempts end as interrupted for it, and without one as superseded.
        """
        self._connection.execute(_SEND_BACK, {"jobs": some})
        self._supersede({"jobs": some}, code=code)

    def hold(
        self, some: Sequence[int], reason: HoldReason, *, until: int | None = None, detail: str = ""
    ) -> None:
        """Give jobs a reason for which they may not go on; what they had of it is replaced."""
        held = {"reason": reason.value, "until": until, "by": self._by, "since": self.now, "detail": detail}
        entered = [{"job_id": job, **held} for job in some]
        self._connection.execute(rows.spoken(self._connection, _HOLD), entered)
        rows.reopen(self._connection, some)

    def release(self, some: Sequence[int], reason: HoldReason) -> None:
        """Take that reason away again; a job without any other goes on."""
        self._connection.execute(_UNHOLD, [{"job": job, "why": reason.value} for job in some])
        rows.reopen(self._connection, some)

    def result(self) -> Operated:
        """What was changed.

        Raises:
            TriedError: it is a dry run.
        """
        done = Operated(
            changed=tuple(self._changed),
            unchanged=tuple(self._unchanged),
            why=dict(self._unchanged),
            back=tuple(self.back),
        )
        if self._dry_run:
            raise TriedError(done)
        return done

    def _supersede(self, asked: dict[str, Sequence[int]], *, code: str | None = None) -> None:
        ended = Outcome.SUPERSEDED if code is None else Outcome.INTERRUPTED
        told = {"now": self.now, "as_": ended.value, "code": code}
        self._connection.execute(_SUPERSEDE, {**asked, **told})
        self._connection.execute(_FREE, asked)
