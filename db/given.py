"""What films under way were given besides what they are: how they stand in line, and when they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from db.ledger import Ledger
from db.lifts import read_lifts
from db.states import URGENCY, JobState, Urgency
from db.tables import jobs

_UNDER_WAY = [JobState.QUEUED.value, JobState.ACTIVE.value]
_OF_BATCH = (
    select(
        jobs.c.id,
        jobs.c.row_name,
        jobs.c.precedence,
        jobs.c.priority,
        jobs.c.pool,
        jobs.c.window,
        jobs.c.deadline,
    )
    .where(jobs.c.batch_id == bindparam("batch"), jobs.c.state.in_(_UNDER_WAY))
    .order_by(jobs.c.position)
)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a film was given.

    Attributes:
        urgency: how urgent it is, without what its deadline has added.
        priority: -50 to 50, likewise.
        pool: whose workers render it; empty for none.
        window: the window outside of which nothing of it begins; empty for none.
        deadline: when it is wanted, in milliseconds since the Unix epoch; None: whenever.
    """

    urgency: Urgency
    priority: int
    pool: str
    window: str
    deadline: int | None


def read_given(ledger: Ledger, batch: int) -> Mapping[str, Given]:
    """What the films of a batch were given that are still to be made, by row, in order.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = connection.execute(_OF_BATCH, {"batch": batch}).all()
        lifts = read_lifts(connection, [row.id for row in found if row.deadline is not None])
    given: dict[str, Given] = {}
    for row in found:
        urgency, priority = URGENCY[row.precedence], row.priority
        lift = lifts.get(row.id)
        if lift is not None and lift.to == (urgency.value, priority):
            urgency, priority = Urgency(lift.urgency_before), lift.priority_before
        given[row.row_name] = Given(
            urgency=urgency, priority=priority, pool=row.pool, window=row.window, deadline=row.deadline
        )
    return given
