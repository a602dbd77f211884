"""A night as the ledger sees it: what could still go on, and what has ended since it began."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, exists, func, or_, select

from db.ledger import Ledger
from db.prepared import run
from db.standstill import IS_STOPPED, stopped_at
from db.states import ArchiveState, JobState
from db.tables import holds, jobs

_is_held = exists().where(holds.c.job_id == jobs.c.id)
_LEFT = (
    select(func.count())
    .select_from(jobs)
    .where(
        or_(
            jobs.c.state.in_([JobState.QUEUED.value, JobState.ACTIVE.value]),
            (jobs.c.state == JobState.COMPLETED.value) & (jobs.c.archive == ArchiveState.PENDING.value),
        ),
        jobs.c.window.in_(["", bindparam("tonight")]),
        ~_is_held,
        ~IS_STOPPED,
    )
)
_ENDED = (
    select(jobs.c.state, jobs.c.archive, func.count().label("films"))
    .where(jobs.c.ended_at >= bindparam("since"))
    .group_by(jobs.c.state, jobs.c.archive)
)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What has ended in a night.

    Attributes:
        done: films that are finished.
        failed: films that failed, or could not be delivered.
        canceled: films that somebody canceled.
    """

    done: int = 0
    failed: int = 0
    canceled: int = 0


def read_left(ledger: Ledger, *, tonight: str) -> int:
    """How many films could still go on: none that is held or stopped, or waits for another window.

    Args:
        ledger: the ledger.
        tonight: the night's window; empty for none.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        stopped = stopped_at(connection, ledger.clock())
        number: int = run(connection, _LEFT, {"tonight": tonight}, stopped).scalar()
        return number


def read_ended(ledger: Ledger, *, since: int) -> Ended:
    """What has ended since a time.

    Raises:
        AwayError: ``ledger-away``.
    """
    found = {"done": 0, "failed": 0, "canceled": 0}
    with ledger.read() as connection:
        for row in run(connection, _ENDED, {"since": since}):
            if row.state == JobState.FAILED.value or row.archive == ArchiveState.ERROR.value:
                found["failed"] += row.films
            elif row.state == JobState.CANCELED.value:
                found["canceled"] += row.films
            elif row.state == JobState.COMPLETED.value:
                found["done"] += row.films
    return Ended(**found)
