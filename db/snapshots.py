"""Copies of a whole ledger, taken while the farm works, and put back in the place of one that is gone.

What is put back is no ledger yet: nothing opens it until `Raised.finish` gives it its name on SQLite, its
revision on PostgreSQL. So what a restore has to change in it first is never missed. Whoever is killed before
that is followed by one who begins anew, and finds the place as free as it was found before.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, column, delete, exc, insert, table, text

from db import migrate, roles
from db.engine import RESTORING, RESTORING_FILE, WRITES, Reaching, connect, place_of
from db.ledger import CrashPoint, no_crash
from db.postgresql import program, run_program, server_of
from db.tables import REVISIONS
from pipeline.durable import give_name, sync_file, sync_folder
from pipeline.plan.errors import AwayError, InputError

_SQLITE, _POSTGRESQL = "ledger.sqlite3", "ledger.dump"
#: What an old ledger is called that another one was put in the place of.
_ASIDE = "before_restore_"
_VERSIONS = table("alembic_version", column("version_num"))
#: SQLSTATE of who may not do something.
_NO_RIGHTS = "42501"
_LOOK_S = 1

_STRANGERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND coalesce(backend_type, 'client backend') = 'client backend'"
)
_TABLES = text(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
)
_SCHEMA = text("SELECT current_schema()")
#: Stands beside the tables until all is done: what the schema is called now that was there.
_MARK = table(RESTORING, column("aside"))
_MAKE_MARK = text(f"CREATE TABLE {RESTORING} (aside text NOT NULL)")


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A copy of a ledger.

    Attributes:
        file: its name in the backup's folder.
        database: ``sqlite`` or ``postgresql``.
        revision: of its schema.
        server: the version of PostgreSQL that it was taken of; 0 for SQLite.
    """

    file: str
    database: str
    revision: str
    server: int = 0


@dataclass(frozen=True, kw_only=True)
class Raised:
    """A ledger that was put back, which nobody opens yet.

    Attributes:
        engine: to change it with.
        finish: makes it the ledger, and tells what the one is called now that stood in its place; empty where
            none did. Nothing uses `engine` afterwards.
        undo: has everything be as it was before.
    """

    engine: Engine
    finish: Callable[[], str]
    undo: Callable[[], None]


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
        tool = program(engine, "pg_dump")
        # Without its revision, what is put back is no ledger before all is done.
        hidden = f"--exclude-table-data={_VERSIONS.name}"
        words = ["--format=custom", "--no-owner", "--no-privileges", hidden, f"--exclude-schema={_ASIDE}*"]
        run_program(engine, [tool, *words, f"--file={folder / _POSTGRESQL}"])
    name = _SQLITE if database == "sqlite" else _POSTGRESQL
    sync_file(folder / name)
    server = 0 if database == "sqlite" else server_of(engine)
    return Snapshot(file=name, database=database, revision=REVISIONS[-1], server=server)


def check_free(engine: Engine, *, replace: bool) -> None:
    """Return if a ledger may be put where this engine leads: nothing is there, or it may be replaced.

    What a restore left half done is nothing.

    Raises:
        InputError: ``restore-ledger-there``; or ``restore-ledger-used``: somebody has it open.
        AwayError: ``ledger-away``.
    """
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        there = _is_there(path)
        if there and replace:
            _close_log(path)
    else:
        with Reaching(engine), engine.connect() as connection:
            if connection.execute(_STRANGERS).scalar_one():
                raise InputError("restore-ledger-used", place=place_of(engine))
            tables = connection.execute(_TABLES).scalars().all()
            there = bool(tables) and RESTORING not in tables
    if there and not replace:
        raise InputError("restore-ledger-there", place=place_of(engine))


