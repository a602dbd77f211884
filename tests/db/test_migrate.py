"""The migrations and the tables say the same, on both databases."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from db import migrate, plans
from db.engine import WRITES, check_schema, connect
from db.migrations.checks import widen
from db.plans import new_step
from db.states import Stage, StepState
from db.tables import (
    REVISIONS,
    artifacts,
    attempts,
    batches,
    departments,
    jobs,
    makings,
    metadata,
    results,
    steps,
    uses,
)
from farm.policy.order import Standing
from tests.db.revisions import alembic_config, bring_to


def test_the_migrated_schema_is_the_tables(url: str) -> None:
    """Alembic finds no difference between a migrated ledger and the tables."""
    engine = connect(url)
    assert migrate.check(engine) == ()
    engine.dispose()


def test_the_migrated_constraints_are_the_tables(tmp_path: Path) -> None:
    """Checks and partial indexes, which Alembic does not compare, are the same too, word for word."""
    migrated = connect(f"sqlite:///{tmp_path}/migrated.sqlite3")
    migrate.upgrade(migrated)
    made = connect(f"sqlite:///{tmp_path}/made.sqlite3")
    metadata.create_all(made)
    assert _schema(migrated) == _schema(made)


def _schema(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    engine.dispose()
    return {
        # The order of columns and constraints means nothing, and SQLite adds a column to the last line.
        name: sorted(line.strip().strip(",") for line in re.split(r"\n|, (?=[a-z_]+ [A-Z])", sql))
        for name, sql in rows
        if name != "alembic_version"
    }


def test_the_revisions_are_the_files() -> None:
    """The revisions that a process knows without Alembic are those of the migration files, in order."""
    found = [each.revision for each in ScriptDirectory.from_config(alembic_config()).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def test_upgrading_twice_changes_nothing(url: str) -> None:
    """An upgrade of a ledger that is up to date is one that was made already."""
    engine = connect(url)
    assert migrate.current(engine).ready
    assert migrate.upgrade(engine).ready
    check_schema(engine)
    engine.dispose()


def test_an_upgrade_keeps_what_films_are_made_of(tmp_path: Path) -> None:
    """The table of results is made anew on SQLite, with everything that was in it."""
    engine = connect(f"sqlite:///{tmp_path}/old.sqlite3")
    bring_to(engine, "0003")
    with closing(sqlite3.connect(tmp_path / "old.sqlite3")) as old:
        old.execute("PRAGMA ignore_check_constraints = ON")
        for table in ("artifacts", "jobs"):
            needed = [name for _, name, _, told, _, _ in old.execute(f"PRAGMA table_info({table})") if told]
            names, ones = ", ".join(f'"{name}"' for name in needed), ", ".join("1" for _ in needed)
            old.execute(f"INSERT INTO {table} ({names}) VALUES ({ones})")  # noqa: S608 - names of our own tables
        old.execute("INSERT INTO results VALUES (1, 'film', 1)")
        old.commit()
    migrate.upgrade(engine)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT job_id, role, artifact_id FROM results")).all() == [
            (1, "film", 1)
        ]
        connection.execute(text("INSERT INTO results VALUES (1, 'preview', 1)"))
    assert migrate.check(engine) == ()
    engine.dispose()


_SOURCE = {"kind": "source", "key": "k", "digest": "d", "size": 1, "suffix": "", "made_at": 1}
_JOB = {
    "batch_id": 1, "position": 0, "row_name": "1", "title": "", "user": "", "state": "queued",
    "archive": "none", "precedence": 1, "spec": "", "script_id": 1, "portrait_id": 1, "traceparent": "",
    "warnings": "", "submitted_at": 1,
}  # fmt: skip
_STEP = {"job": 1, "batch": 1, "department": 1, "rank": 1, "capability": "speak"}


def _enter_a_job(connection: Connection) -> None:
    batch = {"department_id": 1, "content": "c", "edition": 0, "name": "", "user": "", "created_at": 1}
    attempt = {"step_id": 1, "number": 1, "worker": "w", "device": "d", "started_at": 1}
    for table, values in (
        (departments, {"name": "all"}),
        (artifacts, _SOURCE),
        (batches, batch),
        (jobs, _JOB),
        (steps, new_step(**_STEP, stage=Stage.SPEAK)),
        (attempts, attempt),
        (uses, {"step_id": 1, "artifact_id": 1, "job_id": 1}),
        (results, {"job_id": 1, "role": "timeline", "artifact_id": 1}),
    ):
        # A ledger of an older schema has no room yet for what came later.
        there = _columns_of(connection, table)
        to, known = table, values
        if "precedence" in there and table is steps:
            to, known = Table(table.name, MetaData(), autoload_with=connection), {**values, "precedence": 1}
        connection.execute(insert(to).values({name: known[name] for name in known if name in there}))


def _columns_of(connection: Connection, table: Table) -> frozenset[str]:
    return frozenset(column["name"] for column in inspect(connection).get_columns(table.name))


def test_a_ledger_under_way_learns_to_listen_and_write(empty_url: str) -> None:
    """What stood in it stands in it still, whole; new words are taken from now on, and wrong ones are not."""
    engine = connect(empty_url)
    bring_to(engine, "0004")
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        _enter_a_job(connection)
        # What came later than these words is not asked for.
        questions = [
            select(*(column for column in table.c if column.name in _columns_of(connection, table)))
            for table in (attempts, artifacts, steps, uses, results)
        ]
        before = [connection.execute(question).all() for question in questions]
    assert migrate.upgrade(engine).ready
    assert migrate.check(engine) == ()
    with engine.connect() as connection:
        assert [connection.execute(question).all() for question in questions] == before
        assert connection.execute(select(jobs.c.recording_id, jobs.c.brief_id)).all() == [(None, None)]
        rank = plans.rank_of(Standing(submitted_ms=1, urgency="normal"), Stage.SPEAK, first=True)
        assert connection.execute(select(steps.c.rank, steps.c.opening)).all() == [(rank, 1)]
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    for table, column, values, words in (
        (steps, "stage", new_step(**_STEP, stage=Stage.SPEAK), ("write", "listen")),
        (results, "role", {"job_id": 1, "artifact_id": 1}, ("script", "transcript")),
        (artifacts, "kind", {**_SOURCE, "key": "other"}, ("heard", "latents", "script")),
    ):
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            for word in words:
                connection.execute(insert(table).values({**values, column: word}))
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(insert(table).values({**values, column: "dream"}))
    engine.dispose()


def test_attempts_of_older_versions_are_charged_alike(empty_url: str) -> None:
    """An upgrade writes down what attempts took that ended before anybody did so."""
    engine = connect(empty_url)
    bring_to(engine, "0006")
    ends = [
        ("ok", 900, 300),
        ("lost", 900, 300),
        ("error", 900, None),
        ("lost", 50, None),
        ("lost", 900, 950),
    ]
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        _enter_a_job(connection)
        for number, (outcome, ended, made) in enumerate(ends, 2):
            mine = {"step_id": 1, "number": number}
            told = {**mine, "worker": "w", "device": "cpu", "started_at": 100, "ended_at": ended}
            told |= {"outcome": outcome, "machine_ms": 0, "log_tail": "", "span": "", "folded": 0}
            connection.execute(insert(attempts).values(told))
            if made is not None:
                making = {**mine, "kind": "clip", "key": "k", "machine_ms": 1, "made_at": made}
                connection.execute(insert(makings), making)
    assert migrate.upgrade(engine).ready
    with engine.connect() as connection:
        asked = select(attempts.c.held_ms, attempts.c.good_ms).order_by(attempts.c.number)
        charged = [tuple(row) for row in connection.execute(asked)]
    assert charged == [(0, 0), (800, 800), (800, 200), (800, 0), (0, 0), (800, 800)]
    engine.dispose()


def test_a_check_is_widened_at_once(url: str) -> None:
    """The connection that has widened it takes a new word, and a wrong one is refused to it as before."""
    engine = connect(url)
    old = tuple(state.value for state in StepState)
    step = new_step(**_STEP, stage=Stage.JOIN)
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        _enter_a_job(connection)
        with Operations.context(MigrationContext.configure(connection)):
            widen("steps", "state", old=old, new=(*old, "dreaming"))
        connection.execute(insert(steps).values({**step, "state": "dreaming"}))
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(insert(steps).values({**step, "index": 1, "state": "awake"}))
    engine.dispose()


def test_a_check_that_says_something_else_is_not_widened(make_sqlite: Callable[[], str]) -> None:
    """SQLite's definitions are changed only where just the known words stand."""
    engine = connect(make_sqlite())
    with (
        pytest.raises(LookupError, match="steps"),
        engine.execution_options(**{WRITES: True}).begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        widen("steps", "state", old=("ready",), new=("ready", "dreaming"))
    assert migrate.check(engine) == ()
    engine.dispose()


def test_an_upgrade_makes_folder_and_file(tmp_path: Path) -> None:
    """The first upgrade makes a SQLite ledger where there was not even a folder."""
    engine = connect(f"sqlite:///{tmp_path}/new/home/ledger.sqlite3")
    assert migrate.current(engine).found is None
    assert migrate.upgrade(engine).ready
    engine.dispose()
