"""What a job's place rests on, as the ledger tells: read by index, however much waits."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    case,
    cast,
    func,
    select,
)

from db.codec import facts_from_text
from db.ledger import Ledger
from db.outage import waits_for_archive
from db.prepared import Found, run
from db.states import HoldReason, Stage, StepState
from db.tables import IS_FOR_QUOTA, attempts, holds, jobs, steps
from db.values import Skill
from db.views import Problem
from farm.policy.gates import Facts
from farm.policy.order import Spot

_STEPS = (
    select(
        steps.c.id,
        steps.c.stage,
        steps.c.index.label("place"),
        steps.c.state,
        steps.c.capability,
        steps.c.profile,
        steps.c.department_id,
        steps.c.rank,
        steps.c.batch_id,
        steps.c.job_id,
        steps.c.window,
        steps.c.opening,
        steps.c.worker,
        steps.c.published_at,
        steps.c.not_before,
        steps.c.progress_done,
        steps.c.progress_total,
        steps.c.error_code,
        steps.c.error_facts,
        attempts.c.started_at,
        attempts.c.device,
        jobs.c.pool,
        jobs.c.member,
    )
    .select_from(
        steps.join(jobs, jobs.c.id == steps.c.job_id).outerjoin(
            attempts, (attempts.c.step_id == steps.c.id) & (attempts.c.number == steps.c.fence)
        )
    )
    .where(
        steps.c.job_id == bindparam("job"),
        steps.c.state.in_([StepState.READY.value, StepState.RUNNING.value]),
    )
    .order_by(steps.c.rank, steps.c.index)
)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(func.sum(case((condition, 1), else_=0)), BigInteger)


_RENDERS = f"{Stage.RENDER}."
_own = holds.alias("own")
_is_own = holds.c.member == _own.c.member
_HELD = (
    select(func.count().label("films"), _count(_is_own).label("own"))
    .select_from(_own.join(holds, holds.c.department_id == _own.c.department_id))
    .where(
        IS_FOR_QUOTA,
        _own.c.job_id == bindparam("job"),
        _own.c.reason == HoldReason.QUOTA.value,
        holds.c.job_id < _own.c.job_id,
    )
)


@dataclass(frozen=True, kw_only=True)
class StepFacts:
    """A step that runs or could run.

    Attributes:
        spot: where it stands in its department's line.
        stage: its stage.
        skill: what it needs.
        gate: what gates are asked of it.
        worker: who runs it; empty: nobody does.
        device: on what.
        started_at: since when, in milliseconds since the Unix epoch; 0: it does not run.
        done: of `total`, in whatever its stage counts.
        total: see above; 0: not known.
        sent_at: when a message about it was sent; 0: none is on its way.
        not_before: when it may go.
        problem: the error that it met last.
    """

    spot: Spot
    stage: Stage
    skill: Skill
    gate: Facts
    worker: str
    device: str
    started_at: int
    done: int
    total: int
    sent_at: int
    not_before: int
    problem: Problem | None


def read_steps(ledger: Ledger, job: int) -> tuple[StepFacts, ...]:
    """The steps of a job that run or could run, in their order.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            StepFacts(
                spot=Spot(
                    step=row.id,
                    job=row.job_id,
                    department=row.department_id,
                    rank=row.rank,
                    batch=row.batch_id,
                    index=row.place,
                ),
                stage=Stage(row.stage),
                skill=Skill(capability=row.capability, profile=row.profile),
                gate=_asked(row, renders=row.stage == Stage.RENDER.value, pool=row.pool, member=row.member),
                worker=row.worker or "",
                device=row.device or "",
                started_at=row.started_at if row.worker and row.started_at is not None else 0,
                done=row.progress_done,
                total=row.progress_total,
                sent_at=row.published_at,
                not_before=row.not_before,
                problem=None
                if row.error_code is None
                else Problem(code=row.error_code, facts=facts_from_text(row.error_facts)),
            )
            for row in run(connection, _STEPS, {"job": job})
        )


def read_held_before(ledger: Ledger, job: int) -> tuple[int, int]:
    """How many films wait for a quota before a job that does: all of its department, and those of its member.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        row = run(connection, _HELD, {"job": job}).one()
    return row.films, row.own or 0


def archive_hangs(ledger: Ledger) -> bool:
    """Whether no film is put into the archive just now, since it hung.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return waits_for_archive(connection, ledger.clock())


def _asked(row: Found, *, renders: bool, pool: str = "", member: str = "") -> Facts:
    return Facts(
        department=row.department_id,
        window=row.window,
        opening=bool(row.opening),
        renders=renders,
        pool=pool,
        member=member,
    )