def put_back(url: str, snapshot: Snapshot, folder: Path, *, crash: CrashPoint = no_crash) -> Raised:
    """Put a copy in the place of the ledger that a URL leads to, of this version's schema but not yet open.

    What is there is moved aside, never deleted; `check_free` says whether it may be. What goes wrong changes
    nothing.

    Args:
        url: where.
        snapshot: the copy.
        folder: the backup that it lies in.
        crash: called between two changes with the point's name.

    Raises:
        InputError: ``restore-other-database``, ``restore-schema-new``, ``restore-server-old``,
            ``restore-no-rights``, ``backup-no-tools``.
        AwayError: ``ledger-away``, or ``backup-ledger-failed``.
    """
    with _left_closed(connect(url)) as engine:
        if engine.dialect.name != snapshot.database:
            raise InputError("restore-other-database", found=snapshot.database, wanted=engine.dialect.name)
        if snapshot.revision not in REVISIONS:
            told = {"found": snapshot.revision, "wanted": REVISIONS[-1]}
            raise InputError("restore-schema-new", file=snapshot.file, **told)
        source = folder / snapshot.file
        if snapshot.database == "sqlite":
            return _raise_sqlite(engine, lambda part: _copied(source, part), crash)
        if (server := server_of(engine)) < snapshot.server:
            told = {"found": str(server), "wanted": str(snapshot.server)}
            raise InputError("restore-server-old", place=place_of(engine), **told)
        tool = program(engine, "pg_restore")
        # Programs of an older version cannot read what newer ones wrote: nothing is changed to find that out.
        run_program(engine, [tool, "--list", str(source)])
        words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        command = [tool, *words, f"--dbname={engine.url.database}", str(source)]
        return _raise_postgresql(engine, snapshot.revision, lambda: run_program(engine, command), crash)


def put_new(url: str, *, crash: CrashPoint = no_crash) -> Raised:
    """Put an empty ledger where a URL leads, as `put_back` puts a copy.

    Raises:
        InputError, AwayError: as `put_back`.
    """
    with _left_closed(connect(url)) as engine:
        if engine.dialect.name == "sqlite":
            return _raise_sqlite(engine, lambda _part: None, crash)
        return _raise_postgresql(engine, "", lambda: None, crash)


@contextlib.contextmanager
def _left_closed(engine: Engine) -> Iterator[Engine]:
    """An engine whose connections are closed by whatever ends a block early."""
    try:
        yield engine
    except BaseException:
        engine.dispose()
        raise


def _copy_sqlite(engine: Engine, target: Path) -> None:
    """SQLite's online backup: in one step, beside any writer: its log takes what is new."""
    with Reaching(engine), engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if not isinstance(raw, sqlite3.Connection):
            raise TypeError(raw)
        with contextlib.closing(sqlite3.connect(target)) as copy:
            raw.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")


def _raise_sqlite(engine: Engine, fill: Callable[[Path], None], crash: CrashPoint) -> Raised:
    path = Path(str(engine.url.database))
    engine.dispose()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + RESTORING_FILE)
    raised = connect(str(engine.url.set(database=str(part)).render_as_string(hide_password=False)))

    def undo() -> None:
        raised.dispose()
        for old in _with_logs(part):
            old.unlink(missing_ok=True)

    def finish() -> str:
        raised.dispose()
        _close_log(part)
        sync_file(part)
        crash("restore-file-ready")
        aside = _put_aside(path)
        crash("restore-file-aside")
        part.rename(path)
        crash("restore-file-named")
        sync_folder(path.parent)
        return aside

    undo()
    with undoing(undo):
        fill(part)
        crash("restore-file-copied")
        migrate.upgrade(raised)
        crash("restore-file-upgraded")
    return Raised(engine=raised, finish=finish, undo=undo)


def _put_aside(path: Path) -> str:
    """Give a ledger another name beside its own, which the next one then takes; its logs move."""
    aside = path.with_name(f"{path.name}.{_ASIDE}{_stamp(path)}")
    there = _is_there(path)
    if there:
        # Who was killed right after this gave it the same name.
        while not give_name(path, aside):
            aside = aside.with_name(f"{aside.name}_")
    for log in _with_logs(path)[1:]:
        if log.is_file():
            log.rename(aside.with_name(aside.name + log.name.removeprefix(path.name)))
    return str(aside) if there else ""


