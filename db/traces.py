"""A film's course as the ledger keeps it for good: every attempt, what each made, and what was found made."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from db.ledger import Ledger
from db.states import STAGE_ORDER, JobState, Stage, StepState
from db.tables import artifacts, attempts, audit, departments, holds, jobs, makings, steps, uses
from farm.policy.waterfall import Made, Step, Tried
from pipeline.plan.errors import InputError

_JOB = (
    select(
        jobs.c.id,
        jobs.c.batch_id,
        jobs.c.row_name,
        jobs.c.state,
        jobs.c.traceparent,
        jobs.c.submitted_at,
        jobs.c.ended_at,
        departments.c.name.label("department"),
    )
    .join_from(jobs, departments, jobs.c.department_id == departments.c.id)
    .where(jobs.c.id == bindparam("job"))
)
#: The trace is the first part of what is kept; nothing but the films themselves is indexed by it.
_OF_TRACE = select(jobs.c.id).where(jobs.c.traceparent.startswith(bindparam("begin"))).order_by(jobs.c.id)
_is_its_step = steps.c.job_id == bindparam("job")
_STEPS = select(steps.c.id, steps.c.stage, steps.c.index.label("place"), steps.c.state).where(_is_its_step)
_ATTEMPTS = select(attempts).join_from(attempts, steps, attempts.c.step_id == steps.c.id).where(_is_its_step)
_MADE = select(makings).join_from(makings, steps, makings.c.step_id == steps.c.id).where(_is_its_step)
_USED = (
    select(uses.c.step_id, artifacts.c.kind, artifacts.c.key)
    .join_from(uses, artifacts, uses.c.artifact_id == artifacts.c.id)
    .where(uses.c.job_id == bindparam("job"))
)
_HELD = (
    select(holds.c.reason, holds.c.since, holds.c.until)
    .where(holds.c.job_id == bindparam("job"))
    .order_by(holds.c.since, holds.c.reason)
)
_ACTS = (
    select(audit.c.at, audit.c.verb, audit.c.by)
    .where(audit.c.job_id == bindparam("job"))
    .order_by(audit.c.id)
)


_OF_BATCH = select(jobs.c.traceparent).where(jobs.c.batch_id == bindparam("batch")).order_by(jobs.c.id)
_LATEST_ACT = select(func.max(audit.c.id))
_canceling = select(audit.c.job_id).where(
    audit.c.id > bindparam("after"), audit.c.id <= bindparam("until"), audit.c.verb == "cancel"
)
_CANCELED = (
    select(jobs.c.id, jobs.c.batch_id, jobs.c.state, jobs.c.traceparent, jobs.c.submitted_at, jobs.c.ended_at)
    .where(jobs.c.id.in_(_canceling), jobs.c.state == JobState.CANCELED.value)
    .order_by(jobs.c.id)
)


@dataclass(frozen=True, kw_only=True)
class Hold:
    """What keeps a film just now.

    Attributes:
        reason: why.
        since: since when.
        until: until when; None: nobody knows.
    """

    reason: str
    since: int
    until: int | None


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody did with a film.

    Attributes:
        at: when.
        verb: what.
        by: who.
    """

    at: int
    verb: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Course:
    """A film's course; times are milliseconds since the Unix epoch, by the ledger's clock.

    Attributes:
        job: its id.
        batch: its batch.
        row: its id in the manifest.
        department: who pays.
        state: where it stands.
        traceparent: its trace.
        submitted_at: when it was submitted.
        ended_at: when it ended; None: it did not.
        now: when this was read.
        steps: its steps.
        holds: what keeps it now.
        acts: what people did with it.
    """

    job: int
    batch: int
    row: str
    department: str
    state: str
    traceparent: str
    submitted_at: int
    ended_at: int | None
    now: int
    steps: tuple[Step, ...]
    holds: tuple[Hold, ...]
    acts: tuple[Act, ...]


@dataclass(frozen=True, kw_only=True)
class Life:
    """A film from its submission to its end; times are milliseconds since the Unix epoch.

    Attributes:
        job: its number.
        batch: its batch.
        state: where it stands for good.
        traceparent: its trace.
        submitted_at: when it was submitted.
        ended_at: when it ended; None: just now.
    """

    job: int
    batch: int
    state: str
    traceparent: str
    submitted_at: int
    ended_at: int | None


def latest_act(ledger: Ledger) -> int:
    """The number of the latest act in the audit; 0: there is none.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return int(connection.execute(_LATEST_ACT).scalar() or 0)


def read_traces(ledger: Ledger, batch: int) -> tuple[str, ...]:
    """The traces of a batch's films.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(connection.execute(_OF_BATCH, {"batch": batch}).scalars())


def read_canceled(ledger: Ledger, *, after: int, until: int) -> tuple[Life, ...]:
    """The films that were canceled by acts later than one and up to another, and still are.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            Life(
                job=row.id,
                batch=row.batch_id,
                state=row.state,
                traceparent=row.traceparent,
                submitted_at=row.submitted_at,
                ended_at=row.ended_at,
            )
            for row in connection.execute(_CANCELED, {"after": after, "until": until})
        )


def find_traced(ledger: Ledger, trace_id: str) -> int | None:
    """The job of a trace id, 32 hex digits; None: the ledger knows of none.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = connection.execute(_OF_TRACE, {"begin": f"00-{trace_id}-"}).scalar()
    return None if found is None else int(found)


def read_course(ledger: Ledger, job: int) -> Course:
    """A job's course, in seven statements however many clips it has.

    Raises:
        InputError: ``ledger-job-unknown``.
        AwayError: ``ledger-away``.
    """
    asked = {"job": job}
    made: dict[tuple[int, int], list[Made]] = defaultdict(list)
    tried: dict[int, list[Tried]] = defaultdict(list)
    used: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with ledger.read() as connection:
        row = connection.execute(_JOB, asked).first()
        if row is None:
            raise InputError("ledger-job-unknown", job=job)
        for each in connection.execute(_MADE, asked):
            made[each.step_id, each.number].append(
                Made(kind=each.kind, key=each.key, at=each.made_at, machine_ms=each.machine_ms)
            )
        for each in connection.execute(_USED, asked):
            used[each.step_id][each.kind].append(each.key)
        for each in connection.execute(_ATTEMPTS, asked):
            tried[each.step_id].append(
                Tried(
                    number=each.number,
                    worker=each.worker,
                    device=each.device,
                    started_at=each.started_at,
                    ended_at=each.ended_at,
                    outcome=each.outcome or "",
                    code=each.error_code or "",
                    span=each.span,
                    folded=each.folded,
                    made=made[each.step_id, each.number],
                )
            )
        return Course(
            job=row.id,
            batch=row.batch_id,
            row=row.row_name,
            department=row.department,
            state=row.state,
            traceparent=row.traceparent,
            submitted_at=row.submitted_at,
            ended_at=row.ended_at,
            now=ledger.clock(),
            steps=tuple(
                Step(
                    level=STAGE_ORDER[Stage(each.stage)],
                    stage=each.stage,
                    index=each.place,
                    waits=each.state == StepState.READY.value,
                    used=used[each.id],
                    tried=tried[each.id],
                )
                for each in connection.execute(_STEPS, asked)
            ),
            holds=tuple(
                Hold(reason=each.reason, since=each.since, until=each.until)
                for each in connection.execute(_HELD, asked)
            ),
            acts=tuple(
                Act(at=each.at, verb=each.verb, by=each.by) for each in connection.execute(_ACTS, asked)
            ),
        )
