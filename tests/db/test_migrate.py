"""The migrations and the tables say the same, on both databases."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from db import migrate
from db.engine import WRITES, check_schema, connect
from db.tables import REVISIONS, metadata


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
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
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
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
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


def test_an_upgrade_makes_folder_and_file(tmp_path: Path) -> None:
    """The first upgrade makes a SQLite ledger where there was not even a folder."""
    engine = connect(f"sqlite:///{tmp_path}/new/home/ledger.sqlite3")
    assert migrate.current(engine).found is None
    assert migrate.upgrade(engine).ready
    engine.dispose()
