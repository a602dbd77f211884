"""What a job's place rests on, as the ledger tells: read by index, however much waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    case,
    cast,
    false,
    func,
    select,
)

from db.codec import facts_from_text
from db.ledger import Ledger
from db.outage import waits_for_archive
from db.prepared import Found, run
from db.shares import Reader, read_standings
from db.states import HoldReason, Stage, StepState
from db.tables import IS_FOR_QUOTA, IS_OPEN, IS_READY, IS_RUNNING, IS_UNSENT, attempts, holds, jobs, steps
from db.values import Skill
from db.views import Problem
from farm.policy.gates import Facts
from farm.policy.order import Spot
from farm.policy.share import Ended, Share, Usage

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


def _before() -> ColumnElement[bool]:
    """Whether a step stands before the one that is asked about, in one department's line."""
    earlier: ColumnElement[bool] = false()
    for name, column in (
        ("place", steps.c.index),
        ("job", steps.c.job_id),
        ("batch", steps.c.batch_id),
        ("rank", steps.c.rank),
    ):
        here = bindparam(name, type_=BigInteger)
        earlier = (column < here) | ((column == here) & earlier)
    return earlier


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(func.sum(case((condition, 1), else_=0)), BigInteger)


_RENDERS = f"{Stage.RENDER}."
_LANE = (steps.c.capability, steps.c.profile, steps.c.department_id, steps.c.window, steps.c.opening)
_better = steps.c.rank <= bindparam("better", type_=BigInteger)
_same = ~_better & (steps.c.rank <= bindparam("same", type_=BigInteger))
# Everything that waits, counted by lane: the index of the lines alone is read.
_WAITING = (
    select(
        *_LANE,
        _count(_better).label("better"),
        _count(_same).label("same"),
        _count(_before() & _better).label("own_better"),
        _count(_before() & ~_better).label("own_same"),
    )
    .where(IS_READY, IS_OPEN, IS_UNSENT)
    .group_by(*_LANE)
)
_RUNNING = (
    select(
        steps.c.worker,
        steps.c.capability,
        steps.c.progress_done,
        steps.c.progress_total,
        attempts.c.started_at,
    )
    .join_from(steps, attempts, (attempts.c.step_id == steps.c.id) & (attempts.c.number == steps.c.fence))
    .where(IS_RUNNING)
)
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


@dataclass(frozen=True, kw_only=True)
class LaneCount:
    """How much of a lane may go before a step.

    Attributes:
        skill: what has to be able to do it.
        gate: what gates are asked of all of it.
        better: its steps of a better tier.
        same: those of the same tier.
        own_better: as `better`, of those that stand before the step if they are its department's.
        own_same: likewise of all others.
    """

    skill: Skill
    gate: Facts
    better: int
    same: int
    own_better: int
    own_same: int


@dataclass(frozen=True, kw_only=True)
class RunningStep:
    """A step that is running, as `StepFacts` has it."""

    worker: str
    capability: str
    started_at: int
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Lately:
    """At which pace work has gone, and who had it.

    Attributes:
        shares: how departments stand, by id.
        costs: for how long a step of a kind kept its worker, in milliseconds, as far as any has ended.
        films: how many were finished.
        film_ms: for how long each of these kept workers, all steps together; 0: none was finished.
    """

    shares: Mapping[int, Share]
    costs: Mapping[str, float]
    films: int
    film_ms: float


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


def read_counts(
    ledger: Ledger, spot: Spot, *, better: int, same: int
) -> tuple[Sequence[LaneCount], Sequence[RunningStep]]:
    """What waits in every lane that may go before a step, and what is running.

    What waits for a retry is counted, too.

    Args:
        ledger: the ledger.
        spot: where the step stands.
        better: the highest rank of a tier that is better than the step's.
        same: the highest rank of the step's own.

    Raises:
        AwayError: ``ledger-away``.
    """
    asked = {"rank": spot.rank, "batch": spot.batch, "job": spot.job, "place": spot.index}
    with ledger.read() as connection:
        lanes = [
            LaneCount(
                skill=Skill(capability=row.capability, profile=row.profile),
                gate=_asked(row, renders=row.capability.startswith(_RENDERS)),
                better=row.better,
                same=row.same,
                own_better=row.own_better,
                own_same=row.own_same,
            )
            for row in run(connection, _WAITING, {**asked, "better": better, "same": same})
        ]
        running = [
            RunningStep(
                worker=row.worker,
                capability=row.capability,
                started_at=row.started_at,
                done=row.progress_done,
                total=row.progress_total,
            )
            for row in run(connection, _RUNNING, {})
        ]
    return lanes, running


def read_lately(ledger: Ledger) -> Lately:
    """At which pace work has gone lately, and who had it: as the dispatcher reckons that.

    Raises:
        AwayError: ``ledger-away``.
    """
    reader, usage, now = Reader(ledger), Usage(ledger.clock()), ledger.clock()
    ended = [*reader.lately(), *reader.ended()]
    usage.tell(ended, now)
    standings = read_standings(ledger)
    films = sum(each.times for each in ended if each.capability == Stage.JOIN.value)
    return Lately(
        shares=usage.shares(standings.weights, standings.going),
        costs={each: usage.cost_ms(each) for each in {one.capability for one in ended}},
        films=films,
        film_ms=_of_a_film(ended, films) if films else 0.0,
    )


def _of_a_film(ended: Iterable[Ended], films: int) -> float:
    """What a film took: of a stage that more films have begun than were finished, its part of one."""
    held, times = Counter[str](), Counter[str]()
    for each in ended:
        # Of rendering there are several steps to a film.
        stage = each.capability.partition(".")[0]
        held[stage] += each.held_ms
        times[stage] += 0 if stage == Stage.RENDER.value else each.times
    return sum(spent / max(times[stage], films) for stage, spent in held.items())


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
