"""The audit: who did what to which batch or job, and when; read, never changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select

from db.ledger import Ledger
from db.tables import audit


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the audit.

    Attributes:
        at: when, by the ledger's clock.
        by: who.
        verb: what they did.
        batch: the batch that it concerned; None for none.
        job: the job; None for none.
        detail: what is told besides.
    """

    at: int
    by: str
    verb: str
    batch: int | None
    job: int | None
    detail: str


_NEWEST = select(audit).order_by(audit.c.id.desc())


def read_audit(
    ledger: Ledger, *, job: int | None = None, batch: int | None = None, limit: int
) -> tuple[Entry, ...]:
    """The latest lines, the newest first; those of a job or of a batch alone if asked so.

    Raises:
        AwayError: ``ledger-away``.
    """
    query: Select[*tuple[object, ...]] = _NEWEST.limit(limit)
    if job is not None:
        query = query.where(audit.c.job_id == job)
    if batch is not None:
        query = query.where(audit.c.batch_id == batch)
    with ledger.read() as connection:
        return tuple(
            Entry(at=row.at, by=row.by, verb=row.verb, batch=row.batch_id, job=row.job_id, detail=row.detail)
            for row in connection.execute(query)
        )
