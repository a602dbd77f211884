"""News of films and batches for other programs: what is wanted, what is to be delivered, and each try."""

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
)

from db.states import DeliveryState, Event
from db.tables.schema import Id, metadata, never_below, one_of


class SubscriptionColumns(TypedColumns):
    """The events that news are wanted of, as the settings of whoever leads say; of others there are none."""

    event: Named[str] = Column(String(32), primary_key=True)


subscriptions = Table("subscriptions", metadata, SubscriptionColumns, one_of("event", Event))


class DeliveryColumns(TypedColumns):
    """One piece of news; each is told once."""

    id: Named[int] = Column(Id, primary_key=True)
    #: What it is called by those who get it, in this life of the ledger and in every other: a UUID.
    key: Named[str] = Column(String(36), nullable=False, unique=True)
    event: Named[str] = Column(String(32), nullable=False)
    batch_id: Named[int | None] = Column(BigInteger)
    job_id: Named[int | None] = Column(BigInteger)
    body: Named[str] = Column(Text, nullable=False)
    state: Named[str] = Column(String(16), nullable=False)
    tries: Named[int] = Column(Integer, nullable=False)
    #: How many of these it had when somebody last had it told anew; patience counts from there.
    forgiven: Named[int] = Column(Integer, nullable=False)
    due_at: Named[int] = Column(BigInteger, nullable=False)
    created_at: Named[int] = Column(BigInteger, nullable=False)
    ended_at: Named[int | None] = Column(BigInteger)


deliveries = Table(
    "deliveries",
    metadata,
    DeliveryColumns,
    one_of("event", Event),
    one_of("state", DeliveryState),
    never_below("tries", 0),
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
