"""Statements that are put into words once, and not anew for each of a thousand clips.

SQLAlchemy finds a compiled statement again by walking through all of it, and wraps each result in several
objects: on either database that costs more than most of our statements take to run. What runs for every clip,
beat and look at the lines therefore goes to the driver as it was compiled, and comes back as plain rows. It
remains within the transaction of its SQLAlchemy connection; a driver's errors come as the driver's own, which
`db.engine.Reaching` knows.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect, Executable, Insert
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import ReturnsRows

_CURSOR = "lectern_cursor"
_Values = Mapping[str, Any]
#: Of each kind of database and driver the dialect that was met first.
_KINDS: dict[tuple[object, ...], Dialect] = {}
#: A row: a tuple whose columns are attributes too.
Found = Any


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a statement gave: all of its rows, and how many it changed.

    Attributes:
        rows: every row.
        rowcount: rows changed; says nothing after a question.
    """

    rows: Sequence[Found]
    rowcount: int

    def __iter__(self) -> Iterator[Found]:
        """Every row."""
        return iter(self.rows)

    def first(self) -> Found | None:
        """The first row, if there is one."""
        return self.rows[0] if self.rows else None

    def one(self) -> Found:
        """The only row.

        Raises:
            ValueError: there are more or none.
        """
        (row,) = self.rows
        return row

    def scalar(self) -> Any:  # noqa: ANN401 - whatever the column holds
        """The first column of the first row; None without a row."""
        return self.rows[0][0] if self.rows else None


@dataclass(frozen=True, kw_only=True)
class _Wording:
    """A statement in a database's words.

    Attributes:
        text: the words.
        places: names of the parameters in order, for a driver that counts them; else None.
        fixed: values that stand in the statement itself.
        row: makes a row of the driver's tuple; None: none comes back.
    """

    text: str
    places: tuple[str, ...] | None
    fixed: _Values
    row: Callable[[Sequence[Any]], Found] | None

    def bound(self, values: _Values) -> Any:  # noqa: ANN401 - a driver's own form
        """The parameters as the driver takes them."""
        told = {**self.fixed, **values}
        return told if self.places is None else tuple([told[name] for name in self.places])


def run(
    connection: Connection,
    statement: Executable,
    values: _Values | Sequence[_Values],
    lists: Mapping[str, Sequence[Any]] = MappingProxyType({}),
) -> Answer:
    """Execute a statement of plain integers and texts.

    Args:
        connection: where.
        statement: one that is kept, so that it is compiled once.
        values: its parameters, or several sets of them (nothing comes back then); for an INSERT its columns.
            More than it asks for may be given otherwise.
        lists: what fills its expanding parameters.

    Raises:
        KeyError: SQLite: a parameter is missing.
        Exception: the driver's own (`db.engine.Reaching`).
    """
    several = [values] if isinstance(values, Mapping) else values
    if lists:
        several = [{**each, **_spread(lists)} for each in several]
    wording = _wording(
        statement,
        tuple(several[0]) if isinstance(statement, Insert) and statement.select is None else None,
        tuple([(name, len(filling)) for name, filling in lists.items()]),
        _first_of_its_kind(connection.dialect),
    )
    cursor = cursor_of(connection)
    if len(several) > 1:
        cursor.executemany(wording.text, [wording.bound(each) for each in several])
        return Answer(rows=(), rowcount=cursor.rowcount)
    cursor.execute(wording.text, wording.bound(several[0]))
    if wording.row is None:
        return Answer(rows=(), rowcount=cursor.rowcount)
    return Answer(rows=[wording.row(row) for row in cursor.fetchall()], rowcount=cursor.rowcount)


def cursor_of(connection: Connection) -> DBAPICursor:
    """The cursor of a connection: nothing is left in it between two statements, so one does for all."""
    kept = connection.info
    if _CURSOR not in kept:
        kept[_CURSOR] = connection.connection.cursor()
    cursor: DBAPICursor = kept[_CURSOR]
    return cursor


def _first_of_its_kind(dialect: Dialect) -> Dialect:
    """The dialect that stands for all that word alike: every ledger that is opened has one of its own."""
    kind = (type(dialect), dialect.server_version_info, dialect.paramstyle)
    return _KINDS.setdefault(kind, dialect)


@lru_cache(maxsize=1024)
def _wording(
    statement: Executable,
    columns: tuple[str, ...] | None,
    lists: tuple[tuple[str, int], ...],
    dialect: Dialect,
) -> _Wording:
    keys = None if columns is None else list(columns)
    if not isinstance(statement, ClauseElement):
        raise TypeError(type(statement))
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(type(compiled))
    # As SQLAlchemy itself would hand it on; lists of each length are a wording of their own.
    spread = compiled.construct_expanded_state(
        {**compiled.params, **{name: [0] * length for name, length in lists}}, escape_names=False
    )
    asked = {bind.key for bind in compiled.binds.values() if bind.required}
    asked.update(single for name, _ in lists for single in spread.parameter_expansion[name])
    places = spread.positiontup
    return _Wording(
        text=spread.statement,
        places=None if places is None else tuple(places),
        fixed={name: value for name, value in spread.parameters.items() if name not in asked},
        row=_row_of(statement),
    )


def _spread(lists: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Each list as the single parameters that SQLAlchemy makes of it."""
    return {
        f"{name}_{number}": each for name, filling in lists.items() for number, each in enumerate(filling, 1)
    }


def _row_of(statement: ClauseElement) -> Callable[[Sequence[Any]], Found] | None:
    columns = statement.exported_columns.keys() if isinstance(statement, ReturnsRows) else []
    if not columns:
        return None
    # Columns without a name of their own, such as an EXISTS, are reached by place.
    kind: Any = namedtuple("Found", columns, rename=True)  # type: ignore[misc]  # noqa: PYI024 - known only now
    make: Callable[[Sequence[Any]], Found] = kind._make
    return make
