"""Changes of checks that hold a column to a list of words."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

_STORED = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
_CHANGE = sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name")


def widen(table: str, column: str, *, old: Sequence[str], new: Sequence[str]) -> None:
    """Have a column take these words from now on; the rows that are there stay as they are.

    Args:
        table: the table.
        column: its column; the check bears its name.
        old: the words that it takes now, in the check's order.
        new: the words that it takes then.

    Raises:
        LookupError: on SQLite: the check is not there in just these words, or more than once.
    """
    before, after = _condition(column, old), _condition(column, new)
    if op.get_bind().dialect.name == "sqlite":
        _rewrite(table, before, after)
        return
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, after)


def _condition(column: str, words: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(map(repr, words))})"


def _rewrite(table: str, before: str, after: str) -> None:
    """Change a table's stored definition: SQLite alters no check, and takes this way for just that.

    A table that is made anew would have others' foreign keys follow the old one. See the manual's page
    "ALTER TABLE", section 7, on changes that do not affect what is on disk.
    """
    connection = op.get_bind()
    stored = str(connection.execute(_STORED, {"name": table}).scalar())
    if stored.count(before) != 1:
        raise LookupError(f"{table}: no one check says {before}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    try:
        connection.execute(_CHANGE, {"name": table, "sql": stored.replace(before, after)})
        # Every connection reads the definitions anew, this one too.
        connection.exec_driver_sql(f"PRAGMA schema_version = {int(version) + 1}")
    finally:
        connection.exec_driver_sql("PRAGMA writable_schema = OFF")
