"""What an operator or a user may do to jobs that are under way; each act is written into the audit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

from sqlalchemy import BindParameter, bindparam, select

from db import dead, leaving, news, quotas, reports, rows
from db.acts import Act, Job, Operated, WhyNot, is_under_way, may_be_held, may_be_tried, told
from db.ledger import Ledger
from db.requeuing import Again
from db.states import ITSELF, HoldReason
from db.tables import batches, holds, jobs
from farm.policy.holds import Hold, ended
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.keys import canonical
from pipeline.plan.moments import iso

#: Why an attempt was ended from without: an operator wanted it to be stopped at once.
STOPPED = "farm-stopped"

_BATCH = select(batches.c.id).where(batches.c.id == bindparam("batch"))
_OF_BATCH = select(jobs.c.id).where(jobs.c.batch_id == bindparam("batch")).order_by(jobs.c.position)
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_HOLDS_WITH_END = select(holds.c.job_id, holds.c.reason, holds.c.until, holds.c.by).where(
    holds.c.until.is_not(None)
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


@may_be_tried
def cancel(
    ledger: Ledger, job_ids: Collection[int], *, by: str, reason: str = "", dry_run: bool = False
) -> Operated:
    """End queued and active jobs until they are requeued: nothing begins, running steps are "not yours".

    Args:
        ledger: the ledger.
        job_ids: the jobs.
        by: whose act it is.
        reason: why, for whoever asks later.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("cancel") as connection:
        detail = told(reason=reason)
        act = Act(connection, "cancel", by=by, now=ledger.clock(), detail=detail, dry_run=dry_run)
        for some in act.concerned(job_ids, is_under_way):
            act.cancel(some)
        done = act.result()
        news.enter(connection, done.changed, act.now)
        return done


