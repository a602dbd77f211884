"""Reads: what people and machines are shown; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, exists, func, select

from db import rows
from db.claims import read_results
from db.codec import facts_from_text, notices_from_text, profile_from_text, spec_from_text
from db.ledger import Ledger
from db.lifts import read_lifts
from db.progress import Progress, read_progress
from db.quotas import read_beginnings
from db.standstill import IS_STOPPED, stopped_at
from db.states import (
    STAGE_ORDER,
    URGENCY,
    ArchiveState,
    HoldReason,
    JobState,
    Outcome,
    Stage,
    StepState,
)
from db.tables import attempts, batch_keys, batches, departments, holds, jobs, steps
from db.views import AttemptView, BatchView, JobLine, JobView, Problem, StepView, Totals
from db.windows import shut_at
from pipeline.plan.errors import InputError

_UNFINISHED = [JobState.QUEUED.value, JobState.ACTIVE.value]

_has_hold = exists().where(holds.c.job_id == jobs.c.id)
_awaits_window = jobs.c.window.in_(bindparam("shut", expanding=True))
_is_held = _has_hold | _awaits_window | IS_STOPPED
_TOTALS = select(jobs.c.state, jobs.c.archive, func.count().label("jobs")).group_by(
    jobs.c.state, jobs.c.archive
)
_TOTALS_HELD = (
    select(jobs.c.state, func.count().label("jobs"))
    .where(jobs.c.id.in_(select(holds.c.job_id)), jobs.c.state.in_(_UNFINISHED))
    .group_by(jobs.c.state)
)
_TOTALS_WAITING = (
    select(jobs.c.state, func.count().label("jobs"))
    .where(jobs.c.state.in_(_UNFINISHED), _awaits_window | IS_STOPPED, ~_has_hold)
    .group_by(jobs.c.state)
)
_COUNTS = (
    select(
        jobs.c.batch_id,
        jobs.c.state,
        jobs.c.archive,
        func.count().label("jobs"),
        func.sum(case((_is_held & jobs.c.state.in_(_UNFINISHED), 1), else_=0)).label("held"),
    )
    .where(jobs.c.batch_id.in_(bindparam("batches", expanding=True)))
    .group_by(jobs.c.batch_id, jobs.c.state, jobs.c.archive)
)
_BATCHES = select(
    batches.c.id,
    batches.c.name,
    batches.c.user,
    batches.c.created_at,
    departments.c.name.label("department"),
).join_from(batches, departments, batches.c.department_id == departments.c.id)
_BATCH = _BATCHES.where(batches.c.id == bindparam("batch"))
_NEWEST = _BATCHES.where(batches.c.id < bindparam("before")).order_by(batches.c.id.desc())
_NEWEST = _NEWEST.limit(bindparam("limit"))
_under_way = select(jobs.c.batch_id).where(jobs.c.state.in_([*_UNFINISHED, JobState.REVIEW.value])).distinct()
_OLDEST = _BATCHES.where(
    batches.c.id.in_(_under_way.order_by(jobs.c.batch_id).limit(bindparam("limit")))
).order_by(batches.c.id)
_KEYS = (
    select(batch_keys.c.batch_id, batch_keys.c.key)
    .where(batch_keys.c.batch_id.in_(bindparam("batches", expanding=True)))
    .order_by(batch_keys.c.batch_id, batch_keys.c.key)
)
_HELD = (
    select(holds.c.job_id, holds.c.reason)
    .where(holds.c.job_id.in_(bindparam("jobs", expanding=True)))
    .order_by(holds.c.job_id, holds.c.reason)
)
_JOB = (
    select(jobs, departments.c.name.label("department"))
    .join_from(jobs, departments, jobs.c.department_id == departments.c.id)
    .where(jobs.c.id == bindparam("job"))
)
_STEPS = select(steps, steps.c.index.label("place")).where(steps.c.job_id == bindparam("job"))
_ATTEMPTS = (
    select(attempts)
    .join_from(attempts, steps, attempts.c.step_id == steps.c.id)
    .where(steps.c.job_id == bindparam("job"))
    .order_by(attempts.c.step_id, attempts.c.number)
)


def read_batch(ledger: Ledger, batch: int) -> BatchView:
    """A batch with its counts.

    Raises:
        InputError: ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        row = connection.execute(_BATCH, {"batch": batch}).first()
        if row is None:
            raise InputError("ledger-batch-unknown", batch=batch)
        return _batch_views(connection, [row], ledger.clock())[0]


def list_batches(ledger: Ledger, *, limit: int = 50, before: int | None = None) -> tuple[BatchView, ...]:
    """Batches, the newest first, those with an id below `before`.

    Raises:
        AwayError: ``ledger-away``.
    """
    asked = {"limit": limit, "before": before if before is not None else 1 << 62}
    with ledger.read() as connection:
        return _batch_views(connection, connection.execute(_NEWEST, asked).all(), ledger.clock())


