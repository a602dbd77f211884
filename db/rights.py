"""The rights of departments, for those who check what they ask for."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from db.ledger import Ledger
from db.prepared import Found
from db.tables import departments
from farm.policy.rights import Rights

#: What `rights_of` reads of a department's row.
COLUMNS = (departments.c.name, departments.c.priority_limit, departments.c.urgent)
_RIGHTS = select(*COLUMNS)


def rights_of(row: Found) -> Rights:
    """What a department may ask for, by its row."""
    return Rights(department=row.name, priority_limit=row.priority_limit, urgent=bool(row.urgent))


def read_rights(ledger: Ledger) -> Mapping[str, Rights]:
    """What each department may ask for, by its name.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {row.name: rights_of(row) for row in connection.execute(_RIGHTS)}
