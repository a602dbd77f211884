"""Copies of a whole ledger, taken while the farm works, and put back in the place of one that is gone.

What is put back is no ledger yet: nothing opens it until `Raised.finish` gives it its name on SQLite, its
revision on PostgreSQL. So what a restore has to change in it first is never missed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, column, delete, insert, table, text

from db import migrate
from db.engine import WRITES, Reaching, connect, place_of
from db.tables import REVISIONS
from pipeline.durable import sync_folder
from pipeline.plan.errors import AwayError, InputError

_SQLITE, _POSTGRESQL = "ledger.sqlite3", "ledger.dump"
#: What an old ledger is called that another one was put in the place of.
_ASIDE = "before_restore_"
_VERSIONS = table("alembic_version", column("version_num"))
_LOOK_S = 1
_DUMP_S = 24 * 3600
_TOLD_CHARACTERS = 300

_STRANGERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND coalesce(backend_type, 'client backend') = 'client backend'"
)
_TABLES = text(
    "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A copy of a ledger.

    Attributes:
        file: its name in the backup's folder.
        database: ``sqlite`` or ``postgresql``.
        revision: of its schema.
    """

    file: str
    database: str
    revision: str


@dataclass(frozen=True, kw_only=True)
class Raised:
    """A ledger that was put back, which nobody opens yet.

    Attributes:
        engine: to change it with.
        aside: what the ledger is called now that stood in its place; empty where none did.
        finish: makes it the ledger; nothing uses `engine` afterwards.
    """

    engine: Engine
    aside: str
    finish: Callable[[], None]


def take(engine: Engine, folder: Path) -> Snapshot:
    """Copy a ledger of this version's schema into a folder, as it stands at one moment; nobody waits for it.

    Raises:
        InputError: ``backup-no-tools``: PostgreSQL's programs are missing, or too old for the server.
        AwayError: ``ledger-away``, or ``backup-ledger-failed`` with what the program said.
    """
    database = engine.dialect.name
    if database == "sqlite":
        _copy_sqlite(engine, folder / _SQLITE)
    else:
        program = _program(engine, "pg_dump")
        # Without its revision, what is put back is no ledger before all is done.
        hidden = f"--exclude-table-data={_VERSIONS.name}"
        words = ["--format=custom", "--no-owner", "--no-privileges", hidden, f"--exclude-schema={_ASIDE}*"]
        _run(engine, [program, *words, f"--file={folder / _POSTGRESQL}"])
    name = _SQLITE if database == "sqlite" else _POSTGRESQL
    _sync(folder / name)
    return Snapshot(file=name, database=database, revision=REVISIONS[-1])


def check_free(engine: Engine, *, replace: bool) -> None:
    """Return if a ledger may be put where this engine leads: nothing is there, or it may be replaced.

    Raises:
        InputError: ``restore-ledger-there``; or ``restore-ledger-used``: somebody has it open.
        AwayError: ``ledger-away``.
    """
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        there = path.is_file() and path.stat().st_size > 0
        if there and replace:
            _close_log(path)
    else:
        with Reaching(engine), engine.connect() as connection:
            if connection.execute(_STRANGERS).scalar_one():
                raise InputError("restore-ledger-used", place=place_of(engine))
            there = connection.execute(_TABLES).scalar_one() > 0
    if there and not replace:
        raise InputError("restore-ledger-there", place=place_of(engine))


def put_back(url: str, snapshot: Snapshot, folder: Path) -> Raised:
    """Put a copy in the place of the ledger that a URL leads to, of this version's schema but not yet open.

    What is there is moved aside, never deleted; `check_free` says whether it may be.

    Raises:
        InputError: ``restore-other-database``, ``ledger-schema-new``, ``backup-no-tools``.
        AwayError: ``ledger-away``, or ``backup-ledger-failed``.
    """
    engine = connect(url)
    if engine.dialect.name != snapshot.database:
        raise InputError("restore-other-database", found=snapshot.database, wanted=engine.dialect.name)
    if snapshot.revision not in REVISIONS:
        raise InputError(
            "ledger-schema-new", place=snapshot.file, found=snapshot.revision, wanted=REVISIONS[-1]
        )
    source = folder / snapshot.file
    if snapshot.database == "sqlite":
        return _raise_sqlite(engine, lambda part: _copied(source, part))
    return _raise_postgresql(
        engine,
        snapshot.revision,
        lambda: _run(
            engine,
            [
                _program(engine, "pg_restore"),
                *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
                *(f"--dbname={engine.url.database}", str(source)),
            ],
        ),
    )


def put_new(url: str) -> Raised:
    """Put an empty ledger where a URL leads, as `put_back` puts a copy.

    Raises:
        InputError, AwayError: as `put_back`.
    """
    engine = connect(url)
    if engine.dialect.name == "sqlite":
        return _raise_sqlite(engine, lambda _part: None)
    return _raise_postgresql(engine, "", lambda: None)


