"""Departments: who pays for jobs."""

from __future__ import annotations

from sqlalchemy import select

from db.ledger import Ledger
from db.tables import departments


def read_departments(ledger: Ledger) -> tuple[str, ...]:
    """The names of all departments, sorted.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(connection.execute(select(departments.c.name).order_by(departments.c.name)).scalars())
