"""Who still needs what lies outside of the store, such as a model's weights."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from db.ledger import Ledger
from db.states import JobState
from db.tables import jobs

_UNFINISHED = (JobState.QUEUED.value, JobState.ACTIVE.value)
_NAMING = (
    select(jobs.c.id)
    .where(jobs.c.state.in_(_UNFINISHED), jobs.c.spec.contains(bindparam("digest"), autoescape=False))
    .order_by(jobs.c.id)
)


def jobs_that_name(ledger: Ledger, digest: str) -> tuple[int, ...]:
    """The jobs that are not over and whose spec names this digest, by number.

    Args:
        ledger: the ledger.
        digest: SHA-256 in hex, which stands in a spec for nothing else.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(connection.execute(_NAMING, {"digest": digest}).scalars())