def _raise_postgresql(engine: Engine, revision: str, fill: Callable[[], None], crash: CrashPoint) -> Raised:
    def undo() -> None:
        with Reaching(engine), _writing(engine) as connection:
            if RESTORING in connection.execute(_TABLES).scalars():
                _drop_half(connection)
        engine.dispose()

    def finish() -> str:
        with Reaching(engine), _writing(engine) as connection:
            aside: str = connection.execute(_MARK.select()).scalar_one()
            _set_revision(connection, REVISIONS[-1])
            connection.execute(text(f"DROP TABLE {RESTORING}"))
            roles.renew(connection)
            crash("restore-schema-before-open")
        crash("restore-schema-after-open")
        engine.dispose()
        return aside

    with Reaching(engine), _allowed(engine), _writing(engine) as connection:
        if RESTORING in connection.execute(_TABLES).scalars():
            _drop_half(connection)
        _clear(connection)
        crash("restore-schema-before-clear")
    crash("restore-schema-after-clear")
    # A connection from before looks for tables in the schema that is set aside.
    engine.dispose()
    with undoing(undo):
        fill()
        crash("restore-schema-filled")
        if revision != REVISIONS[-1]:
            # At no moment does anybody see it with a revision.
            with Reaching(engine), _writing(engine) as connection:
                if revision:
                    _set_revision(connection, revision)
                migrate.upgrade_within(connection)
                connection.execute(delete(_VERSIONS))
            crash("restore-schema-upgraded")
    return Raised(engine=engine, finish=finish, undo=undo)


def _clear(connection: Connection) -> None:
    """Have an empty schema, which tells that something is put into it, and what the one is called before."""
    aside = ""
    if connection.execute(_TABLES).first() is not None:
        aside = f"{_ASIDE}{_stamp()}"
        schema = _quoted(connection, connection.execute(_SCHEMA).scalar_one())
        connection.execute(text(f"ALTER SCHEMA {schema} RENAME TO {_quoted(connection, aside)}"))
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    connection.execute(_MAKE_MARK)
    connection.execute(insert(_MARK), {"aside": aside})


def _drop_half(connection: Connection) -> None:
    """Drop what was half put in, and have what stood there before in its place again."""
    aside: str = connection.execute(_MARK.select()).scalar_one()
    tables = [_quoted(connection, name) for name in connection.execute(_TABLES).scalars()]
    connection.execute(text(f"DROP TABLE {', '.join(tables)} CASCADE"))
    if aside:
        schema = _quoted(connection, connection.execute(_SCHEMA).scalar_one())
        connection.execute(text(f"DROP SCHEMA {schema}"))
        connection.execute(text(f"ALTER SCHEMA {_quoted(connection, aside)} RENAME TO {schema}"))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _set_revision(connection: Connection, revision: str) -> None:
    connection.execute(delete(_VERSIONS))
    connection.execute(insert(_VERSIONS), {"version_num": revision})


@contextlib.contextmanager
def undoing(undo: Callable[[], None]) -> Iterator[None]:
    """Undo what went wrong in a block; who cannot is followed by one who begins anew."""
    try:
        yield
    except (Exception, KeyboardInterrupt):
        with contextlib.suppress(AwayError, OSError):
            undo()
        raise


@contextlib.contextmanager
def _allowed(engine: Engine) -> Iterator[None]:
    """Say in words that the ledger's user may not do what a restore has to.

    Raises:
        InputError: ``restore-no-rights``.
    """
    try:
        yield
    except exc.ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_RIGHTS:
            raise
        reason = str(error.orig).strip().splitlines()[0]
        raise InputError("restore-no-rights", place=place_of(engine), reason=reason) from error


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


def _is_there(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _stamp(path: Path | None = None) -> str:
    """The time in a name: when a file was changed last, or now."""
    when = datetime.now(UTC)
    if path is not None and path.is_file():
        when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return f"{when:%Y%m%dT%H%M%S%f}"
