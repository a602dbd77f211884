"""What all tables are described with: their names for constraints, numbers of rows, and checks."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Integer,
    MetaData,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

#: The type of rows' numbers: SQLite counts rows by itself only where a column is an INTEGER and nothing else.
Id = BigInteger().with_variant(Integer, "sqlite")


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """A column holds one of these words."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def never_below(column: str, least: int) -> CheckConstraint:
    """A column holds no less than this."""
    return CheckConstraint(f"{column} >= {least}", name=f"{column}_range")
