"""What an operator or a user may do to jobs that are under way; each act is written into the audit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

from sqlalchemy import BindParameter, bindparam, exists, or_, select, update

from db import dead, leaving, news, quotas, reports, rows
from db.acts import Act, Job, Operated, is_under_way, may_be_held
from db.forgetting import forgotten_in
from db.ledger import Ledger
from db.states import ArchiveState, HoldReason, JobState, Stage, StepState
from db.tables import batches, holds, jobs, steps
from farm.policy.holds import Hold, ended
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.keys import canonical

_BATCH = select(batches.c.id).where(batches.c.id == bindparam("batch"))
_OF_BATCH = select(jobs.c.id).where(jobs.c.batch_id == bindparam("batch")).order_by(jobs.c.position)
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
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
# A job that is queued again is begun again, with whichever of its steps is claimed first.
_OPEN = (
    update(steps)
    .where(
        steps.c.job_id.in_(_JOBS),
        steps.c.state.in_([StepState.BLOCKED.value, StepState.READY.value]),
        exists().where(jobs.c.id == steps.c.job_id, jobs.c.state == JobState.QUEUED.value),
    )
    .values(opening=1)
)
_FORGIVE = (
    update(steps)
    .where(steps.c.job_id.in_(_JOBS), steps.c.state.in_([StepState.BLOCKED.value, StepState.READY.value]))
    .values(**_FRESH)
)


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
    """End queued and active jobs until it is requeued: nothing is dispatched, running steps are "not yours".

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("cancel") as connection:
        act = Act(connection, "cancel", by=by, now=ledger.clock())
        for some in act.concerned(job_ids, is_under_way):
            act.cancel(some)
        done = act.result()
        news.enter(connection, done.changed, act.now)
        return done


def pause(
    ledger: Ledger,
    job_ids: Collection[int],
    *,
    by: str,
    reason: HoldReason = HoldReason.OPERATOR,
    until: int | None = None,
) -> Operated:
    """Hold jobs, and films that wait for the archive: nothing new is dispatched, running clips finish.

    A step without clips finishes as a whole.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("pause") as connection:
        act = Act(connection, "pause", by=by, now=ledger.clock(), detail=reason.value)
        for some in act.concerned(job_ids, may_be_held):
            act.hold(some, reason, until=until)
            leaving.leave(connection, some, leaving.PAUSED)
        return act.result()


def resume(
    ledger: Ledger, job_ids: Collection[int], *, by: str, reason: HoldReason = HoldReason.OPERATOR
) -> Operated:
    """Take a hold away; a job without any other goes on.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("resume") as connection:
        act = Act(connection, "resume", by=by, now=ledger.clock(), detail=reason.value)
        held: set[int] = set()
        ordered = sorted(job_ids)
        for start in range(0, len(ordered), rows.MANY):
            asked = {"jobs": ordered[start : start + rows.MANY], "why": reason.value}
            held.update(connection.execute(_HELD, asked).scalars())
        for some in act.concerned(job_ids, lambda job: job.id in held):
            act.release(some, reason)
            leaving.stay(connection, some, leaving.PAUSED)
        return act.result()


def requeue(
    ledger: Ledger, job_ids: Collection[int], *, by: str, options: Mapping[str, str] | None = None
) -> Operated:
    """Have failed and canceled jobs, and films whose archiving failed, go on from where they stopped.

    Done steps stay done; dead and canceled ones begin again with all their attempts. A film of somebody who
    was forgotten is not made any more. One that was never charged to a quota, or was given back what it was
    when it was canceled, waits for its department's quota; no other is charged again.

    Args:
        ledger: the ledger.
        job_ids: the jobs.
        by: whose act it is.
        options: what is made otherwise than it was submitted, by the names of manifest columns, checked; an
            empty value is the usual one. Only films that are not completed can be; what of them stays as it
            was is found again.

    Raises:
        InputError: ``job-person-forgotten``: there are only such films among them; or as `cancel`.
        AwayError: as `cancel`.
    """
    with ledger.write("requeue") as connection:
        detail = canonical(dict(options)) if options else ""
        act = Act(connection, "requeue", by=by, now=ledger.clock(), detail=detail)
        forgotten = forgotten_in(connection, list(job_ids))
        quotas.lock(connection, job_ids)
        refused: list[int] = []

        def concerns(job: Job) -> bool:
            if _ended_badly(job) and job.id in forgotten:
                refused.append(job.id)
                return False
            return _ended_badly(job) or (not options and job.archive == ArchiveState.ERROR.value)

        for some in act.concerned(job_ids, concerns):
            asked = {"jobs": some}
            if options:
                dead.change(connection, act, some, options)
            connection.execute(_REQUEUE, asked)
            connection.execute(_ARCHIVE_AGAIN, asked)
            connection.execute(_FORGIVE, asked)
            connection.execute(_BEGIN_AGAIN, asked)
            connection.execute(_OPEN, asked)
            quotas.line_up(connection, ledger, some, act.now)
            rows.unblock(connection, some, *Stage)
            rows.reopen(connection, some)
        reports.renew(connection, act.batches)
        done = act.result()
        if refused and not done.changed:
            raise InputError("job-person-forgotten", job=refused[0])
    # The requeue stands; whoever cannot be let in just now is by a dispatcher.
    with suppress(AwayError):
        quotas.release(ledger)
    return done


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


def _ended_badly(job: Job) -> bool:
    return job.state in {JobState.FAILED.value, JobState.CANCELED.value}
