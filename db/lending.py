"""Connections that are kept between transactions: getting one anew costs more than most transactions do."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from types import TracebackType

from sqlalchemy import Connection, Engine, event

#: One that was not used for so long goes back to the pool, which tries it before it gives it out again.
_IDLE_S = 5.0
_PLACE = "lectern_lender"


def lender(engine: Engine) -> Lender:
    """An engine's lender: one for all who ask, closed when the engine is disposed."""
    known = engine.get_execution_options().get(_PLACE)
    if isinstance(known, Lender):
        return known
    made = Lender(engine)
    engine.update_execution_options(**{_PLACE: made})
    event.listen(engine, "engine_disposed", lambda _engine: made.close())
    return made


class Lender:
    """Lends connections of an engine, each to one borrower at a time. Safe for threads.

    No transaction is begun on them unless the borrower begins it: each statement is one by itself. The one
    that came back last is lent first, since it still knows most of what the database holds.

    Args:
        engine: whose connections.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        # Appending and popping are atomic.
        self._idle: deque[tuple[Connection, float]] = deque()

    def lend(self) -> Loan:
        """A connection for a block; kept for the next borrower unless the block raises."""
        return Loan(self)

    def take(self) -> Connection:
        """A connection outside of any transaction; `give` or `drop` it afterwards."""
        try:
            connection, since = self._idle.pop()
        except IndexError:
            return self._engine.connect()
        if time.monotonic() - since < _IDLE_S:
            return connection
        connection.close()
        return self.take()

    def give(self, connection: Connection) -> None:
        """Take back a connection on which everything went well."""
        if connection.in_transaction():
            # SQLAlchemy's own notion of a transaction: the database knows of none.
            connection.rollback()
        self._idle.append((connection, time.monotonic()))

    def drop(self, connection: Connection) -> None:
        """Take back a connection that may be broken: the pool sets it right or throws it away."""
        connection.close()

    def close(self) -> None:
        """Close every connection that is not lent."""
        with contextlib.suppress(IndexError):
            while True:
                connection, _ = self._idle.pop()
                # The pool that it came from may be gone.
                connection.invalidate()
                connection.close()


class Loan:
    """One connection for one block. A class, since a generator would cost as much as a small statement."""

    __slots__ = ("_connection", "_lender")

    def __init__(self, lender_: Lender) -> None:
        self._lender = lender_

    def __enter__(self) -> Connection:
        self._connection = self._lender.take()
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._lender.give(self._connection)
        else:
            self._lender.drop(self._connection)
