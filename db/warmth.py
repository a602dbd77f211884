"""Warmth: of equal steps the one that a worker has the models, voice or portrait of at hand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from db import rows
from db.ledger import Ledger
from db.prepared import run
from db.tables import IS_OPEN, IS_READY, IS_UNSENT, steps, workers
from farm.policy.affinity import Like, warmest

#: How many of its equals a step is compared with: those that are next in line.
_MOST = 64
_LANE = ("capability", "profile", "department_id", "window", "opening", "rank")
_TOLD = select(steps.c.affinity, steps.c.frames, *(steps.c[name] for name in _LANE)).where(
    steps.c.id == bindparam("step"), IS_READY
)
# By the index of the lines, in their order.
_EQUALS = (
    select(steps.c.id, steps.c.affinity, steps.c.frames)
    .where(IS_READY, IS_OPEN, IS_UNSENT, rows.IS_DUE, *(steps.c[name] == bindparam(name) for name in _LANE))
    .order_by(steps.c.batch_id, steps.c.job_id, steps.c.index)
    .limit(_MOST)
)
_HANDS = select(func.count().label("hands")).where(workers.c.alive == 1)


def find_warmer(ledger: Ledger, step: int, *, at_hand: Sequence[str]) -> int:
    """The step that a worker begins with instead of the one that it was told: its equal, and nearer to hand.

    Equal are those of one department with the same rank that need the same: it does not matter to anybody
    which of them goes first. Of the last ones, a step or two for each worker, the longest goes first, and a
    shorter one is no equal of it. What is on its way to somebody is left to them.

    Args:
        ledger: the ledger.
        step: id of the step that it was told to do.
        at_hand: what it has loaded, as `farm.policy.affinity.with_done` tells.

    Raises:
        AwayError: ``ledger-away``.
    """
    if not at_hand:
        return step
    with ledger.read() as connection:
        told = run(connection, _TOLD, {"step": step}).first()
        if told is None or not told.affinity or told.affinity in at_hand:
            return step
        asked = {name: getattr(told, name) for name in _LANE}
        found = run(connection, _EQUALS, {**asked, "now": ledger.clock()}).rows
        if len(found) <= 2 * run(connection, _HANDS, {}).one().hands:
            found = [row for row in found if row.frames >= told.frames]
    likes = [Like(step=row.id, affinity=row.affinity) for row in found]
    return warmest(Like(step=step, affinity=told.affinity), likes, at_hand)