def list_unfinished(ledger: Ledger, *, limit: int) -> tuple[BatchView, ...]:
    """The first batches that are not finished, the oldest first; those that are cost nothing.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return _batch_views(connection, connection.execute(_OLDEST, {"limit": limit}).all(), ledger.clock())


def count_jobs(ledger: Ledger) -> Totals:
    """How the jobs of all batches stand.

    Raises:
        AwayError: ``ledger-away``.
    """
    states = dict.fromkeys(JobState, 0)
    archives = dict.fromkeys(ArchiveState, 0)
    held = dict.fromkeys(JobState, 0)
    with ledger.read() as connection:
        for row in connection.execute(_TOTALS):
            states[JobState(row.state)] += row.jobs
            archives[ArchiveState(row.archive)] += row.jobs
        for state, count in connection.execute(_TOTALS_HELD):
            held[JobState(state)] += count
        closed = _closed_at(connection, ledger.clock())
        if any(closed.values()):
            for state, count in connection.execute(_TOTALS_WAITING, closed):
                held[JobState(state)] += count
    return Totals(states=states, held=held, archives=archives)


def list_jobs(
    ledger: Ledger,
    *,
    batch: int | None = None,
    state: JobState | None = None,
    held: bool | None = None,
    user: str | None = None,
    limit: int = 100,
    after: int = 0,
) -> tuple[JobLine, ...]:
    """Jobs in the order of submission, those with an id above `after`.

    `held` asks for the queued and active jobs that something keeps from going on, or for the others.

    Raises:
        AwayError: ``ledger-away``.
    """
    query: Select[*tuple[Any, ...]] = select(jobs).where(jobs.c.id > after).order_by(jobs.c.id).limit(limit)
    if batch is not None:
        query = query.where(jobs.c.batch_id == batch)
    if state is not None:
        query = query.where(jobs.c.state == state.value)
    if held is not None:
        waits = _is_held & jobs.c.state.in_(_UNFINISHED)
        query = query.where(waits if held else ~_is_held)
    if user is not None:
        query = query.where(jobs.c.user == user)
    with ledger.read() as connection:
        now = ledger.clock()
        shut = shut_at(connection, now)
        found = connection.execute(query, _closed_at(connection, now) if held is not None else {}).all()
        ids = [row.id for row in found]
        reasons = _holds_of(connection, ids)
        progress = read_progress(connection, ids)
        lines = [
            _line_of(row, reasons.get(row.id, ()), progress.get(row.id, Progress()), shut) for row in found
        ]
        lines = _lifted(connection, lines)
    return _beginning(ledger, lines)


def read_job(ledger: Ledger, job: int) -> JobView:
    """Everything about a job.

    Raises:
        InputError: ``ledger-job-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        row = connection.execute(_JOB, {"job": job}).first()
        if row is None:
            raise InputError("ledger-job-unknown", job=job)
        held = _holds_of(connection, [job]).get(job, ())
        progress = read_progress(connection, [job]).get(job, Progress())
        lines = [_line_of(row, held, progress, shut_at(connection, ledger.clock()))]
        (line,) = _beginning(ledger, _lifted(connection, lines))
        return JobView(
            line=line,
            spec=spec_from_text(row.spec),
            warnings=notices_from_text(row.warnings),
            profile=profile_from_text(row.profile),
            essence=row.essence,
            results=read_results(connection, job),
            steps=_steps_of(connection, job),
            pool=row.pool,
            project=row.project,
            department=row.department,
        )


def _batch_views(
    connection: Connection, found: Sequence[Row[*tuple[Any, ...]]], now: int
) -> tuple[BatchView, ...]:
    closed = _closed_at(connection, now)
    states: dict[int, dict[JobState, int]] = {row.id: dict.fromkeys(JobState, 0) for row in found}
    archives: dict[int, dict[ArchiveState, int]] = {row.id: dict.fromkeys(ArchiveState, 0) for row in found}
    held: dict[int, dict[JobState, int]] = {row.id: dict.fromkeys(JobState, 0) for row in found}
    keys: dict[int, tuple[str, ...]] = dict.fromkeys(states, ())
    for some in _some(list(states)):
        for row in connection.execute(_COUNTS, {"batches": some, **closed}):
            states[row.batch_id][JobState(row.state)] += row.jobs
            archives[row.batch_id][ArchiveState(row.archive)] += row.jobs
            held[row.batch_id][JobState(row.state)] += int(row.held)
        for row in connection.execute(_KEYS, {"batches": some}):
            keys[row.batch_id] += (row.key,)
    return tuple(
        BatchView(
            id=row.id,
            name=row.name,
            keys=keys[row.id],
            user=row.user,
            department=row.department,
            created_at=row.created_at,
            jobs=sum(states[row.id].values()),
            states=states[row.id],
            held=held[row.id],
            archives=archives[row.id],
        )
        for row in found
    )


