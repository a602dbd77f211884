"""The outlook of what is under way: who is ahead, how much work that is, and what is waited for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, exists, func, select

from db import rows
from db.codec import facts_from_text, profile_from_text
from db.helping import Help, help_in
from db.ledger import Ledger
from db.pools import honoured_for_in
from db.states import JobState, Outcome, Stage, StepState
from db.tables import IS_OPEN, IS_READY, IS_UNSENT, artifacts, attempts, holds, jobs, skills, steps, workers
from db.views import Problem
from db.windows import shut_at
from farm.policy.eta import EtaInputs, estimate_ms, frames_of_script
from farm.policy.pools import bound, plain_of, pool_of
from farm.policy.profiles import choose_profile, version_of
from farm.policy.retry import waits
from pipeline.plan.faceway import way_in
from pipeline.plan.job import RenderProfile

_RECENT = 100
_RENDERS = f"{Stage.RENDER}."

_is_held = exists().where(holds.c.job_id == jobs.c.id)
_rendered = case(
    (
        steps.c.state.in_([StepState.RUNNING.value, StepState.READY.value]) & (steps.c.progress_total > 0),
        steps.c.frames * steps.c.progress_done / steps.c.progress_total,
    ),
    else_=0,
)
_unrendered = (
    select(steps.c.job_id, func.sum(steps.c.frames - _rendered).label("frames"))
    .where(steps.c.stage == Stage.RENDER.value, steps.c.state != StepState.DONE.value)
    .group_by(steps.c.job_id)
    .subquery("unrendered")
)
#: Everything that is under way in the order of its work.
_LINE = (
    select(
        jobs.c.id,
        jobs.c.batch_id,
        jobs.c.profile.is_not(None).label("spoken"),
        artifacts.c.size,
        func.coalesce(_unrendered.c.frames, 0).label("left"),
        jobs.c.pool,
    )
    .join_from(jobs, artifacts, jobs.c.script_id == artifacts.c.id)
    .outerjoin(_unrendered, _unrendered.c.job_id == jobs.c.id)
    .where(
        jobs.c.state.in_([JobState.QUEUED.value, JobState.ACTIVE.value]),
        ~_is_held,
        jobs.c.window.not_in(bindparam("shut", expanding=True)),
    )
    .order_by(jobs.c.precedence, jobs.c.batch_id, jobs.c.id)
)
_latest = (
    select(steps.c.frames, attempts.c.machine_ms)
    .join_from(attempts, steps, attempts.c.step_id == steps.c.id)
    .where(attempts.c.outcome == Outcome.OK.value, steps.c.stage == Stage.RENDER.value, steps.c.frames > 0)
    .order_by(attempts.c.ended_at.desc())
    .limit(_RECENT)
    .subquery("latest")
)
_PACE = select(func.sum(_latest.c.machine_ms).label("ms"), func.sum(_latest.c.frames).label("frames"))
_HANDS = (
    select(workers.c.name, skills.c.capability)
    .distinct()
    .join_from(workers, skills, skills.c.worker == workers.c.name)
    .where(workers.c.alive == 1, workers.c.draining == 0, skills.c.capability.like(f"{Stage.RENDER.value}.%"))
)
_can_do = (
    exists()
    .where(
        skills.c.worker == workers.c.name,
        workers.c.alive == 1,
        workers.c.draining == 0,
        skills.c.capability == steps.c.capability,
    )
    .correlate(steps)
)
_honoured = _can_do.where(skills.c.profile == steps.c.profile)
#: The lines that nobody works at, seldom any, each with one of its films.
_DESERTED = (
    select(
        steps.c.capability,
        steps.c.profile.label("kit"),
        func.min(steps.c.job_id).label("one"),
        _can_do.label("can_do"),
    )
    .where(IS_READY, IS_OPEN, IS_UNSENT)
    .group_by(steps.c.capability, steps.c.profile)
    .having(~_honoured)
)
_PLANNED = select(jobs.c.profile).where(jobs.c.id == bindparam("job"))
_IN_LINE = select(steps.c.job_id).where(
    steps.c.capability == bindparam("capability"),
    steps.c.profile == bindparam("kit"),
    IS_READY,
    IS_OPEN,
    IS_UNSENT,
)
_OPEN_STEPS = (
    select(
        steps.c.job_id,
        steps.c.state,
        steps.c.not_before,
        steps.c.error_code,
        steps.c.error_facts,
        steps.c.capability,
        steps.c.profile.label("kit"),
        jobs.c.profile.label("planned"),
        _can_do.label("can_do"),
        _honoured.label("honoured"),
    )
    .join_from(steps, jobs, steps.c.job_id == jobs.c.id)
    .where(
        steps.c.job_id.in_(bindparam("jobs", expanding=True)),
        steps.c.stage != Stage.ARCHIVE.value,
        steps.c.state.in_([StepState.READY.value, StepState.RUNNING.value]),
    )
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A job's place in the line.

    Attributes:
        batch: its batch's id.
        ahead: unfinished jobs before it.
        eta: what an estimate of its end rests on: work and workers of its pool.
        stuck: whether it waits for versions of engines that nobody has, so that nobody can tell its end.
        pool: whose workers render it; empty for none.
        kept: whether every worker that renders is kept for films of other pools.
    """

    batch: int
    ahead: int
    eta: EtaInputs
    stuck: bool = False
    pool: str = ""
    kept: bool = False


