"""That the farm was backed up stands in the audit, where whoever leads the farm on another host finds it."""

from __future__ import annotations

import json

from sqlalchemy import insert, select

from db.ledger import Ledger
from db.prepared import run
from db.tables import audit

_VERB = "backup"
_AUDIT = insert(audit)
# Backwards by the numbers, which have an index: where backups are made, it reads what was done since.
_LAST = select(audit.c.at).where(audit.c.verb == _VERB).order_by(audit.c.id.desc()).limit(1)


def tell_backup(ledger: Ledger, size: int, *, by: str) -> None:
    """Enter into the audit that a backup of so many bytes was made, whole.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("backup-told") as connection:
        entry = {"at": ledger.clock(), "by": by, "verb": _VERB, "detail": json.dumps({"bytes": size})}
        connection.execute(_AUDIT, {**entry, "batch_id": None, "job_id": None})


def read_last_backup(ledger: Ledger) -> int:
    """When the last backup was made, by the ledger's clock; 0: never. It reads the audit of the time since.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return int(run(connection, _LAST, {}).scalar() or 0)
