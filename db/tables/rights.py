"""What departments may use: grants beyond their quota, what was charged to it, windows, pools, and stops."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Named,
    SmallInteger,
    String,
    Table,
    Text,
    TypedColumns,
)

from db.states import StopKind, StopScope
from db.tables.orders import departments, jobs
from db.tables.schema import Id, metadata, never_below, one_of


class AllowanceColumns(TypedColumns):
    """Films that a department may have made beyond its daily quota, until a time."""

    id: Named[int] = Column(Id, primary_key=True)
    department_id: Named[int] = Column(Id, ForeignKey(departments.c.id), nullable=False, index=True)
    films: Named[int] = Column(Integer, nullable=False)
    until: Named[int] = Column(BigInteger, nullable=False)
    by: Named[str] = Column(Text, nullable=False)
    at: Named[int] = Column(BigInteger, nullable=False)


allowances = Table("allowances", metadata, AllowanceColumns, never_below("films", 1))


class ChargeColumns(TypedColumns):
    """A film that counts against a department's quota of one day: once, however often it is retried."""

    job_id: Named[int] = Column(Id, ForeignKey(jobs.c.id), primary_key=True)
    department_id: Named[int] = Column(Id, ForeignKey(departments.c.id), nullable=False)
    member: Named[str] = Column(Text, nullable=False)
    #: The quota's day: days since the Unix epoch of the date on which it begins, where the quota counts.
    day: Named[int] = Column(Integer, nullable=False)
    #: The allowance that it uses up; None: it counts against the day.
    allowance_id: Named[int | None] = Column(Id, ForeignKey(allowances.c.id), index=True)
    at: Named[int] = Column(BigInteger, nullable=False)


charges = Table(
    "charges",
    metadata,
    ChargeColumns,
    Index("ix_charges_day", "department_id", "day", "member", "allowance_id"),
)


class WindowColumns(TypedColumns):
    """A named window of time, as people write it: ``22:00-07:00 Asia/Shanghai, weekends all day``."""

    name: Named[str] = Column(String(64), primary_key=True)
    times: Named[str] = Column(Text, nullable=False)
    by: Named[str] = Column(Text, nullable=False)
    at: Named[int] = Column(BigInteger, nullable=False)


windows = Table("windows", metadata, WindowColumns)


class PoolColumns(TypedColumns):
    """How a pool deals with others; one that does not stand here lends nothing and has no stand-by."""

    name: Named[str] = Column(String(64), primary_key=True)
    lends: Named[int] = Column(SmallInteger, nullable=False)
    #: The pool that renders its films while it has no healthy worker; empty for none.
    standby: Named[str] = Column(String(64), nullable=False)
    #: Models and voices that its workers open before anybody asks, with spaces between.
    preload: Named[str] = Column(Text, nullable=False)
    by: Named[str] = Column(Text, nullable=False)
    at: Named[int] = Column(BigInteger, nullable=False)


pools = Table("pools", metadata, PoolColumns, CheckConstraint("lends IN (0, 1)", name="lends"))


class StopColumns(TypedColumns):
    """A department or a pool of which nothing begins: of a hold new films, of a pause anything at all."""

    scope: Named[str] = Column(String(16), primary_key=True)
    name: Named[str] = Column(String(64), primary_key=True)
    kind: Named[str] = Column(String(16), primary_key=True)
    until: Named[int | None] = Column(BigInteger)
    reason: Named[str] = Column(Text, nullable=False)
    by: Named[str] = Column(Text, nullable=False)
    at: Named[int] = Column(BigInteger, nullable=False)


stops = Table("stops", metadata, StopColumns, one_of("scope", StopScope), one_of("kind", StopKind))
