"""The census: workers, cards, dead letters and what waits for the archive, counted.

Counted by indices: what is over and done costs little, however much of it there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, literal, select, union_all

from db.fitness import is_ill
from db.ledger import Ledger
from db.prepared import Found, run
from db.states import ArchiveState, CardState, Condition, JobState, Stage, StepState, WorkerOrder
from db.tables import cards, departments, jobs, pools, posts, skills, steps, workers
from farm.policy.pools import ANY, pools_rendering

#: A worker that fell silent without a word.
GONE = "gone"

_FAILED = jobs.c.state == JobState.FAILED.value
_COMPLETED = jobs.c.state == JobState.COMPLETED.value
_DEAD = union_all(
    select(steps.c.stage, func.count().label("steps"))
    .join_from(jobs, steps, steps.c.job_id == jobs.c.id)
    .where(_FAILED, steps.c.state == StepState.DEAD.value)
    .group_by(steps.c.stage),
    select(literal(Stage.ARCHIVE.value), func.count()).where(
        _COMPLETED, jobs.c.archive == ArchiveState.ERROR.value
    ),
)
_PENDING = select(func.count().label("films"), func.min(jobs.c.ended_at).label("since")).where(
    _COMPLETED, jobs.c.archive == ArchiveState.PENDING.value
)
_WORKERS = select(
    workers.c.name,
    workers.c.alive,
    workers.c.draining,
    posts.c.condition,
    posts.c.ordered,
    is_ill(workers.c.host, workers.c.device).label("ill"),
).outerjoin_from(workers, posts, posts.c.worker == workers.c.name)
_SKILLS = select(skills.c.worker, skills.c.capability).distinct()
_CARDS = select(cards.c.state, func.count().label("cards")).group_by(cards.c.state)
_POOLS = union_all(select(departments.c.pool.label("name")), select(pools.c.name))


@dataclass(frozen=True, kw_only=True)
class Pending:
    """What waits for the archive: how many films, and when the first of them was finished; None: none."""

    films: int
    since: int | None


def read_dead_letters(ledger: Ledger) -> Mapping[Stage, int]:
    """How many dead letters there are, by stage; the stages that have any.

    Raises:
        AwayError: ``ledger-away``.
    """
    found: Counter[Stage] = Counter()
    with ledger.read() as connection:
        for row in run(connection, _DEAD, {}):
            found[Stage(row.stage)] += row.steps
    return +found


def read_pending(ledger: Ledger) -> Pending:
    """What waits for the archive.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        row = run(connection, _PENDING, {}).one()
        return Pending(films=row.films, since=row.since)


def read_workforce(ledger: Ledger) -> Mapping[tuple[str, str], int]:
    """How many workers there are, by pool and condition; a worker of several pools is counted in each.

    A pool is told as able to do nothing where it is somebody's and nobody works in it; an empty one stands
    for workers that render nothing, and `ANY` for those that render what is kept for no pool. The condition
    is one that a worker tells of itself, an order that it is under, or `GONE`; who has left is not counted.

    Raises:
        AwayError: ``ledger-away``.
    """
    found: Counter[tuple[str, str]] = Counter()
    with ledger.read() as connection:
        able: dict[str, list[str]] = {}
        for row in run(connection, _SKILLS, {}):
            able.setdefault(row.worker, []).append(row.capability)
        for row in run(connection, _POOLS, {}):
            found[row.name or ANY, Condition.ABLE.value] += 0
        for row in run(connection, _WORKERS, {}):
            condition = _condition(row)
            renders = pools_rendering(able.get(row.name, ()))
            for pool in [each or ANY for each in renders] or [""]:
                found[pool, condition] += 1 if condition else 0
                found[pool, Condition.ABLE.value] += 0
    return {where: number for where, number in found.items() if where[1]}


def read_card_states(ledger: Ledger) -> Mapping[CardState, int]:
    """How many cards stand how, of those that a watchdog or a failure has told of; every state is told.

    Raises:
        AwayError: ``ledger-away``.
    """
    found = dict.fromkeys(CardState, 0)
    with ledger.read() as connection:
        for row in run(connection, _CARDS, {}):
            found[CardState(row.state)] = row.cards
    return found


def _condition(row: Found) -> str:
    """How a worker stands, what is graver first; empty: it has left in good order."""
    if not row.alive:
        return "" if row.draining else GONE
    if row.ordered and row.ordered != WorkerOrder.NONE.value:
        return str(row.ordered)
    if row.draining:
        return WorkerOrder.DRAIN.value
    if row.ill:
        return Condition.CARD_OUT.value
    return str(row.condition or Condition.ABLE.value)
