"""Migration of the ledger's schema: by an operator's command alone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine


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
        AwayError: ``ledger-away``.
    """
    raise NotImplementedError


def upgrade(engine: Engine) -> SchemaState:
    """Bring the ledger's schema to this version's, in one transaction; what it is then.

    Raises:
        InputError: ``ledger-schema-new``: it belongs to a newer version.
        AwayError: ``ledger-away``.
    """
    raise NotImplementedError


def check(engine: Engine) -> tuple[str, ...]:
    """What differs between the ledger's real schema and the one that this version expects; empty when nothing.

    Raises:
        InputError, AwayError: as `db.engine.check_schema`.
    """
    raise NotImplementedError
