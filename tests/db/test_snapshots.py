"""Copies of ledgers: of older schemas they are brought up to date, and what cannot be put back is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from db import migrate, snapshots
from db.engine import check_schema, connect
from db.snapshots import Snapshot
from pipeline.plan.errors import AwayError, InputError
from tests.db.revisions import bring_to

_MARK = "INSERT INTO departments (name) VALUES ('of the copy')"
_MARKED = "SELECT count(*) FROM departments WHERE name = 'of the copy'"


def marked(url: str) -> int:
    """Whether this version's ledger stands there with what the copy has."""
    engine = connect(url)
    try:
        check_schema(engine)
        with engine.connect() as connection:
            return int(connection.execute(text(_MARKED)).scalar_one())
    finally:
        engine.dispose()


def copy_of(engine: Engine, folder: Path) -> Snapshot:
    """A copy of a ledger, with something in it that others have not."""
    with engine.begin() as connection:
        connection.execute(text(_MARK))
    try:
        return snapshots.take(engine, folder)
    finally:
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM departments WHERE name = 'of the copy'"))
        engine.dispose()


def test_a_copy_of_an_older_schema_is_brought_up_to_date(empty_url: str, tmp_path: Path) -> None:
    """It is never seen as the old one; one of a schema that nobody knows is refused, and changes nothing."""
    engine = connect(empty_url)
    bring_to(engine, "0004")
    old = replace(copy_of(engine, tmp_path), revision="0004")
    migrate.upgrade(engine)
    engine.dispose()
    with pytest.raises(InputError, match="restore-schema-new"):
        snapshots.put_back(empty_url, replace(old, revision="0815"), tmp_path)
    assert marked(empty_url) == 0
    raised = snapshots.put_back(empty_url, old, tmp_path)
    raised.finish()
    assert marked(empty_url) == 1
    assert migrate.check(engine) == ()
    engine.dispose()


@pytest.fixture
def postgresql(make_postgresql: Callable[[], str]) -> str:
    """The URL of a ledger on PostgreSQL."""
    return make_postgresql()


def test_what_postgresql_cannot_put_back_is_refused_and_changes_nothing(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of another database or of a newer server, a damaged one, programs that are old or not there."""
    taken = copy_of(connect(postgresql), tmp_path)
    assert taken.server > 0
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / taken.file).write_bytes(b"PGDMP and nothing else")
    for wrong, code in (
        (replace(taken, database="sqlite"), "restore-other-database"),
        (replace(taken, server=taken.server + 1), "restore-server-old"),
    ):
        with pytest.raises(InputError, match=code):
            snapshots.put_back(postgresql, wrong, tmp_path)
    with pytest.raises(AwayError, match="backup-ledger-failed"):
        snapshots.put_back(postgresql, taken, tmp_path / "damaged")
    with pytest.raises(InputError, match="restore-other-database"):
        snapshots.put_back(f"sqlite:///{tmp_path}/other.sqlite3", taken, tmp_path)
    monkeypatch.setattr("db.postgresql.find_spec", lambda _name: None)
    for version in ("", "9.6.24"):
        if version:
            for name in ("pg_dump", "pg_restore"):
                program = tmp_path / name
                program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
                program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(InputError, match="backup-no-tools"):
            snapshots.put_back(postgresql, taken, tmp_path)
    engine = connect(postgresql)
    with pytest.raises(InputError, match="backup-no-tools"):
        snapshots.take(engine, tmp_path)
    with pytest.raises(InputError, match="restore-ledger-there"):
        snapshots.check_free(engine, replace=False)
    engine.dispose()
    assert marked(postgresql) == 0


def test_who_may_not_restore_is_told_so(postgresql: str, tmp_path: Path) -> None:
    """A user who does not own the database changes nothing in it."""
    engine = connect(postgresql)
    taken = copy_of(engine, tmp_path)
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS stranger"))
        connection.execute(text("CREATE ROLE stranger LOGIN"))
    stranger = engine.url.set(username="stranger").render_as_string(hide_password=False)
    engine.dispose()
    with pytest.raises(InputError, match="restore-no-rights"):
        snapshots.put_back(stranger, taken, tmp_path)
    assert marked(postgresql) == 0
