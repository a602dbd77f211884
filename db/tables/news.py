"""News of films and batches for other programs: what is to be delivered, and each try to do so."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
)

from db.states import DeliveryState
from db.tables.schema import Id, metadata, one_of


class DeliveryColumns(TypedColumns):
    """One piece of news; each is told once."""

    id: Named[int] = Column(Id, primary_key=True)
    event: Named[str] = Column(String(32), nullable=False)
    #: What happened to what, such as ``job-7-2``: the same piece of news has the same.
    subject: Named[str] = Column(String(64), nullable=False)
    batch_id: Named[int | None] = Column(BigInteger)
    job_id: Named[int | None] = Column(BigInteger)
    body: Named[str] = Column(Text, nullable=False)
    state: Named[str] = Column(String(16), nullable=False)
    tries: Named[int] = Column(Integer, nullable=False)
    due_at: Named[int] = Column(BigInteger, nullable=False)
    created_at: Named[int] = Column(BigInteger, nullable=False)
    ended_at: Named[int | None] = Column(BigInteger)


deliveries = Table(
    "deliveries",
    metadata,
    DeliveryColumns,
    UniqueConstraint("event", "subject"),
    one_of("state", DeliveryState),
    Index("ix_deliveries_due", "state", "due_at"),
)


class DeliveryTryColumns(TypedColumns):
    """A try to deliver: what the other side answered, 0 where it did not, and in a few words why."""

    delivery_id: Named[int] = Column(Id, ForeignKey(deliveries.c.id), primary_key=True)
    number: Named[int] = Column(Integer, primary_key=True)
    at: Named[int] = Column(BigInteger, nullable=False)
    status: Named[int] = Column(Integer, nullable=False)
    detail: Named[str] = Column(Text, nullable=False)


delivery_tries = Table("delivery_tries", metadata, DeliveryTryColumns)
