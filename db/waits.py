"""What jobs wait for while none of their steps can go on: a time, a worker, or versions of engines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, select

from db import rows
from db.codec import facts_from_text, profile_from_text
from db.helping import Help, help_in
from db.ledger import Ledger
from db.pools import honoured_for_in
from db.states import Stage, StepState
from db.tables import jobs, skills, steps, workers
from db.views import Problem
from farm.policy.pools import pool_of
from farm.policy.profiles import choose_profile, version_of
from farm.policy.retry import waits
from pipeline.plan.faceway import way_in
from pipeline.plan.job import RenderProfile

_RENDERS = f"{Stage.RENDER}."
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


def _until(wait: Wait) -> int:
    return wait.until
