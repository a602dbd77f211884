"""Ledgers to test with: SQLite in a folder of one's own, and a real PostgreSQL, started once per session."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from db import migrate
from db.engine import connect
from db.ledger import Ledger
from tests.support.machine import folder_in_memory

#: A folder in memory where there is enough of it.
SCRATCH = folder_in_memory()
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for the session."""
    folder = Path(tempfile.mkdtemp(prefix="lectern-", dir=SCRATCH))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server(scratch: Path) -> Iterator[str]:
    """URL of a PostgreSQL server's own database; skipped where there is none, but never where CI is set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(scratch))
        try:
            import pgserver
        except ImportError:
            if "CI" in os.environ:
                raise
            pytest.skip("pgserver is not installed")
        folder = scratch / "postgresql"
        # The server gives up root's rights, and has to find its way to its folder.
        scratch.chmod(0o755)
        server = pgserver.get_server(folder, cleanup_mode="delete")
        server.psql("ALTER SYSTEM SET synchronous_commit = off")
        server.psql("ALTER SYSTEM SET fsync = off")
        # Each ledger is a database, written whole into the log: that grows to a GB otherwise.
        server.psql("ALTER SYSTEM SET max_wal_size = '64MB'")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


def _admin(server: str, command: str) -> None:
    engine = create_engine(
        server.replace("postgresql:", "postgresql+psycopg:", 1), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()


@pytest.fixture(scope="session")
def make_empty_postgresql(postgresql_server: str) -> Callable[[], str]:
    """Makes the URL of a PostgreSQL database without any table."""

    def make() -> str:
        name = f"empty_{next(_numbers)}"
        _admin(postgresql_server, f"CREATE DATABASE {name}")
        return postgresql_server.replace("/postgres?", f"/{name}?", 1)

    return make


@pytest.fixture(scope="session")
def make_empty_sqlite(scratch: Path) -> Callable[[], str]:
    """Makes the URL of a SQLite file that is not there yet."""
    return lambda: f"sqlite:///{scratch}/empty-{next(_numbers)}.sqlite3"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """A migrated database that others are copied from."""
    _admin(postgresql_server, "CREATE DATABASE template")
    engine = connect(postgresql_server.replace("/postgres?", "/template?", 1))
    migrate.upgrade(engine)
    engine.dispose()
    return "template"


@pytest.fixture(scope="session")
def sqlite_template(scratch: Path) -> Path:
    """A migrated file that others are copied from."""
    path = scratch / "template.sqlite3"
    engine = connect(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def make_sqlite(scratch: Path, sqlite_template: Path) -> Callable[[], str]:
    """Makes the URL of a fresh, migrated SQLite ledger."""

    def make() -> str:
        path = scratch / f"ledger-{next(_numbers)}.sqlite3"
        shutil.copyfile(sqlite_template, path)
        return f"sqlite:///{path}"

    return make


@pytest.fixture(scope="session")
def make_postgresql(postgresql_server: str, postgresql_template: str) -> Callable[[], str]:
    """Makes the URL of a fresh, migrated PostgreSQL ledger."""

    def make() -> str:
        name = f"ledger_{next(_numbers)}"
        _admin(postgresql_server, f"CREATE DATABASE {name} TEMPLATE {postgresql_template}")
        return postgresql_server.replace("/postgres?", f"/{name}?", 1)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a fresh, migrated ledger, of each database in turn; 8 MB of one are not kept."""
    make: Callable[[], str] = request.getfixturevalue(f"make_{request.param}")
    made = make()
    yield made
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgresql_server")
        _admin(server, f"DROP DATABASE {make_url(made).database} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """URL of a database without any table, of each kind in turn."""
    make: Callable[[], str] = request.getfixturevalue(f"make_empty_{request.param}")
    return make()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A fresh ledger, of each database in turn."""
    opened = Ledger(connect(url))
    yield opened
    opened.close()
