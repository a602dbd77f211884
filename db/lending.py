"""Connections that are kept between transactions: getting one anew costs more than most transactions do."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, event

#: One that was not used for so long goes back to the pool, which tries it before it gives it out again.
_IDLE_S = 5.0


def lender(engine: Engine, name: str, **options: Any) -> Lender:  # noqa: ANN401 - SQLAlchemy's own
    """An engine's lender of that name: one for all who ask, closed when the engine is disposed.

    Args:
        engine: whose connections.
        name: what they are lent for.
        options: execution options of the connections.
    """
    place = f"lectern_lender_{name}"
    known = engine.get_execution_options().get(place)
    if isinstance(known, Lender):
        return known
    made = Lender(engine.execution_options(**options))
    engine.update_execution_options(**{place: made})
    event.listen(engine, "engine_disposed", lambda _engine: made.close())
    return made


class Lender:
    """Lends connections of an engine, each to one borrower at a time. Safe for threads.

    Args:
        engine: whose connections; its execution options are theirs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Appending and popping are atomic.
        self._idle: deque[tuple[Connection, float]] = deque()

    @contextlib.contextmanager
    def lend(self) -> Iterator[Connection]:
        """A connection outside of any transaction; kept for the next borrower unless the block raises."""
        connection = self._take()
        try:
            yield connection
            if connection.in_transaction():
                connection.rollback()
        except BaseException:
            connection.close()
            raise
        self._idle.append((connection, time.monotonic()))

    def close(self) -> None:
        """Close every connection that is not lent."""
        with contextlib.suppress(IndexError):
            while True:
                connection, _ = self._idle.pop()
                # The pool that it came from may be gone.
                connection.invalidate()
                connection.close()

    def _take(self) -> Connection:
        try:
            connection, since = self._idle.pop()
        except IndexError:
            return self._engine.connect()
        if time.monotonic() - since < _IDLE_S:
            return connection
        connection.close()
        return self._take()
