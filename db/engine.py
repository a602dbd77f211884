"""Connections to the ledger's database, set up so that a commit means what it says.

SQLite serves one host: its file must lie on a local disk, since WAL needs shared memory and network file
systems lock unreliably. Several hosts need PostgreSQL.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import URL, make_url

from db.siting import check_siting
from db.tables import REVISIONS
from pipeline.plan.errors import AwayError, InputError

#: What stands beside a ledger's tables in PostgreSQL, and what follows the name of its file, while it is
#: being restored.
RESTORING, RESTORING_FILE = "lectern_restoring", ".restoring"
#: Execution option of a connection whose transaction writes.
WRITES = "lectern_writes"

#: How a transaction that writes begins. On SQLite IMMEDIATE: a deferred one that reads first fails at once
#: when another commits in between.
BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN ISOLATION LEVEL READ COMMITTED"}

_BUSY_S = 30
_STATEMENT_MS = 60_000
#: For so long may what was sent to PostgreSQL remain without an answer of the other host's kernel.
_UNHEARD_MS = 30_000
#: SQLSTATE of a server that only lets read.
_READ_ONLY = "25006"
#: The same, and transactions that the server ended because they stood still or lasted too long.
_AWAY_STATES = frozenset({_READ_ONLY, "25P03", "25P04"})
#: The same of who may not do what it was asked for: an operator cures it, and whoever waits goes on.
_NO_RIGHTS = "42501"
#: How PostgreSQL, and its client, say before there is a connection that somebody is not let in.
_REFUSALS = re.compile(
    r"authentication failed|no password supplied|pg_hba\.conf|role \".*\" does not exist"
    r"|not permitted to log in|permission denied for database"
)
#: And that there is no trust in who answers; a connection that ended early is none of these.
_DOUBTS = re.compile(r"not support SSL|[Cc]ertificate|private key|SSL error: (?!unexpected eof)")
#: Classes of SQLSTATE: connection, authorization, rollback, resources, a lock that is not given, somebody's
#: intervention, the system's own errors.
_AWAY_CLASSES = frozenset({"08", "28", "40", "53", "55", "57", "58"})


def connect(url: str) -> Engine:
    """Make an engine for a ledger's URL; nothing is connected until it is used.

    SQLite: WAL, synchronous FULL, foreign keys, what is deleted overwritten, a busy timeout of 30 s; a
    transaction that writes begins IMMEDIATE, one that only reads does not. PostgreSQL (psycopg 3): READ
    COMMITTED, connections tried before use, statements that take a minute are ended, a host that is silent
    for half a minute is given up.

    Raises:
        InputError: ``ledger-url-wrong``: not a URL, or of another database.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise InputError("ledger-url-wrong") from error
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return _connect_sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _connect_postgresql(parsed)
    raise InputError("ledger-url-wrong")


class Reaching:
    """Turns what a driver says of an unreachable database into `AwayError` ``ledger-away``.

    Of one that lets nobody in with this password or user it is ``ledger-refused``, of a connection without
    the trust that was asked for ``ledger-untrusted``, and of rights that are missing ``ledger-no-rights``:
    whoever begins ends with it, and whoever works waits as for the rest.
    So do a lock that is not given within the busy timeout, a transaction that PostgreSQL ended, and a server
    that only lets read, as one does whose place another has taken: nothing was written, and the same call may
    succeed later, so every idle connection to that server is closed. The driver's own errors are known too.
    What tells of a wrong statement passes through as it is: it would be wrong again later.
    A context manager without a state, so one does for every block and thread.

    Args:
        engine: whose database.

    Attributes:
        errors: what the database and its driver may raise.
    """

    def __init__(self, engine: Engine) -> None:
        driver = engine.dialect.loaded_dbapi
        self._engine = engine
        self._is_away = _sqlite_is_away if engine.dialect.name == "sqlite" else _postgresql_is_away
        self.errors = (exc.DBAPIError, exc.TimeoutError, driver.Error)

    def __enter__(self) -> None:
        return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, self.errors):
            return
        told = getattr(error, "orig", None) or error
        if not isinstance(error, exc.TimeoutError) and not self._is_away(told):
            return
        if getattr(told, "sqlstate", None) == _READ_ONLY:
            # A new connection may lead to the server that took its place; these never will.
            self._engine.dispose()
        reason = str(told).strip().splitlines()[0]
        raise AwayError(_trouble(told), place=place_of(self._engine), reason=reason) from error


