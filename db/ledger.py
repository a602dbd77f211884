"""The ledger: where every change of state is one transaction, and where a crash can be asked for."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, Executable

from db.engine import BEGIN, Reaching
from db.lending import lender
from db.prepared import Answer, cursor_of, run
from farm.policy.days import Calendar

#: Called with a point's name before and after each commit. The default does nothing; a test raises there.
CrashPoint = Callable[[str], None]
#: Gives the time in whole milliseconds since the Unix epoch.
Clock = Callable[[], int]


def no_crash(_point: str) -> None:
    """Do nothing: what a crash point is outside of tests."""


def wall_clock() -> int:
    """This host's time. It stamps rows and ends waits; nothing that must be right depends on it."""
    return time.time_ns() // 1_000_000


class Ledger:
    """The database with everything the farm remembers; the modules beside this one hold its transactions.

    Safe to share between threads. A process that forks opens its own.

    Args:
        engine: from `db.engine.connect`.
        crash: called with ``<transaction>-before-commit`` and ``<transaction>-after-commit``.
        clock: the time, for stamps and waits.
        calendar: the days that quotas count by.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        crash: CrashPoint = no_crash,
        clock: Clock = wall_clock,
        calendar: Calendar | None = None,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.calendar = calendar or Calendar()
        self._crash = crash
        self._lender = lender(engine)
        self._reaching = Reaching(engine)
        self._begin = BEGIN[engine.dialect.name]

    @property
    def is_sqlite(self) -> bool:
        """Whether writers wait for each other as a whole, so that rows need no locks of their own."""
        return self.engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[Connection]:
        """One writing transaction: committed whole when the block ends, undone when it raises.

        Args:
            name: names the two crash points.

        Raises:
            AwayError: ``ledger-away``. From the commit itself it leaves open whether it stands.
        """
        with self._reaching, self._lender.lend() as connection:
            raw = connection.connection.dbapi_connection
            if raw is None:
                raise TypeError(connection)
            cursor_of(connection).execute(self._begin)
            try:
                yield connection
                self._crash(f"{name}-before-commit")
                raw.commit()
            except BaseException:
                # A connection that is lost cannot be told, and need not be.
                with contextlib.suppress(*self._reaching.errors):
                    raw.rollback()
                raise
            self._crash(f"{name}-after-commit")

    def change(
        self,
        name: str,
        statement: Executable,
        values: Mapping[str, Any],
        lists: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    ) -> Answer:
        """One statement that is a writing transaction by itself, without a BEGIN and a COMMIT around it.

        Args:
            name: names the two crash points; the first comes before the statement, which nothing can undo.
            statement: as `db.prepared.run` takes it, with its values and lists.
            values: its parameters.
            lists: what fills its expanding parameters.

        Raises:
            AwayError: ``ledger-away``. It leaves open whether the change stands.
        """
        with self._reaching, self._lender.lend() as connection:
            self._crash(f"{name}-before-commit")
            changed = run(connection, statement, values, lists)
            self._crash(f"{name}-after-commit")
            return changed

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with; each statement sees its own moment.

        Raises:
            AwayError: ``ledger-away``.
        """
        with self._reaching, self._lender.lend() as connection:
            yield connection

    def settle(self) -> None:
        """Have SQLite's log hold nothing of what rows were before; where others are busy, their end does so.

        PostgreSQL keeps what rows were until it vacuums.

        Raises:
            AwayError: ``ledger-away``.
        """
        if self.is_sqlite:
            with self.read() as connection:
                cursor_of(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close every connection; the ledger may be used again afterwards."""
        self.engine.dispose()
