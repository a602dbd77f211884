"""What is left of the films that are under way, to tell when they will be there; and their deadlines."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Row, and_, bindparam, case, exists, func, insert, select

from db import rows
from db.ledger import Ledger
from db.ranks import set_standing
from db.states import PRECEDENCE, JobState, Stage, StepState, Urgency
from db.tables import artifacts, audit, holds, jobs, steps
from farm.policy.eta import frames_of_script
from pipeline.plan.job import Format

_UNDER_WAY = [JobState.QUEUED.value, JobState.ACTIVE.value]
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_LEFT = [StepState.BLOCKED.value, StepState.READY.value, StepState.RUNNING.value]
_is_held = exists().where(holds.c.job_id == jobs.c.id)
# A step that runs has its frames counted as far as they are rendered, and so has one that was given back.
_frames = case(
    (
        steps.c.progress_total > 0,
        steps.c.frames - steps.c.frames * steps.c.progress_done / steps.c.progress_total,
    ),
    else_=steps.c.frames,
)
_next = (
    select(func.min(steps.c.rank))
    .where(steps.c.job_id == jobs.c.id, steps.c.state.in_(_LEFT))
    .scalar_subquery()
)
_QUEUE = (
    select(
        jobs.c.id,
        jobs.c.batch_id,
        jobs.c.row_name,
        jobs.c.window,
        jobs.c.pool,
        jobs.c.spec,
        jobs.c.frames,
        artifacts.c.size,
        _next.label("rank"),
    )
    .join_from(jobs, artifacts, jobs.c.script_id == artifacts.c.id)
    .where(jobs.c.state.in_(_UNDER_WAY), ~_is_held)
    .order_by(_next, jobs.c.batch_id, jobs.c.id)
    .limit(bindparam("limit"))
)
_STEPS = (
    select(steps.c.job_id, steps.c.stage, _frames.label("frames"))
    .where(steps.c.job_id.in_(_JOBS), steps.c.state.in_(_LEFT), steps.c.stage != Stage.ARCHIVE.value)
    .order_by(steps.c.job_id, steps.c.index)
)
_VERB = "deadline"
_may_be_lifted = and_(
    jobs.c.deadline.is_not(None),
    jobs.c.state.in_(_UNDER_WAY),
    jobs.c.precedence != PRECEDENCE[Urgency.URGENT],
    ~_is_held,
    ~exists().where(audit.c.job_id == jobs.c.id, audit.c.verb == _VERB),
)
_WANTED = select(jobs.c.id, jobs.c.deadline).where(_may_be_lifted)
_STILL = (
    select(jobs.c.id, jobs.c.batch_id)
    .where(jobs.c.id.in_(_JOBS), _may_be_lifted)
    .order_by(jobs.c.id)
    .with_for_update(key_share=True)
)
_AUDIT = insert(audit)


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """What is left of a film that is under way.

    Attributes:
        job: its id.
        batch: its batch's id.
        row: the row's id.
        window: the window outside of which nothing of it begins; empty for none.
        pool: whose workers render it; empty for none.
        engine: who draws the face.
        format: the film's picture.
        frames: the film's length, as far as it is known; else by the length of its script.
        stages: those before the archive that are not done, in order; of each the frames of its parts.
            Rendering that is not planned yet is one part of all frames.
    """

    job: int
    batch: int
    row: str
    window: str
    pool: str
    engine: str
    format: Format
    frames: int
    stages: Mapping[Stage, Sequence[int]]


def read_remaining(ledger: Ledger, *, most: int) -> tuple[Remaining, ...]:
    """What is left of the first films of the queue, in its order; of those that are not held.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = connection.execute(_QUEUE, {"limit": most}).all()
        parts: dict[int, dict[Stage, list[int]]] = {row.id: {} for row in found}
        ids = [row.id for row in found]
        for start in range(0, len(ids), rows.MANY):
            for step in connection.execute(_STEPS, {"jobs": ids[start : start + rows.MANY]}):
                parts[step.job_id].setdefault(Stage(step.stage), []).append(int(step.frames))
    return tuple(_remaining(row, parts[row.id]) for row in found)


def _remaining(row: Row[*tuple[Any, ...]], parts: Mapping[Stage, Sequence[int]]) -> Remaining:
    spec = json.loads(row.spec)
    frames = row.frames or sum(parts.get(Stage.RENDER, ())) or frames_of_script(row.size)
    stages: dict[Stage, Sequence[int]] = {}
    for stage in Stage:
        if stage is Stage.RENDER and Stage.RENDER not in parts and Stage.SPEAK in parts:
            stages[stage] = [frames]
        elif stage in parts:
            stages[stage] = parts[stage] if stage is Stage.RENDER else [frames]
    return Remaining(
        job=row.id,
        batch=row.batch_id,
        row=row.row_name,
        window=row.window,
        pool=row.pool,
        engine=spec["face"],
        format=Format(**spec["format"]),
        frames=frames,
        stages=stages,
    )


def read_wanted(ledger: Ledger) -> Mapping[int, int]:
    """The deadlines of films that may be lifted, by job: under way, not held, not urgent, never lifted yet.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {row.id: row.deadline for row in connection.execute(_WANTED)}


def lift(ledger: Ledger, job_ids: Collection[int], *, by: str) -> tuple[int, ...]:
    """Make films urgent that would miss their deadlines, each once; those that were not so already. Audited.

    Whoever gives one another urgency afterwards has the last word. It stays in its window.

    Raises:
        AwayError: ``ledger-away``.
    """
    lifted: list[int] = []
    ordered = sorted(job_ids)
    for start in range(0, len(ordered), rows.MANY):
        with ledger.write("lift-late") as connection:
            some = {"jobs": ordered[start : start + rows.MANY]}
            still = connection.execute(_STILL, some).all()
            if not still:
                continue
            these = [row.id for row in still]
            set_standing(connection, these, urgency=Urgency.URGENT)
            entry = {"at": ledger.clock(), "by": by, "verb": _VERB, "detail": Urgency.URGENT.value}
            connection.execute(
                _AUDIT, [{**entry, "batch_id": row.batch_id, "job_id": row.id} for row in still]
            )
            lifted += these
    return tuple(lifted)
