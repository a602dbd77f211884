"""Blocks: what a worker is kept from for a while, since it failed at it again and again.

A block holds only where somebody else does the same: a farm of one worker goes on with it. A row whose reason
is empty tells that an operator had the worker's failures forgotten, and when.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Executable, bindparam, select, union

from db import rows
from db.ledger import Ledger
from db.prepared import run
from db.tables import blocks, skills


@dataclass(frozen=True, kw_only=True)
class Block:
    """What a worker is kept from, until when, and the code of the error that it met last."""

    worker: str
    capability: str
    until: int
    reason: str


def _keeping(inserter: rows.Inserter) -> Executable:
    entered = inserter(blocks)
    return entered.on_conflict_do_update(
        index_elements=[blocks.c.worker, blocks.c.capability],
        set_={"until": entered.excluded.until, "reason": entered.excluded.reason},
    )


_KEEP = rows.per_dialect(_keeping)
#: The blocks that have not run out by `now`.
LIVE = select(blocks).where(blocks.c.until > bindparam("now"), blocks.c.reason != "")
LIVE = LIVE.order_by(blocks.c.worker, blocks.c.capability)
_LIVE_OF = select(blocks.c.capability).where(
    blocks.c.worker == bindparam("who"), blocks.c.until > bindparam("now"), blocks.c.reason != ""
)
_ABLE = union(
    select(skills.c.capability).where(skills.c.worker == bindparam("who")),
    select(blocks.c.capability).where(blocks.c.worker == bindparam("who")),
)
_DONE = select(skills.c.capability).where(skills.c.worker == bindparam("who")).distinct()
_LIFTED = select(blocks.c.until).where(
    blocks.c.worker == bindparam("worker"),
    blocks.c.capability == bindparam("capability"),
    blocks.c.reason == "",
)


def read_blocks(ledger: Ledger) -> tuple[Block, ...]:
    """Every block that has not run out.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            Block(worker=row.worker, capability=row.capability, until=row.until, reason=row.reason)
            for row in run(connection, LIVE, {"now": ledger.clock()})
        )


def able(connection: Connection, worker: str) -> tuple[str, ...]:
    """What a worker can do, whether it is kept from it or not."""
    return tuple(row.capability for row in run(connection, _DONE, {"who": worker}))


def keep(connection: Connection, block: Block) -> None:
    """Keep a worker from a kind of step."""
    run(connection, rows.spoken(connection, _KEEP), asdict(block))


def lift(connection: Connection, worker: str, now: int) -> tuple[str, ...]:
    """Forget what a worker has failed at until now, whether that keeps it from anything or not; what did."""
    kept = tuple(row.capability for row in run(connection, _LIVE_OF, {"who": worker, "now": now}))
    for row in connection.execute(_ABLE, {"who": worker}).all():
        keep(connection, Block(worker=worker, capability=row.capability, until=now, reason=""))
    return tuple(sorted(kept))


def lifted_at(connection: Connection, worker: str, capability: str) -> int:
    """When a worker's failures at a kind of step were last forgotten; 0: never."""
    return run(connection, _LIFTED, {"worker": worker, "capability": capability}).scalar() or 0
