"""Migration of the ledger's schema: by an operator's command alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine

from db import roles
from db.engine import WRITES, Reaching, check_schema, place_of, revision_of
from db.tables import REVISIONS, metadata
from pipeline.plan.errors import InputError


@dataclass(frozen=True, kw_only=True)
class SchemaState:
    """The revision that a ledger has (None: none at all), and the one that this version works with."""

    found: str | None
    wanted: str

    @property
    def ready(self) -> bool:
        """Whether this version can work with it."""
        return self.found == self.wanted


def current(engine: Engine) -> SchemaState:
    """Which revision the ledger has.

    Raises:
        InputError: ``ledger-on-network`` or ``ledger-half-restored``.
        AwayError: ``ledger-away``.
    """
    return SchemaState(found=revision_of(engine), wanted=REVISIONS[-1])


def upgrade(engine: Engine) -> SchemaState:
    """Bring the ledger's schema to this version's, in one transaction; what it is then.

    Two that upgrade at once do it one after the other. SQLite's file is made, with its folder.

    Raises:
        InputError: ``ledger-on-network``, or ``ledger-schema-new``: it belongs to a newer version.
        AwayError: ``ledger-away``.
    """
    found = current(engine).found
    if found is not None and found not in REVISIONS:
        raise InputError("ledger-schema-new", place=place_of(engine), found=found, wanted=REVISIONS[-1])
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(parents=True, exist_ok=True)
    with Reaching(engine), _alone(engine) as connection:
        upgrade_within(connection)
    return current(engine)


def upgrade_within(connection: Connection) -> None:
    """Bring a schema to this version's inside a transaction that writes, which nobody else's runs beside."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    roles.renew(connection)


def check(engine: Engine) -> tuple[str, ...]:
    """What differs between the ledger's real schema and the one that this version expects.

    Raises:
        InputError, AwayError: as `db.engine.check_schema`.
    """
    check_schema(engine)
    with Reaching(engine), engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return tuple(repr(difference) for difference in compare_metadata(context, metadata))


@contextlib.contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other migration runs beside."""
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('lectern-migration'))")
        yield connection
