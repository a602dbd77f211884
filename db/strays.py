"""Messages that were none of ours: they lie in Redis; that somebody has put them away stands in the audit."""

from __future__ import annotations

from sqlalchemy import insert

from db.ledger import Ledger
from db.tables import audit

_AUDIT = insert(audit)


def tell_cleared(ledger: Ledger, number: int, *, by: str) -> None:
    """Enter into the audit that so many messages were put away.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("strays-clear") as connection:
        entry = {"at": ledger.clock(), "by": by, "verb": "clear-messages", "detail": str(number)}
        connection.execute(_AUDIT, {**entry, "batch_id": None, "job_id": None})
