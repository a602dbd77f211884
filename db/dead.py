"""Dead letters: steps that no retry of the farm's own cures, and what an operator does about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, or_, select, update

from db import reports
from db.acts import Act, Job, Operated, may_be_tried
from db.codec import facts_from_text, spec_from_text, spec_to_text
from db.ledger import Ledger
from db.states import ArchiveState, JobState, Stage, StepState
from db.tables import attempts, jobs, steps
from db.views import Problem
from pipeline.plan.faceway import unrestored
from pipeline.plan.lipsync import RESTORE


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A step that is dead, of a film that failed or whose archiving did.

    Attributes:
        step: the step's id.
        job: the job's id.
        batch: the batch's id.
        row: the row's id in its batch.
        title: the film's title.
        user: who submitted it.
        stage: the step's stage.
        index: which step of its stage, counted from 0.
        problem: what it met last.
        attempts: how often it was tried.
        worker: who tried it last; empty for nobody.
        device: what that computes with.
        ended_at: when that ended; 0: never.
    """

    step: int
    job: int
    batch: int
    row: str
    title: str
    user: str
    stage: Stage
    index: int
    problem: Problem
    attempts: int
    worker: str
    device: str
    ended_at: int


_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_is_dead_letter = (steps.c.state == StepState.DEAD.value) & or_(
    jobs.c.state == JobState.FAILED.value, jobs.c.archive == ArchiveState.ERROR.value
)
_every = attempts.alias("every")
_tried = (
    select(func.count() + func.coalesce(func.sum(_every.c.folded), 0))
    .where(_every.c.step_id == steps.c.id)
    .scalar_subquery()
)
_DEAD = (
    select(
        steps.c.id,
        steps.c.job_id,
        jobs.c.batch_id,
        jobs.c.row_name,
        jobs.c.title,
        jobs.c.user,
        steps.c.stage,
        steps.c.index.label("place"),
        steps.c.error_code,
        steps.c.error_facts,
        _tried.label("tried"),
        attempts.c.worker,
        attempts.c.device,
        attempts.c.ended_at,
    )
    .join_from(steps, jobs, steps.c.job_id == jobs.c.id)
    .outerjoin(attempts, (attempts.c.step_id == steps.c.id) & (attempts.c.number == steps.c.fence))
    .where(_is_dead_letter)
    .order_by(attempts.c.ended_at.desc(), steps.c.id.desc())
)
_COUNT = select(func.count()).join_from(steps, jobs, steps.c.job_id == jobs.c.id).where(_is_dead_letter)
_SPECS = select(jobs.c.id, jobs.c.spec).where(jobs.c.id.in_(_JOBS))
_RESPEC = update(jobs).where(jobs.c.id == bindparam("of_job")).values(spec=bindparam("new_spec"))
# What was spoken is found again, so that to plan anew costs little; clips whose keys stay are found too.
_PLAN_ANEW = (
    update(steps)
    .where(
        steps.c.job_id.in_(_JOBS),
        steps.c.stage != Stage.WRITE.value,
        steps.c.state.in_([StepState.READY.value, StepState.DONE.value]),
    )
    .values(state=StepState.BLOCKED.value, published_at=0, progress_done=0)
)
_PUT_AWAY = (
    update(steps)
    .where(steps.c.job_id.in_(_JOBS), steps.c.state == StepState.DEAD.value)
    .values(state=StepState.CANCELED.value, closed=1)
)
_KEEP_HERE = (
    update(jobs)
    .where(jobs.c.id.in_(_JOBS), jobs.c.archive == ArchiveState.ERROR.value)
    .values(archive=ArchiveState.NONE.value)
)


def read_dead(
    ledger: Ledger, *, code: str | None = None, batch: int | None = None, limit: int = 1_000_000
) -> tuple[DeadLetter, ...]:
    """The dead letters, the newest first; of one error or of one batch if asked so.

    Raises:
        AwayError: ``ledger-away``.
    """
    query: Select[*tuple[object, ...]] = _DEAD.limit(limit)
    if code is not None:
        query = query.where(steps.c.error_code == code)
    if batch is not None:
        query = query.where(jobs.c.batch_id == batch)
    with ledger.read() as connection:
        return tuple(
            DeadLetter(
                step=row.id,
                job=row.job_id,
                batch=row.batch_id,
                row=row.row_name,
                title=row.title,
                user=row.user,
                stage=Stage(row.stage),
                index=row.place,
                problem=Problem(code=row.error_code, facts=facts_from_text(row.error_facts)),
                attempts=row.tried,
                worker=row.worker or "",
                device=row.device or "",
                ended_at=row.ended_at or 0,
            )
            for row in connection.execute(query)
        )


def count_dead(ledger: Ledger) -> int:
    """How many dead letters there are.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return int(connection.execute(_COUNT).scalar_one())


@may_be_tried
def discard(
    ledger: Ledger, job_ids: Collection[int], *, by: str, reason: str = "", dry_run: bool = False
) -> Operated:
    """Put dead letters away: films that failed are canceled; one whose archiving failed stays in the store.

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("discard") as connection:
        act = Act(connection, "discard", by=by, now=ledger.clock(), detail=reason, dry_run=dry_run)
        for some in act.concerned(job_ids, _is_dead):
            failed = act.failed(some)
            if failed:
                act.cancel(failed)
            connection.execute(_PUT_AWAY, {"jobs": some})
            connection.execute(_KEEP_HERE, {"jobs": some})
        reports.renew(connection, act.batches)
        return act.result()


def change(connection: Connection, act: Act, some: list[int], options: Mapping[str, str]) -> None:
    """Have films made with other options, within an act on jobs that are over: they are planned anew."""
    act.stop(some)
    found = connection.execute(_SPECS, {"jobs": some}).all()
    for row in found:
        spec = spec_from_text(row.spec)
        kept = {name: value for name, value in spec.options.items() if name not in options}
        wanted = {name: value for name, value in options.items() if value}
        changed = replace(spec, options={**kept, **wanted})
        if RESTORE in options:
            # Which models a film is drawn with stands in a field of its own.
            changed = unrestored(changed)
        connection.execute(_RESPEC, {"of_job": row.id, "new_spec": spec_to_text(changed)})
    connection.execute(_PLAN_ANEW, {"jobs": some})


def _is_dead(job: Job) -> bool:
    return job.state == JobState.FAILED.value or job.archive == ArchiveState.ERROR.value
