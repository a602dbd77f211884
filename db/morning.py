"""What a report of a night asks the ledger: what was slow, found, lost, what is held and left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, cast, exists, func, select
from sqlalchemy.dialects.postgresql import JSON

from db.codec import facts_from_text
from db.ledger import Ledger
from db.states import CardState, JobState, Outcome, Stage, StepState
from db.tables import artifacts, attempts, cards, holds, jobs, steps
from db.views import Problem
from farm.policy.eta import frames_of_script
from farm.policy.periods import Period
from pipeline.plan.job import Format

_QUARTER_MS = 900_000
_UNDER_WAY = [JobState.QUEUED.value, JobState.ACTIVE.value]
_ENDED = (attempts.c.ended_at >= bindparam("since"), attempts.c.ended_at < bindparam("until"))
_JOBS_ENDED = (jobs.c.ended_at >= bindparam("since"), jobs.c.ended_at < bindparam("until"))


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Jobs that ended in one quarter of an hour in one state."""

    at: int
    state: JobState
    films: int


@dataclass(frozen=True, kw_only=True)
class Slow:
    """A step that took long: which one, for how long, and how much film came of it."""

    job: int
    row: str
    stage: Stage
    index: int
    held_ms: int
    film_ms: int
    worker: str


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A worker that was lost in the midst of steps, how often, and what of its time was wasted by that."""

    worker: str
    times: int
    wasted_ms: int


@dataclass(frozen=True, kw_only=True)
class OutCard:
    """A card that gets no work."""

    host: str
    device: str
    name: str
    state: CardState
    problem: Problem
    since: int


@dataclass(frozen=True, kw_only=True)
class Left:
    """Films of one look, pool and window that no hold keeps: how many, and frames yet to be rendered."""

    pool: str
    window: str
    engine: str
    format: Format
    films: int
    frames: int


_quarter = jobs.c.ended_at // _QUARTER_MS
_ENDS = (
    select(_quarter.label("quarter"), jobs.c.state, func.count().label("films"))
    .where(
        jobs.c.state.in_([JobState.COMPLETED.value, JobState.FAILED.value, JobState.CANCELED.value]),
        *_JOBS_ENDED,
    )
    .group_by(_quarter, jobs.c.state)
)
_is_held = exists().where(holds.c.job_id == jobs.c.id)
_SLOW = (
    select(
        jobs.c.id, jobs.c.row_name, jobs.c.frames.label("film"), jobs.c.spec,
        steps.c.stage, steps.c.index.label("place"), steps.c.frames, attempts.c.held_ms, attempts.c.worker,
    )
    .join_from(attempts, steps, steps.c.id == attempts.c.step_id)
    .join(jobs, jobs.c.id == steps.c.job_id)
    .where(attempts.c.outcome == Outcome.OK.value, attempts.c.held_ms > 0, *_ENDED)
    .order_by(attempts.c.held_ms.desc(), steps.c.id)
    .limit(bindparam("most"))
)  # fmt: skip
_LOST = (
    select(
        attempts.c.worker,
        func.count().label("times"),
        func.sum(attempts.c.held_ms - attempts.c.good_ms).label("wasted_ms"),
    )
    .where(attempts.c.outcome == Outcome.LOST.value, *_ENDED)
    .group_by(attempts.c.worker)
    .order_by(func.count().desc(), attempts.c.worker)
)
_OUT = select(cards).where(cards.c.state != CardState.WELL.value).order_by(cards.c.host, cards.c.device)
_to_render = (
    select(func.sum(steps.c.frames))
    .where(
        steps.c.job_id == jobs.c.id,
        steps.c.stage == Stage.RENDER.value,
        steps.c.state.in_([StepState.BLOCKED.value, StepState.READY.value, StepState.RUNNING.value]),
    )
    .correlate(jobs)
    .scalar_subquery()
)
_planned = exists().where(steps.c.job_id == jobs.c.id, steps.c.stage == Stage.RENDER.value)


def _of_spec(dialect: str, *path: str) -> ColumnElement[str]:
    if dialect == "sqlite":
        return func.json_extract(jobs.c.spec, "$." + ".".join(path))
    return func.json_extract_path_text(cast(jobs.c.spec, JSON), *path)


def read_ends(ledger: Ledger, period: Period) -> tuple[Ended, ...]:
    """How many jobs ended, by quarter of an hour and state.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            Ended(at=int(row.quarter) * _QUARTER_MS, state=JobState(row.state), films=row.films)
            for row in connection.execute(_ENDS, _of(period))
        )


def read_slow(ledger: Ledger, period: Period, *, most: int) -> tuple[Slow, ...]:
    """The steps that kept a worker for longest, of those that ended well.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = []
        for row in connection.execute(_SLOW, {**_of(period), "most": most}):
            fps = json.loads(row.spec)["format"]["fps"]
            frames = row.frames if row.stage == Stage.RENDER.value else row.film or 0
            found.append(
                Slow(
                    job=row.id,
                    row=row.row_name,
                    stage=Stage(row.stage),
                    index=row.place,
                    held_ms=row.held_ms,
                    film_ms=frames * 1000 // fps,
                    worker=row.worker,
                )
            )
        return tuple(found)


def read_lost(ledger: Ledger, period: Period) -> tuple[Lost, ...]:
    """The workers that were lost in the midst of steps.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            Lost(worker=row.worker, times=row.times, wasted_ms=int(row.wasted_ms))
            for row in connection.execute(_LOST, _of(period))
        )


def read_out(ledger: Ledger) -> tuple[OutCard, ...]:
    """The cards that get no work now.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            OutCard(
                host=row.host,
                device=row.device,
                name=row.name,
                state=CardState(row.state),
                problem=Problem(code=row.reason, facts=facts_from_text(row.facts)),
                since=row.since,
            )
            for row in connection.execute(_OUT)
        )


def read_left(ledger: Ledger) -> tuple[Left, ...]:
    """What is to be made of films that are not held: by looks, in frames; unspoken ones by their scripts.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        dialect = connection.dialect.name
        face, width, height, fps = (
            _of_spec(dialect, *path)
            for path in (("face",), ("format", "width"), ("format", "height"), ("format", "fps"))
        )
        question = (
            select(
                jobs.c.pool,
                jobs.c.window,
                face.label("face"),
                cast(width, Integer).label("width"),
                cast(height, Integer).label("height"),
                cast(fps, Integer).label("fps"),
                func.count().label("films"),
                func.sum(_to_render).label("frames"),
                func.sum(case((_planned, 0), else_=artifacts.c.size)).label("unspoken"),
            )
            .join_from(jobs, artifacts, artifacts.c.id == jobs.c.script_id)
            .where(and_(jobs.c.state.in_(_UNDER_WAY), ~_is_held))
            .group_by(jobs.c.pool, jobs.c.window, face, width, height, fps)
        )
        return tuple(
            Left(
                pool=row.pool,
                window=row.window,
                engine=row.face,
                format=Format(width=row.width, height=row.height, fps=row.fps),
                films=row.films,
                frames=int(row.frames or 0) + frames_of_script(int(row.unspoken or 0)),
            )
            for row in connection.execute(question)
        )


def _of(period: Period) -> Mapping[str, int]:
    return {"since": period.since, "until": period.until}