def _closed_at(connection: Connection, now: int) -> Mapping[str, Sequence[int] | Sequence[str]]:
    """What `_is_held` asks for: the windows that are shut, and whatever is stopped."""
    return {"shut": list(shut_at(connection, now)), **stopped_at(connection, now)}


def _holds_of(connection: Connection, job_ids: Sequence[int]) -> dict[int, tuple[HoldReason, ...]]:
    held: dict[int, tuple[HoldReason, ...]] = {}
    for some in _some(job_ids):
        for row in connection.execute(_HELD, {"jobs": some}):
            held[row.job_id] = (*held.get(row.job_id, ()), HoldReason(row.reason))
    return held


def _some(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many at a time as a statement names."""
    return (ids[start : start + rows.MANY] for start in range(0, len(ids), rows.MANY))


def _lifted(connection: Connection, lines: Sequence[JobLine]) -> list[JobLine]:
    """The same lines with whether they stand where they were moved forward to for their deadlines."""
    lifts = read_lifts(connection, [line.id for line in lines if line.deadline is not None])
    stands = {line.id: (line.urgency.value, line.priority) for line in lines if line.id in lifts}
    return [
        replace(line, lifted=lifts[line.id].to == stands[line.id]) if line.id in lifts else line
        for line in lines
    ]


def _beginning(ledger: Ledger, lines: Sequence[JobLine]) -> tuple[JobLine, ...]:
    """The same lines with when those begin that wait for a quota."""
    waiting = [line.id for line in lines if HoldReason.QUOTA in line.held]
    begins = read_beginnings(ledger, waiting) if waiting else {}
    return (
        tuple(replace(line, begins_at=begins.get(line.id, 0)) for line in lines) if begins else tuple(lines)
    )


def _line_of(
    row: Row[*tuple[Any, ...]],
    held: tuple[HoldReason, ...],
    progress: Progress,
    shut: Mapping[str, int],
) -> JobLine:
    state = JobState(row.state)
    going = state in {JobState.QUEUED, JobState.ACTIVE}
    off_peak = going and row.window in shut
    return JobLine(
        id=row.id,
        batch=row.batch_id,
        row=row.row_name,
        title=row.title,
        user=row.user,
        state=state,
        held=(*held, HoldReason.OFF_PEAK) if off_peak else held,
        window=row.window,
        opens_at=shut[row.window] if off_peak else 0,
        deadline=row.deadline,
        stage=progress.stage if going else None,
        percent=100 if state is JobState.COMPLETED else progress.percent,
        urgency=URGENCY[row.precedence],
        priority=row.priority,
        archive=ArchiveState(row.archive),
        archive_path=row.archive_path,
        frames=row.frames,
        problem=_problem_of(row),
        submitted_at=row.submitted_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        traceparent=row.traceparent,
    )


def _problem_of(row: Row[*tuple[Any, ...]]) -> Problem | None:
    if not row.error_code:
        return None
    return Problem(code=row.error_code, facts=facts_from_text(row.error_facts))


def _steps_of(connection: Connection, job: int) -> tuple[StepView, ...]:
    runs: dict[int, list[AttemptView]] = {}
    for row in connection.execute(_ATTEMPTS, {"job": job}):
        view = AttemptView(
            number=row.number,
            worker=row.worker,
            device=row.device,
            started_at=row.started_at,
            ended_at=row.ended_at,
            outcome=None if row.outcome is None else Outcome(row.outcome),
            machine_ms=row.machine_ms,
            held_ms=row.held_ms,
            problem=_problem_of(row),
            log_tail=row.log_tail,
            span=row.span,
            last_key=row.last_key or "",
        )
        runs.setdefault(row.step_id, []).append(view)
    views = [
        StepView(
            id=row.id,
            stage=Stage(row.stage),
            index=row.place,
            first=row.first,
            end=row.end,
            state=StepState(row.state),
            capability=row.capability,
            worker=row.worker,
            frames=row.frames,
            failures=row.failures,
            done=row.progress_done,
            total=row.progress_total,
            not_before=row.not_before,
            problem=_problem_of(row),
            attempts=tuple(runs.get(row.id, ())),
        )
        for row in connection.execute(_STEPS, {"job": job})
    ]
    return tuple(sorted(views, key=lambda view: (STAGE_ORDER[view.stage], view.index)))
