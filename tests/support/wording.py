"""What SQLAlchemy has put into a database's words is put so once in a process of tests.

An engine keeps its own statements as they were compiled. A farm has one engine; tests open thousands, and
each would compile the same statements again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.util import LRUCache

_MOST_STATEMENTS = 3_000


class _Wordings:
    """Compiled statements of every engine, found by the kind of its dialect instead of the dialect itself."""

    def __init__(self) -> None:
        self._kept: LRUCache[tuple[object, ...], Any] = LRUCache(_MOST_STATEMENTS)

    def get(self, key: tuple[Any, ...]) -> Any:  # noqa: ANN401 - SQLAlchemy's own
        return self._kept.get(_by_kind(*key))

    def __setitem__(self, key: tuple[Any, ...], compiled: object) -> None:
        self._kept[_by_kind(*key)] = compiled


def _by_kind(dialect: Dialect, *statement: object) -> tuple[object, ...]:
    return type(dialect), dialect.server_version_info, dialect.paramstyle, *statement


def keep_wordings() -> None:
    """Have all engines of this process share what they compile."""
    wordings = _Wordings()

    @event.listens_for(Engine, "engine_connect")
    def _share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=wordings)
