"""The outlook of what is under way: who is ahead, how much work that is, and what is waited for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, exists, func, select

from db import rows
from db.codec import facts_from_text, profile_from_text
from db.helping import Help, help_in
from db.lanes import lines_in
from db.ledger import Ledger
from db.pools import honoured_for_in
from db.prepared import Found, run
from db.ranks import FIRST_RANK
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

_rendered = case(
    (
        steps.c.state.in_([StepState.RUNNING.value, StepState.READY.value]) & (steps.c.progress_total > 0),
        steps.c.frames * steps.c.progress_done / steps.c.progress_total,
    ),
    else_=0,
)
_unrendered = (
    select(func.coalesce(func.sum(steps.c.frames - _rendered), 0))
    .where(
        steps.c.job_id == jobs.c.id,
        steps.c.stage == Stage.RENDER.value,
        steps.c.state != StepState.DONE.value,
    )
    .scalar_subquery()
)
#: Everything that is under way in the order of its work. A hundred thousand films may be: each is asked only
#: for what it has, and of most nobody has spoken a word.
_LINE = (
    select(
        jobs.c.id,
        jobs.c.batch_id,
        artifacts.c.size,
        case((jobs.c.profile.is_not(None), _unrendered)).label("left"),
        jobs.c.pool,
    )
    .join_from(jobs, artifacts, jobs.c.script_id == artifacts.c.id)
    .where(
        jobs.c.state.in_([JobState.QUEUED.value, JobState.ACTIVE.value]),
        jobs.c.id.not_in(select(holds.c.job_id)),
        jobs.c.window.not_in(bindparam("shut", expanding=True)),
    )
    .order_by(FIRST_RANK, jobs.c.batch_id, jobs.c.id)
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
#: One film of a line, and whether anybody works at it.
_ONE_OF = (
    select(steps.c.job_id.label("one"), _can_do.label("can_do"), _honoured.label("honoured"))
    .where(
        steps.c.capability == bindparam("capability"),
        steps.c.profile == bindparam("kit"),
        IS_READY,
        IS_OPEN,
        IS_UNSENT,
    )
    .limit(1)
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


class Outlook(Mapping[int, Place]):
    """The place in the line of every job that is under way and not held, in the order of the line.

    Of a hundred thousand jobs few are asked for: what is told of one is put together when it is asked for.

    Args:
        rows: each job's id, batch, pool and frames that are left, in the order of the line.
        us_per_frame: the measured pace; None: there is none yet.
        hands: workers by pool.
        kept: workers that render are there, so that those of a pool that has none are kept for others.
        stuck: jobs that wait for versions that nobody has; they are no work ahead of others.
    """

    def __init__(
        self,
        rows: Iterable[tuple[int, int, str, int]],
        *,
        us_per_frame: int | None,
        hands: Mapping[str, int],
        kept: bool,
        stuck: Collection[int],
    ) -> None:
        self._us_per_frame = us_per_frame
        self._hands = hands
        self._kept = kept
        self._stuck = stuck
        self._told: dict[int, tuple[int, int, str, int, int]] = {}
        self._places: dict[int, Place] = {}
        self._last: dict[int, dict[str, int]] = {}
        before: dict[str, int] = {}
        for ahead, (job, batch, pool, left) in enumerate(rows):
            frames = before.get(pool, 0)
            self._told[job] = (batch, ahead, pool, left, frames)
            if job not in stuck:
                before[pool] = frames + left
                self._last.setdefault(batch, {})[pool] = job

    def __getitem__(self, job: int) -> Place:
        """A job's place."""
        if job not in self._places:
            batch, ahead, pool, left, frames = self._told[job]
            workers = self._hands.get(pool, 0)
            self._places[job] = Place(
                batch=batch,
                ahead=ahead,
                eta=EtaInputs(
                    frames_left=left, frames_ahead=frames, us_per_frame=self._us_per_frame, workers=workers
                ),
                stuck=job in self._stuck,
                pool=pool,
                kept=self._kept and not workers,
            )
        return self._places[job]

    def __iter__(self) -> Iterator[int]:
        """The jobs in the order of the line."""
        return iter(self._told)

    def __len__(self) -> int:
        """How many are under way and not held."""
        return len(self._told)

    def last_of(self, batch: int) -> Place | None:
        """The place of a batch's last job that can go on, in the pool that takes longest; None: none can."""
        places = (self[job] for job in self._last.get(batch, {}).values())
        return max(
            (place for place in places if not place.kept),
            key=lambda place: estimate_ms(place.eta) or 0,
            default=None,
        )


#: That of a farm that has nothing to do.
NOTHING = Outlook((), us_per_frame=None, hands={}, kept=False, stuck=())


def read_outlook(ledger: Ledger) -> Outlook:
    """The place in the line of every job that is under way and not held, in the order of the line.

    That is the order of their ranks (`farm.policy.order`); how departments share the farm is not foretold.
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
        shut = list(shut_at(connection, ledger.clock()))
        rows = [
            (row.id, row.batch_id, row.pool, _frames_left(row))
            for row in run(connection, _LINE, {}, {"shut": shut})
        ]
        able = {
            pool: own[pool] or sum(own[each] for each in _helpers(help_, pool))
            for pool in {pool for _, _, pool, _ in rows}
        }
        return Outlook(
            rows, us_per_frame=us_per_frame, hands=able, kept=bool(hands), stuck=_read_stuck(connection)
        )


def _frames_left(row: Found) -> int:
    """What is left to render of a film; by its script, as long as it is not spoken."""
    return frames_of_script(row.size) if row.left is None else int(row.left)


def read_ahead(ledger: Ledger, *, precedence: int, pools: Collection[str] = ("",)) -> int:
    """Frames still to be rendered for all jobs of some pools that go before a new one of a precedence.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        asked = (jobs.c.precedence <= precedence) & jobs.c.pool.in_(sorted(pools))
        before = connection.execute(_LINE.where(asked), {"shut": list(shut_at(connection, ledger.clock()))})
        return sum(map(_frames_left, before))


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
    for skill, line in lines_in(connection).items():
        asked = {"capability": skill.capability, "kit": skill.profile}
        one = run(connection, _ONE_OF, asked).first() if line.lanes else None
        if one is None or one.honoured or help_.helpers(skill.capability, skill.profile):
            continue
        planned = connection.execute(_PLANNED, {"job": one.one}).scalar()
        wait = _wait_for(
            skill.capability,
            skill.profile,
            planned,
            lambda can: _honoured_by_any(connection, can),
            can_do=bool(one.can_do or help_.helpers(skill.capability)),
        )
        if wait.why is Waiting.NO_VERSION:
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


def _until(wait: Wait) -> int:
    return wait.until