class Waiting(StrEnum):
    """Why none of a job's steps can go on."""

    NO_WORKER = "no-worker"
    """Nobody is there who can do it."""
    NO_POOL = "no-pool"
    """Nobody is there who renders films of its pool, or whoever renders is kept for others."""
    NO_PROFILE = "no-profile"
    """Nobody is there who renders as the film was planned; it is planned anew before long."""
    NO_VERSION = "no-version"
    """Nobody is there with the versions of engines that it was begun with; an operator may move it."""
    RETRY = "retry"
    """It is tried again after an error."""
    SHARED = "shared"
    """Another job makes a part of it."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What a job waits for while none of its steps can go on.

    Attributes:
        why: what for.
        until: when the next one may go on, in milliseconds since the Unix epoch; 0: nobody knows.
        problem: the error after which it is tried again; None when that is not why.
        needs: the versions of engines, or the pool, that it waits for, if that is why; else empty.
    """

    why: Waiting
    until: int
    problem: Problem | None
    needs: str = ""


def read_outlook(ledger: Ledger) -> Mapping[int, Place]:
    """The place in the line of every job that is under way and not held, nor waits for a window, in order.

    Films that are not spoken yet are counted by the length of their scripts. A film that waits for versions
    of engines that nobody has is no work ahead of others: these go on meanwhile.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        pace = connection.execute(_PACE).one()
        us_per_frame = int(pace.ms * 1000 // pace.frames) if pace.frames else None
        hands = {(row.name, pool_of(row.capability)) for row in connection.execute(_HANDS)}
        own, help_ = Counter(pool for _, pool in hands), help_in(connection)
        stuck = _read_stuck(connection)
        places: dict[int, Place] = {}
        before: Counter[str] = Counter()
        shut = list(shut_at(connection, ledger.clock()))
        able: dict[str, int] = {}
        for row in connection.execute(_LINE, {"shut": shut}):
            left = int(row.left) if row.spoken else frames_of_script(row.size)
            if row.pool not in able:
                able[row.pool] = own[row.pool] or sum(own[each] for each in _helpers(help_, row.pool))
            eta = EtaInputs(
                frames_left=left,
                frames_ahead=before[row.pool],
                us_per_frame=us_per_frame,
                workers=able[row.pool],
            )
            place = Place(
                batch=row.batch_id,
                ahead=len(places),
                eta=eta,
                stuck=row.id in stuck,
                pool=row.pool,
                kept=bool(hands) and not eta.workers,
            )
            places[row.id] = place
            before[row.pool] += 0 if place.stuck else left
    return places


def read_ahead(ledger: Ledger, *, precedence: int, pools: Collection[str] = ("",)) -> int:
    """Frames still to be rendered for all jobs of some pools that go before a new one of a precedence.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        asked = (jobs.c.precedence <= precedence) & jobs.c.pool.in_(sorted(pools))
        before = connection.execute(_LINE.where(asked), {"shut": list(shut_at(connection, ledger.clock()))})
        return sum(int(row.left) if row.spoken else frames_of_script(row.size) for row in before)


