"""What is left of the films that are under way, to tell when they will be there; and their deadlines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, case, exists, func, select

from db import quotas, rows
from db.ledger import Ledger
from db.lifts import Lift, move_forward, read_lifts
from db.rights import COLUMNS, rights_of
from db.states import URGENCY, JobState, Stage, StepState
from db.tables import artifacts, departments, holds, jobs, steps
from farm.policy.deadlines import lifted
from farm.policy.eta import frames_of_script
from pipeline.plan.job import Format
from pipeline.plan.moments import iso

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
        jobs.c.deadline,
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
_may_be_lifted = and_(jobs.c.deadline.is_not(None), jobs.c.state.in_(_UNDER_WAY), ~_is_held)
_WANTED = (
    select(
        jobs.c.id,
        jobs.c.batch_id,
        jobs.c.deadline,
        jobs.c.precedence,
        jobs.c.priority,
        *COLUMNS,
    )
    .join_from(jobs, departments, departments.c.id == jobs.c.department_id)
    .where(_may_be_lifted)
    .order_by(jobs.c.id)
)
_STILL = _WANTED.where(jobs.c.id.in_(_JOBS)).with_for_update(key_share=True, of=jobs)


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """What is left of a film that is under way.

    Attributes:
        job: its id.
        batch: its batch's id.
        row: the row's id.
        window: the window outside of which nothing of it begins; empty for none.
        deadline: when it is wanted; None: whenever.
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
    deadline: int | None
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
        deadline=row.deadline,
        pool=row.pool,
        engine=spec["face"],
        format=Format(**spec["format"]),
        frames=frames,
        stages=stages,
    )


def read_wanted(ledger: Ledger) -> Mapping[int, int]:
    """The deadlines of films that may be lifted, by job: under way, not held, not lifted for that one yet.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = connection.execute(_WANTED).all()
        return {row.id: row.deadline for row in _liftable(connection, found)}


def lift(ledger: Ledger, wanted: Mapping[int, int], *, by: str) -> tuple[int, ...]:
    """Move films forward that would miss their deadlines; those that were. Audited, once for each deadline.

    How far is told by `farm.policy.deadlines.lifted`. Whoever gives one another urgency afterwards has the
    last word. It stays in its window.

    Args:
        ledger: the ledger.
        wanted: their deadlines, by job; one that has got another one since is left as it is.
        by: whose act it is.

    Raises:
        AwayError: ``ledger-away``.
    """
    forward: list[int] = []
    ordered = sorted(wanted)
    for start in range(0, len(ordered), rows.MANY):
        some = ordered[start : start + rows.MANY]
        with ledger.write("lift-late") as connection:
            # What a department may have stays so until its films have it.
            quotas.lock(connection, some)
            found = connection.execute(_STILL, {"jobs": some}).all()
            these = _liftable(connection, [row for row in found if row.deadline == wanted[row.id]])
            lifts = {
                (row.id, row.batch_id): _lift_of(row, to)
                for row in these
                if (to := _forward(row)) is not None
            }
            move_forward(connection, lifts, by=by, at=ledger.clock())
        forward += [job for job, _ in lifts]
    return tuple(forward)


def _liftable(
    connection: Connection, found: Sequence[Row[*tuple[Any, ...]]]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those that can be moved forward, and were not for the deadline that they have."""
    before = read_lifts(connection, [row.id for row in found])
    return [
        row
        for row in found
        if _forward(row) is not None
        and (row.id not in before or before[row.id].deadline != iso(row.deadline))
    ]


def _forward(row: Row[*tuple[Any, ...]]) -> tuple[str, int] | None:
    return lifted(rights_of(row), URGENCY[row.precedence].value, row.priority)


def _lift_of(row: Row[*tuple[Any, ...]], to: tuple[str, int]) -> Lift:
    return Lift(
        deadline=iso(row.deadline),
        urgency=to[0],
        priority=to[1],
        urgency_before=URGENCY[row.precedence].value,
        priority_before=row.priority,
    )
