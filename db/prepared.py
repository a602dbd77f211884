"""Statements that are put into words once, and not anew for each of a thousand clips.

SQLAlchemy finds a compiled statement again by walking through all of it, which costs more than SQLite takes
to run most of ours. What runs for every clip and every beat therefore goes to the driver as it was compiled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect, Executable, Insert
from sqlalchemy.sql.compiler import SQLCompiler

_Values = Mapping[str, Any]


def run(
    connection: Connection, statement: Executable, values: _Values | Sequence[_Values]
) -> CursorResult[*tuple[Any, ...]]:
    """Execute a statement of plain integers and texts, without lists of unknown length in it.

    Args:
        connection: where.
        statement: one that is kept, so that it is compiled once.
        values: its parameters, or several sets of them; for an INSERT its columns. More than it asks for may
            be given otherwise.
    """
    several = [values] if isinstance(values, Mapping) else list(values)
    columns = tuple(several[0]) if isinstance(statement, Insert) else None
    compiled = _compiled(statement, columns, connection.dialect)
    bound = [_bound(compiled, each) for each in several]
    return connection.exec_driver_sql(compiled.string, bound if len(bound) > 1 else bound[0])


@lru_cache(maxsize=512)
def _compiled(statement: Executable, columns: tuple[str, ...] | None, dialect: Dialect) -> SQLCompiler:
    keys = None if columns is None else list(columns)
    if not isinstance(statement, ClauseElement):
        raise TypeError(type(statement))
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(type(compiled))
    return compiled


def _bound(compiled: SQLCompiler, values: _Values) -> Any:  # noqa: ANN401 - a driver's own form
    bound = compiled.construct_params(values, escape_names=False)
    if compiled.positiontup is None:
        return bound
    return tuple(bound[name] for name in compiled.positiontup)