@may_be_tried
def hold(
    ledger: Ledger,
    job_ids: Collection[int],
    *,
    by: str,
    until: int | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> Operated:
    """Keep jobs from beginning of which nothing was begun yet; all others go on, and paused ones stay so.

    Args:
        ledger: the ledger.
        job_ids: the jobs.
        by: whose act it is.
        until: when it ends by itself; None: by `release` or `resume`.
        reason: why, for whoever asks later.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("hold") as connection:
        now = ledger.clock()
        detail = told(reason=reason, until=iso(until))
        act = Act(connection, "hold", by=by, now=now, detail=detail, dry_run=dry_run)
        for some in act.concerned(job_ids, lambda job: _may_begin(job) and not job.paused, _why_not_held):
            act.hold(some, HoldReason.OPERATOR, until=until, detail=reason)
        return act.result()


@may_be_tried
def release(
    ledger: Ledger, job_ids: Collection[int], *, by: str, reason: str = "", dry_run: bool = False
) -> Operated:
    """Let jobs begin of which nothing was begun, and that an operator has held; paused ones stay so.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("release-held") as connection:
        detail = told(reason=reason)
        act = Act(connection, "release", by=by, now=ledger.clock(), detail=detail, dry_run=dry_run)
        for some in act.concerned(job_ids, _is_just_held, _why_not_released):
            act.release(some, HoldReason.OPERATOR)
        return act.result()


@may_be_tried
def pause(
    ledger: Ledger,
    job_ids: Collection[int],
    *,
    by: str,
    until: int | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> Operated:
    """Stop jobs, and films that wait for the archive: nothing new is begun, running clips finish.

    A step without clips finishes as a whole.

    Args:
        ledger: the ledger.
        job_ids: the jobs.
        by: whose act it is.
        until: when it ends by itself; None: by `resume`.
        reason: why, for whoever asks later.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("pause") as connection:
        now = ledger.clock()
        detail = told(reason=reason, until=iso(until))
        act = Act(connection, "pause", by=by, now=now, detail=detail, dry_run=dry_run)
        for some in act.concerned(job_ids, may_be_held):
            act.hold(some, HoldReason.OPERATOR, until=until, detail=reason)
            leaving.leave(connection, some, leaving.PAUSED)
        return act.result()


@may_be_tried
def interrupt(
    ledger: Ledger,
    job_ids: Collection[int],
    *,
    by: str,
    until: int | None = None,
    reason: str = "",
    paused: bool = True,
    dry_run: bool = False,
) -> Operated:
    """Stop jobs at once: as `pause`, and what is being made is taken from its workers and given up.

    It uses up no retry, and what was finished of it stays. The workers hear of it within a beat.

    Args:
        ledger: the ledger.
        job_ids: the jobs.
        by: whose act it is.
        until: when it ends by itself; None: by `resume`.
        reason: why, for whoever asks later.
        paused: False: something else keeps them from going on, such as the pause of their department.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("interrupt") as connection:
        now = ledger.clock()
        detail = told(reason=reason, until=iso(until))
        act = Act(connection, "interrupt", by=by, now=now, detail=detail, dry_run=dry_run)
        for some in act.concerned(job_ids, may_be_held):
            if paused:
                act.hold(some, HoldReason.OPERATOR, until=until, detail=reason)
            else:
                # Whoever claims a step just now is waited for.
                rows.reopen(connection, some)
            act.stop(some, code=STOPPED)
        return act.result()


@may_be_tried
def resume(
    ledger: Ledger, job_ids: Collection[int], *, by: str, reason: str = "", dry_run: bool = False
) -> Operated:
    """Let jobs go on that an operator has held, paused or interrupted, if nothing else keeps them.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    with ledger.write("resume") as connection:
        detail = told(reason=reason)
        act = Act(connection, "resume", by=by, now=ledger.clock(), detail=detail, dry_run=dry_run)
        for some in act.concerned(job_ids, _is_held, lambda _: WhyNot.FREE):
            act.release(some, HoldReason.OPERATOR)
            leaving.stay(connection, some, leaving.PAUSED)
        return act.result()


@may_be_tried
def start_after(
    ledger: Ledger,
    job_ids: Collection[int],
    until: int | None,
    *,
    by: str,
    reason: str = "",
    dry_run: bool = False,
) -> Operated:
    """Keep jobs of which nothing was begun from beginning before a time; what was said before is replaced.

    Args:
        ledger: the ledger.
        job_ids: the jobs.
        until: the time; None: they need not wait any longer.
        by: whose act it is.
        reason: why, for whoever asks later.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError: ``stop-time-past``; or as `cancel`.
        AwayError: as `cancel`.
    """
    now = ledger.clock()
    if until is not None and until <= now:
        raise InputError("stop-time-past", time=iso(until))
    with ledger.write("start-after") as connection:
        detail = told(reason=reason, until=iso(until))
        act = Act(connection, "start-after", by=by, now=now, detail=detail, dry_run=dry_run)
        waits = HoldReason.START_AFTER
        if until is None:
            for some in act.concerned(job_ids, lambda job: waits.value in job.holds, lambda _: WhyNot.FREE):
                act.release(some, waits)
        else:
            for some in act.concerned(job_ids, _may_begin, _why_not_held):
                act.hold(some, waits, until=until, detail=reason)
        return act.result()


@may_be_tried
def requeue(
    ledger: Ledger,
    job_ids: Collection[int],
    *,
    by: str,
    options: Mapping[str, str] | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> Operated:
    """Have failed and canceled jobs, and films whose archiving failed, go on from where they stopped.

    Done steps stay done; dead and canceled ones begin again with all their attempts. A film of somebody who
    was forgotten is not made any more, nor one whose sources are gone. One that was never charged to a quota,
    or was given back what it was when it was canceled, waits for its department's quota; no other is charged
    again.

    Args:
        ledger: the ledger.
        job_ids: the jobs.
        by: whose act it is.
        options: what is made otherwise than it was submitted, by the names of manifest columns, checked; an
            empty value is the usual one. Only films that are not completed can be; what of them stays as it
            was is found again.
        reason: why, for whoever asks later.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError: ``job-person-forgotten`` or ``job-sources-gone``: there are only such films among them; or
            as `cancel`.
        AwayError: as `cancel`.
    """
    with ledger.write("requeue") as connection:
        detail = told(**options or {}, reason=reason) if reason or not options else canonical(dict(options))
        act = Act(connection, "requeue", by=by, now=ledger.clock(), detail=detail, dry_run=dry_run)
        again = Again(connection, job_ids, changed=bool(options))
        for some in act.concerned(job_ids, again.concerns, again.why_not):
            if options:
                dead.change(connection, act, some, options)
            again.begin(ledger, some, act.now)
        reports.renew(connection, act.batches)
        if not act.batches:
            again.check()
        done = act.result()
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
    over = ended(found, ledger.clock())
    for reason in sorted({hold.reason for hold in over}):
        _end_holds(ledger, [hold.job for hold in over if hold.reason == reason], HoldReason(reason))


def _end_holds(ledger: Ledger, job_ids: Collection[int], reason: HoldReason) -> None:
    with ledger.write("end-holds") as connection:
        now = ledger.clock()
        act = Act(connection, "resume", by=ITSELF, now=now, detail=told(hold=reason.value))

        def is_over(job: Job) -> bool:
            # Somebody may have given it more time meanwhile, or none.
            until = job.holds.get(reason.value)
            return until is not None and until <= now

        for some in act.concerned(job_ids, is_over):
            act.release(some, reason)
            if reason is HoldReason.OPERATOR:
                leaving.stay(connection, some, leaving.PAUSED)


def _is_held(job: Job) -> bool:
    return HoldReason.OPERATOR.value in job.holds


def _is_just_held(job: Job) -> bool:
    return _is_held(job) and not job.begun and not job.paused


def _may_begin(job: Job) -> bool:
    return is_under_way(job) and not job.begun


def _why_not_held(job: Job) -> str:
    if not is_under_way(job):
        return job.state
    return WhyNot.BEGUN if job.begun else WhyNot.PAUSED


def _why_not_released(job: Job) -> str:
    if not _is_held(job):
        return WhyNot.FREE
    return WhyNot.BEGUN if job.begun else WhyNot.PAUSED