def _copy_sqlite(engine: Engine, target: Path) -> None:
    """SQLite's online backup: in one step, beside any writer: its log takes what is new."""
    with Reaching(engine), engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if not isinstance(raw, sqlite3.Connection):
            raise TypeError(raw)
        with contextlib.closing(sqlite3.connect(target)) as copy:
            raw.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")


def _raise_sqlite(engine: Engine, fill: Callable[[Path], None]) -> Raised:
    path = Path(str(engine.url.database))
    engine.dispose()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.restoring")
    for old in _with_logs(part):
        old.unlink(missing_ok=True)
    fill(part)
    raised = connect(str(engine.url.set(database=str(part)).render_as_string(hide_password=False)))
    migrate.upgrade(raised)
    aside = path.with_name(f"{path.name}.{_ASIDE}{_stamp()}")
    there = path.is_file() and path.stat().st_size > 0

    def finish() -> None:
        raised.dispose()
        _close_log(part)
        _sync(part)
        for old in _with_logs(path):
            if old.is_file():
                old.rename(old.with_name(aside.name + old.name.removeprefix(path.name)))
        part.rename(path)
        sync_folder(path.parent)

    return Raised(engine=raised, aside=str(aside) if there else "", finish=finish)


def _raise_postgresql(engine: Engine, revision: str, fill: Callable[[], None]) -> Raised:
    aside = ""
    with Reaching(engine), _writing(engine) as connection:
        if connection.execute(_TABLES).scalar_one():
            schema = connection.execute(text("SELECT current_schema()")).scalar_one()
            quote = engine.dialect.identifier_preparer.quote
            aside = f"{_ASIDE}{_stamp()}"
            connection.execute(text(f"ALTER SCHEMA {quote(schema)} RENAME TO {quote(aside)}"))
            connection.execute(text(f"CREATE SCHEMA {quote(schema)}"))
    # A connection from before looks for tables in the schema that is set aside.
    engine.dispose()
    fill()
    if revision and revision != REVISIONS[-1]:
        _set_revision(engine, revision)
    if revision != REVISIONS[-1]:
        migrate.upgrade(engine)
        _set_revision(engine, None)

    def finish() -> None:
        _set_revision(engine, REVISIONS[-1])
        engine.dispose()

    return Raised(engine=engine, aside=aside, finish=finish)


def _set_revision(engine: Engine, revision: str | None) -> None:
    with Reaching(engine), _writing(engine) as connection:
        connection.execute(delete(_VERSIONS))
        if revision is not None:
            connection.execute(insert(_VERSIONS), {"version_num": revision})


def _writing(engine: Engine) -> contextlib.AbstractContextManager[Connection]:
    return engine.execution_options(**{WRITES: True}).begin()


def _close_log(path: Path) -> None:
    """Have a SQLite file hold all that its log does; a file that is none is left as it is.

    Raises:
        InputError: ``restore-ledger-used``: it can only be done by who has the file to itself.
    """
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_LOOK_S)) as database:
            database.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise InputError("restore-ledger-used", place=str(path)) from error
    except sqlite3.DatabaseError:
        # It is damaged: it goes aside as it lies there, with its log.
        return


def _with_logs(path: Path) -> list[Path]:
    return [path, *(path.with_name(path.name + tail) for tail in ("-wal", "-shm", "-journal"))]


def _copied(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o600)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"


def _program(engine: Engine, name: str) -> str:
    """PostgreSQL's program of this name, new enough for the server: on the PATH, or of a bundled server.

    Raises:
        InputError: ``backup-no-tools``.
    """
    with Reaching(engine), engine.connect() as connection:
        wanted = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    bundled = find_spec("pgserver")
    folders = [] if bundled is None or bundled.origin is None else [Path(bundled.origin).parent]
    places = [shutil.which(name), *(shutil.which(name, path=folder / "pginstall/bin") for folder in folders)]
    for place in places:
        if place is not None and _major(place) >= wanted:
            return place
    raise InputError("backup-no-tools", program=name, version=wanted)


def _major(program: str) -> int:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - a program that was found, no words of a user's
    found = re.search(r"\b(\d+)\.", told.stdout)
    return int(found[1]) if found else 0


def _run(engine: Engine, command: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs at an engine's database; the password is in no command line."""
    done = subprocess.run(  # noqa: S603 - no shell, and no words of a user's
        list(command),
        env={**os.environ, **_environment(engine)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
        timeout=_DUMP_S,
    )
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()] or [str(done.returncode)]
        reason = lines[0][:_TOLD_CHARACTERS]
        raise AwayError("backup-ledger-failed", place=place_of(engine), reason=reason)


#: What libpq calls the parts of a connection in a process's environment (PostgreSQL manual, 34.15).
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "options": "PGOPTIONS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


def _environment(engine: Engine) -> Mapping[str, str]:
    parts: Mapping[str, Any] = engine.dialect.create_connect_args(engine.url)[1]
    return {_VARIABLES[name]: str(value) for name, value in parts.items() if name in _VARIABLES}
