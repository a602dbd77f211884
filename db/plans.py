"""Plans: the steps that a job begins with, and the render steps once its length is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, select, update

from db import rows
from db.prepared import run
from db.states import STAGE_ORDER, URGENCY, Stage, StepState, capability_of
from db.tables import jobs, steps
from db.values import Chunk, Claim
from farm.policy.affinity import affinity_of
from farm.policy.order import Standing, rank
from farm.policy.pools import bound
from pipeline.plan.job import JobSpec


def stages_of(spec: JobSpec) -> Iterator[Stage]:
    """The stages that a job begins with, in order: renders are planned once its length is known."""
    if spec.brief is not None:
        yield Stage.WRITE
    if spec.recording is None:
        yield Stage.SPEAK
    if spec.recording is not None or spec.hearing is not None:
        yield Stage.LISTEN
    yield Stage.JOIN
    yield Stage.ARCHIVE


def rank_of(standing: Standing, stage: Stage, *, first: bool) -> int:
    """The rank of a job's step of a stage; `first`: it is the job's first one."""
    return rank(standing, later=0 if first else STAGE_ORDER[stage])


def new_step(
    *,
    job: int,
    batch: int,
    department: int,
    stage: Stage,
    capability: str,
    rank: int,
    window: str = "",
    opening: bool = False,
    affinity: str = "",
) -> dict[str, Any]:
    """A step's row as it begins: blocked, with nothing done."""
    return {
        "job_id": job,
        "stage": stage.value,
        "index": 0,
        "first": 0,
        "end": 0,
        "frames": 0,
        "state": StepState.BLOCKED.value,
        "closed": 0,
        "department_id": department,
        "capability": capability,
        "rank": rank,
        "window": window,
        "opening": int(opening),
        "affinity": affinity,
        "batch_id": batch,
        "profile": "",
        "fence": 0,
        "lease": 0,
        "not_before": 0,
        "published_at": 0,
        "failures": 0,
        "waits": 0,
        "deaths": 0,
        "avoid_until": 0,
        "progress_done": 0,
        "progress_total": 0,
    }


def plan_renders(connection: Connection, claim: Claim, chunks: Sequence[Chunk], profile: str) -> None:
    """Enter one render step per chunk, blocked; those of an earlier plan take the new one's places."""
    planner = run(connection, _PLANNER, {"step": claim.step}).one()
    standing = Standing(
        submitted_ms=planner.submitted_at, urgency=URGENCY[planner.precedence], priority=planner.priority
    )
    planned = [
        {
            **new_step(
                job=claim.job,
                batch=claim.batch,
                department=planner.department_id,
                stage=Stage.RENDER,
                capability=bound(capability_of(Stage.RENDER, claim.spec.face), planner.pool),
                rank=rank_of(standing, Stage.RENDER, first=False),
                window=planner.window,
                affinity=affinity_of(Stage.RENDER, claim.spec),
            ),
            "index": index,
            "first": chunk.first,
            "end": chunk.end,
            "frames": chunk.frames,
            "closed": planner.closed,
            "profile": profile,
        }
        for index, chunk in enumerate(chunks)
    ]
    run(connection, rows.spoken(connection, _PLAN), planned)
    run(connection, _EMPTY, {"job": claim.job, "count": len(chunks)})


def _planning(inserter: rows.Inserter) -> Executable:
    entered = inserter(steps)
    new = entered.excluded
    return entered.on_conflict_do_update(
        index_elements=[steps.c.job_id, steps.c.stage, steps.c.index],
        set_={
            "first": new["first"],
            "end": new.end,
            "frames": new.frames,
            "profile": new.profile,
            "capability": new.capability,
            "state": new.state,
            "rank": new.rank,
            "window": new.window,
            "affinity": new.affinity,
            "not_before": 0,
        },
    )


_PLAN = rows.per_dialect(_planning)
# An operator may have handed the film to another pool since it was claimed.
_PLANNER = (
    select(
        steps.c.department_id,
        steps.c.closed,
        steps.c.window,
        jobs.c.pool,
        jobs.c.submitted_at,
        jobs.c.precedence,
        jobs.c.priority,
    )
    .join_from(steps, jobs, steps.c.job_id == jobs.c.id)
    .where(steps.c.id == bindparam("step"))
)
# A plan made anew may be shorter; what is left over of the old one has nothing to do.
_EMPTY = (
    update(steps)
    .where(
        steps.c.job_id == bindparam("job"),
        steps.c.stage == Stage.RENDER.value,
        steps.c.index >= bindparam("count"),
    )
    .values(first=0, end=0, frames=0, state=StepState.DONE.value)
)
