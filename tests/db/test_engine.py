"""Connections keep their promises on both databases."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, exc, select, text, update
from sqlalchemy.engine import make_url

from db import migrate
from db.engine import check_schema, connect
from db.ledger import Ledger
from db.tables import leaders
from pipeline.plan.errors import AwayError, InputError


def test_sqlite_is_set_up_to_keep_what_is_committed(make_sqlite: object, tmp_path: Path) -> None:
    """A SQLite ledger runs in WAL with full syncs and foreign keys."""
    del make_sqlite
    engine = connect(f"sqlite:///{tmp_path}/ledger.sqlite3")
    with engine.connect() as connection:
        told = {
            pragma: connection.execute(text(f"PRAGMA {pragma}")).scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_postgresql_host_that_falls_silent_is_noticed(make_postgresql: Callable[[], str]) -> None:
    """The kernel asks whether it is there; else a beat waits as long as TCP does: a quarter of an hour."""
    engine = connect(make_postgresql())
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        told = raw.info.get_parameters()
    engine.dispose()
    assert {name: value for name, value in told.items() if name.startswith(("keepalives", "tcp"))} == {
        "keepalives": "1",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "30000",
    }


def test_writers_wait_for_each_other(ledger: Ledger) -> None:
    """Of 400 read-then-write transactions of four threads none fails, and none is lost."""
    failures: list[BaseException] = []

    def write() -> None:
        for _ in range(100):
            try:
                with ledger.write("count") as connection:
                    found = connection.execute(select(leaders.c.counter).with_for_update()).scalar_one()
                    connection.execute(update(leaders).values(counter=found + 1))
            except AwayError as error:
                failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with ledger.read() as connection:
        assert connection.execute(select(leaders.c.counter)).scalar_one() == 400


def test_a_block_that_raises_leaves_nothing(ledger: Ledger) -> None:
    """A transaction whose block raises is undone."""

    def broken() -> None:
        with ledger.write("broken") as connection:
            connection.execute(update(leaders).values(holder="somebody"))
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    with ledger.read() as connection:
        assert connection.execute(select(leaders.c.holder)).scalar_one() == ""


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "no url", "postgresq://x"]
)
def test_other_addresses_are_refused(url: str) -> None:
    """An address that is no SQLite file and no PostgreSQL database is refused by name."""
    with pytest.raises(InputError) as told:
        connect(url)
    assert told.value.code == "ledger-url-wrong"


@pytest.mark.parametrize(
    "url", ["postgresql://nobody:secret@127.0.0.1:1/none", "sqlite:////proc/no/such/folder/ledger.sqlite3"]
)
def test_an_unreachable_ledger_is_away(url: str) -> None:
    """A database that does not answer is away, and the message holds no password."""
    ledger = Ledger(connect(url))
    with pytest.raises(AwayError) as told, ledger.write("nothing"):
        pass
    ledger.close()
    assert told.value.code == "ledger-away"
    assert "secret" not in str(told.value)


def test_a_server_without_the_tls_that_was_asked_for_is_not_trusted() -> None:
    """Nothing is sent to it, and the message names what is wrong and no password."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            accepted, _ = server.accept()
            with accepted:
                accepted.recv(8)
                # PostgreSQL's answer to who asks for TLS, where there is none.
                accepted.sendall(b"N")

        answering = threading.Thread(target=refuse)
        answering.start()
        port = server.getsockname()[1]
        engine = connect(f"postgresql://nobody:secret@127.0.0.1:{port}/none?sslmode=require")
        with pytest.raises(AwayError) as told:
            check_schema(engine)
        answering.join()
        engine.dispose()
    assert told.value.code == "ledger-untrusted"
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("limit", ["default_transaction_read_only", "idle_in_transaction_session_timeout"])
def test_a_server_that_takes_no_writes_for_a_while_is_away(
    make_postgresql: Callable[[], str], limit: str
) -> None:
    """A demoted primary and a transaction that the server ended are waited for, and then it goes on."""
    url = make_postgresql()
    ledger, admin = Ledger(connect(url)), connect(url)
    name = make_url(url).database

    def set_up(command: str) -> None:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"ALTER DATABASE {name} {command}"))

    def write() -> None:
        with ledger.write("touch") as connection:
            connection.execute(update(leaders).values(holder="somebody"))
            if limit == "idle_in_transaction_session_timeout":
                connection.execute(text(f"SET LOCAL {limit} = 100"))
                time.sleep(0.5)
            connection.execute(update(leaders).values(holder="else"))

    if limit == "default_transaction_read_only":
        set_up(f"SET {limit} = on")
    with pytest.raises(AwayError) as told:
        write()
    set_up(f"RESET {limit}")
    # Also the connections that were made meanwhile must not remain as they were.
    limit = "none"
    write()
    ledger.close()
    admin.dispose()
    assert told.value.code == "ledger-away"


def test_a_statement_that_cannot_be_is_no_lost_database(ledger: Ledger) -> None:
    """What would be wrong again at the next try is told as what it is, not waited for."""
    told: list[Exception] = []
    for wrong in ("SELECT nothing FROM nowhere", "SELECT 1 FROM", f"SELECT {', '.join(['1'] * 3000)}"):
        try:
            with ledger.read() as connection:
                connection.execute(text(wrong))
        except exc.DBAPIError as error:
            told.append(error)
    assert len(told) == 3


def test_a_ledger_without_tables_says_so(tmp_path: Path) -> None:
    """A missing ledger is named, and the question does not make one."""
    path = tmp_path / "ledger.sqlite3"
    with pytest.raises(InputError) as told:
        check_schema(connect(f"sqlite:///{path}"))
    assert told.value.code == "ledger-schema-missing"
    assert not path.exists()


@pytest.mark.parametrize(("found", "code"), [("9999", "ledger-schema-new")])
def test_a_ledger_of_another_version_is_left_alone(url: str, found: str, code: str) -> None:
    """A ledger that a newer version made is neither used nor migrated."""
    engine = connect(url)
    _set_revision(engine, found)
    with pytest.raises(InputError) as told:
        check_schema(engine)
    assert told.value.code == code
    with pytest.raises(InputError):
        migrate.upgrade(engine)
    engine.dispose()


def _set_revision(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": revision})


def test_nothing_connects_before_it_is_used() -> None:
    """Making an engine reaches for no database."""
    connect("postgresql://nobody@127.0.0.1:1/none").dispose()
    create_engine("sqlite://").dispose()
