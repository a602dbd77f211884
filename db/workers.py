"""Workers: who is there, and what each can do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Executable, bindparam, delete, insert, select, update

from db import rows
from db.ledger import Ledger
from db.prepared import run
from db.tables import skills, workers


@dataclass(frozen=True, kw_only=True)
class WorkerView:
    """A worker as the ledger knows it."""

    name: str
    host: str
    device: str
    capabilities: frozenset[str]
    alive: bool
    draining: bool
    registered_at: int
    seen_at: int


def _registering(inserter: rows.Inserter) -> Executable:
    entered = inserter(workers)
    new = entered.excluded
    return entered.on_conflict_do_update(
        index_elements=[workers.c.name],
        set_={
            "host": new.host,
            "device": new.device,
            # Going on from where it stood, no counter can be mistaken for one that was read before.
            "counter": workers.c.counter + 1,
            "alive": 1,
            "draining": 0,
            "registered_at": new.registered_at,
            "seen_at": new.seen_at,
        },
    )


_REGISTER = rows.per_dialect(_registering)
_UNLEARN = delete(skills).where(skills.c.worker == bindparam("who"))
_LEARN = insert(skills)
_LEAVE = update(workers).where(workers.c.name == bindparam("who")).values(alive=0)
_DRAIN = update(workers).where(workers.c.name == bindparam("who")).values(draining=bindparam("now"))
_ALL = select(workers).order_by(workers.c.alive.desc(), workers.c.name)
_SKILLS = select(skills.c.worker, skills.c.capability)


def register(ledger: Ledger, name: str, *, host: str, device: str, capabilities: Collection[str]) -> None:
    """Tell of a worker that begins; one of the same name that was there before is replaced.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("register") as connection:
        now = ledger.clock()
        begun = {"name": name, "host": host, "device": device, "registered_at": now, "seen_at": now}
        begun |= {"counter": 0, "alive": 1, "draining": 0}
        connection.execute(rows.spoken(connection, _REGISTER), begun)
        connection.execute(_UNLEARN, {"who": name})
        if capabilities:
            learned = [{"worker": name, "capability": each} for each in sorted(set(capabilities))]
            connection.execute(_LEARN, learned)


def leave(ledger: Ledger, name: str) -> None:
    """Tell of a worker that ends in good order.

    Raises:
        AwayError: ``ledger-away``.
    """
    ledger.change("leave", _LEAVE, {"who": name})


def drain(ledger: Ledger, name: str, *, draining: bool) -> bool:
    """Have a worker take nothing new, or take work again; it hears of it by its next beat. False: unknown.

    Raises:
        AwayError: ``ledger-away``.
    """
    return ledger.change("drain", _DRAIN, {"who": name, "now": int(draining)}).rowcount == 1


def read_workers(ledger: Ledger) -> tuple[WorkerView, ...]:
    """Every worker, the live ones first.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        known: dict[str, set[str]] = {}
        for row in run(connection, _SKILLS, {}):
            known.setdefault(row.worker, set()).add(row.capability)
        return tuple(
            WorkerView(
                name=row.name,
                host=row.host,
                device=row.device,
                capabilities=frozenset(known.get(row.name, ())),
                alive=bool(row.alive),
                draining=bool(row.draining),
                registered_at=row.registered_at,
                seen_at=row.seen_at,
            )
            for row in run(connection, _ALL, {})
        )