def read_waits(ledger: Ledger, job_ids: Collection[int]) -> Mapping[int, Wait]:
    """Of some jobs those that wait: each step that could run has to wait for its time, or for a worker.

    Raises:
        AwayError: ``ledger-away``.
    """
    waits: dict[int, Wait] = {}
    going: set[int] = set()
    now = ledger.clock()
    asked = sorted(job_ids)
    with ledger.read() as connection:
        help_ = help_in(connection)
        honoured: dict[str, tuple[RenderProfile, ...]] = {}

        def honoured_with(capability: str) -> tuple[RenderProfile, ...]:
            if capability not in honoured:
                honoured[capability] = _honoured_by_any(connection, capability)
            return honoured[capability]

        for start in range(0, len(asked), rows.MANY):
            for row in connection.execute(_OPEN_STEPS, {"jobs": asked[start : start + rows.MANY]}).all():
                wait = _wait_of(row, now, honoured_with, help_)
                if wait is None:
                    going.add(row.job_id)
                else:
                    waits[row.job_id] = min(waits.get(row.job_id, wait), wait, key=_until)
    return {job: wait for job, wait in waits.items() if job not in going}


def _read_stuck(connection: Connection) -> frozenset[int]:
    """The films of which a step could go on at once if anybody had the versions that they were begun with."""
    stuck: set[int] = set()
    help_ = help_in(connection)
    for line in connection.execute(_DESERTED).all():
        if help_.helpers(line.capability, line.kit):
            continue
        planned = connection.execute(_PLANNED, {"job": line.one}).scalar()
        wait = _wait_for(
            line.capability,
            line.kit,
            planned,
            lambda can: _honoured_by_any(connection, can),
            can_do=line.can_do or bool(help_.helpers(line.capability)),
        )
        if wait.why is Waiting.NO_VERSION:
            asked = {"capability": line.capability, "kit": line.kit}
            stuck.update(connection.execute(_IN_LINE, asked).scalars())
    return frozenset(stuck)


def _helpers(help_: Help, pool: str) -> tuple[str, ...]:
    """The pools that would render a pool's films, however they do it."""
    ways = {plain_of(each.capability) for each in help_.able}
    return tuple({helper for way in ways for helper in help_.helpers(bound(way, pool))})


def _honoured_by_any(connection: Connection, capability: str) -> tuple[RenderProfile, ...]:
    return tuple(profile for each in honoured_for_in(connection, capability) for profile in each)


def _wait_of(
    row: Row[*tuple[Any, ...]],
    now: int,
    honoured_with: Callable[[str], tuple[RenderProfile, ...]],
    help_: Help,
) -> Wait | None:
    """What a step waits for; None: for its turn alone, or it is running."""
    if row.state == StepState.RUNNING.value:
        return None
    if not row.honoured and not help_.helpers(row.capability, row.kit):
        can_do = row.can_do or bool(help_.helpers(row.capability))
        return _wait_for(row.capability, row.kit, row.planned, honoured_with, can_do=can_do)
    if not waits(row.not_before, now):
        return None
    if row.error_code is None:
        return Wait(why=Waiting.SHARED, until=row.not_before, problem=None)
    problem = Problem(code=row.error_code, facts=facts_from_text(row.error_facts))
    return Wait(why=Waiting.RETRY, until=row.not_before, problem=problem)


def _wait_for(
    capability: str,
    kit: str,
    plan: str | None,
    honoured_with: Callable[[str], tuple[RenderProfile, ...]],
    *,
    can_do: bool,
) -> Wait:
    """What a step waits for that nobody does as it was planned."""
    if not can_do:
        pool = pool_of(capability)
        return Wait(why=Waiting.NO_POOL if pool else Waiting.NO_WORKER, until=0, problem=None, needs=pool)
    planned = profile_from_text(plan) if capability.startswith(_RENDERS) else None
    if planned is None:
        return Wait(why=Waiting.NO_VERSION, until=0, problem=None, needs=kit)
    honoured, way = honoured_with(capability), way_in(planned)
    if choose_profile(honoured, way) is None:
        return Wait(why=Waiting.NO_WORKER, until=0, problem=None)
    if choose_profile(honoured, way, version=planned.version) is not None:
        return Wait(why=Waiting.NO_PROFILE, until=0, problem=None)
    return Wait(why=Waiting.NO_VERSION, until=0, problem=None, needs=version_of(planned))


def last_of(places: Iterable[Place], batch: int) -> Place | None:
    """The place of the batch's last job that can go on, in the pool that takes longest; None: none can."""
    last: dict[str, Place] = {}
    for place in places:
        if place.batch == batch and not place.stuck and not place.kept:
            last[place.pool] = place
    return max(last.values(), key=lambda place: estimate_ms(place.eta) or 0, default=None)


def _until(wait: Wait) -> int:
    return wait.until