def _trouble(error: BaseException) -> str:
    """The code of what a driver said: a setting is wrong, or it is merely away."""
    state = getattr(error, "sqlstate", None)
    if state == _NO_RIGHTS:
        return "ledger-no-rights"
    words = str(error)
    if state is None and _REFUSALS.search(words):
        return "ledger-refused"
    return "ledger-untrusted" if state is None and _DOUBTS.search(words) else "ledger-away"


def _sqlite_is_away(error: BaseException) -> bool:
    """Whether the file is locked, full, unreadable or gone (SQLite's result codes).

    SQLITE_ERROR alone speaks of the statement.
    """
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return isinstance(error, sqlite3.OperationalError) and code != sqlite3.SQLITE_ERROR


def _postgresql_is_away(error: BaseException) -> bool:
    """Whether the server is gone, going, busy, full or closed to writers (PostgreSQL manual, appendix A)."""
    import psycopg

    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    if state is None:
        # No server said this: there is no connection, or it broke.
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return state in {*_AWAY_STATES, _NO_RIGHTS} or state[:2] in _AWAY_CLASSES


def place_of(engine: Engine) -> str:
    """Where a ledger is, for people: SQLite's file, PostgreSQL's host and name; never a password."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"{url.host or 'localhost'}/{url.database}"


def check_schema(engine: Engine) -> None:
    """Return if the ledger's schema is the one this version works with; nothing is ever migrated here.

    Raises:
        InputError: ``ledger-on-network``, ``ledger-half-restored``, ``ledger-schema-missing``,
            ``ledger-schema-old`` or ``ledger-schema-new``.
        AwayError: ``ledger-away``.
    """
    found = revision_of(engine)
    if found == REVISIONS[-1]:
        return
    place = place_of(engine)
    if found is None:
        raise InputError("ledger-schema-missing", place=place)
    code = "ledger-schema-old" if found in REVISIONS else "ledger-schema-new"
    raise InputError(code, place=place, found=found, wanted=REVISIONS[-1])


def revision_of(engine: Engine) -> str | None:
    """The revision of the schema that the ledger has; None when it has none at all.

    Raises:
        InputError: ``ledger-on-network``: a file is refused where it lies, before anything touches it; or
            ``ledger-half-restored``.
        AwayError: ``ledger-away``.
    """
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        check_siting(path)
        if not path.is_file():
            if path.with_name(path.name + RESTORING_FILE).is_file():
                raise InputError("ledger-half-restored", place=place_of(engine))
            return None
    with Reaching(engine), engine.connect() as connection:
        found: str | None = None
        if engine.dialect.has_table(connection, "alembic_version"):
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if found is None and engine.dialect.has_table(connection, RESTORING):
            raise InputError("ledger-half-restored", place=place_of(engine))
        return found


def _connect_sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_S}, pool_reset_on_return=None)

    @event.listens_for(engine, "connect")
    def set_up(raw: sqlite3.Connection, _record: object) -> None:
        # The driver's own transactions would begin late and deferred; ours begin in `begin` below.
        raw.isolation_level = None
        # Whoever is forgotten stands in no freed page: what is deleted is overwritten.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Reading needs no transaction of its own, and sees each statement's own moment, as on PostgreSQL.
        if connection.get_execution_options().get(WRITES, False):
            connection.connection.cursor().execute(BEGIN["sqlite"])

    return engine


def _connect_postgresql(url: URL) -> Engine:
    options: dict[str, Any] = {
        "connect_timeout": 10,
        # A host that is gone says nothing: the kernel has to ask for it (libpq, parameter key words).
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": _UNHEARD_MS,
        "options": f"-c statement_timeout={_STATEMENT_MS} -c lock_timeout={_BUSY_S * 1000}"
        f" -c idle_in_transaction_session_timeout={_STATEMENT_MS}",
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=options,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
    )
