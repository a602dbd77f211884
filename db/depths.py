"""Depths: how many steps wait, by what they are, how urgent they are by now, and what keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, case, func, select

from db.gates import gates_in
from db.held import REASONS
from db.ledger import Ledger
from db.prepared import run
from db.rows import IS_DUE
from db.states import JobState, Stage, Urgency
from db.tables import IS_OPEN, IS_READY, IS_RUNNING, holds, jobs, steps
from farm.policy.order import tier_ranks
from farm.policy.pools import pool_told

#: What keeps a step, besides holds: its window is shut, or it waits after an error or for another film.
WINDOW, LATER = "window", "later"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where steps wait.

    Attributes:
        stage: their stage.
        pool: whose workers render them, as `farm.policy.pools.pool_told` has it.
        tier: how urgent they are by now.
        hold: what keeps them: a reason of a hold, `WINDOW` or `LATER`; empty: nothing but their turn.
    """

    stage: Stage
    pool: str
    tier: Urgency
    hold: str


_tier = case(
    *((steps.c.rank <= bindparam(word), word) for word in tier_ranks(0)), else_=Urgency.BULK.value
).label("tier")
# A label is grouped by outside of what makes it: PostgreSQL takes two parameters for two things.
_open = (
    select(steps.c.capability, steps.c.window, _tier, case((IS_DUE, 0), else_=1).label("later"))
    .where(IS_READY, IS_OPEN)
    .subquery("waiting")
)
_OPEN = select(
    _open.c.capability, _open.c.window, _open.c.tier, _open.c.later, func.count().label("steps")
).group_by(_open.c.capability, _open.c.window, _open.c.tier, _open.c.later)
_reason = case(*((holds.c.reason == each.value, place) for place, each in enumerate(REASONS)), else_=0)
# A film that is held for several reasons is told under the first of them.
_why = select(holds.c.job_id, func.min(_reason).label("reason")).group_by(holds.c.job_id).subquery("why")
_kept = (
    select(steps.c.capability, _tier, _why.c.reason)
    .select_from(_why.join(jobs, jobs.c.id == _why.c.job_id).join(steps, steps.c.job_id == jobs.c.id))
    .where(
        IS_READY,
        steps.c.closed == 1,
        jobs.c.state.in_([JobState.QUEUED.value, JobState.ACTIVE.value]),
    )
    .subquery("kept")
)
_KEPT = select(_kept.c.capability, _kept.c.tier, _kept.c.reason, func.count().label("steps")).group_by(
    _kept.c.capability, _kept.c.tier, _kept.c.reason
)
_RUNNING = (
    select(steps.c.capability, func.count().label("steps")).where(IS_RUNNING).group_by(steps.c.capability)
)


def read_depths(ledger: Ledger) -> Mapping[Place, int]:
    """How many steps wait, or are on their way to a worker; those of films that are held with them.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    asked = {"now": now, **tier_ranks(now)}
    found: Counter[Place] = Counter()
    with ledger.read() as connection:
        opened = {"", *gates_in(connection, now).open}
        for row in run(connection, _OPEN, asked):
            hold = LATER if row.later else "" if row.window in opened else WINDOW
            found[_place(row.capability, row.tier, hold)] += row.steps
        for row in run(connection, _KEPT, asked):
            found[_place(row.capability, row.tier, REASONS[row.reason].value)] += row.steps
    return found


def read_running(ledger: Ledger) -> Mapping[tuple[Stage, str], int]:
    """How many steps are in work, by stage and pool.

    Raises:
        AwayError: ``ledger-away``.
    """
    found: Counter[tuple[Stage, str]] = Counter()
    with ledger.read() as connection:
        for row in run(connection, _RUNNING, {}):
            found[_stage(row.capability), pool_told(row.capability)] += row.steps
    return found


def _place(capability: str, tier: str, hold: str) -> Place:
    return Place(stage=_stage(capability), pool=pool_told(capability), tier=Urgency(tier), hold=hold)


def _stage(capability: str) -> Stage:
    return Stage(capability.partition(".")[0])
