"""A process that was killed and does not end: who looks after the farm is told, and its card gets no work."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, insert, select, update

from db.cards import Card, enter
from db.codec import facts_to_text
from db.ledger import Ledger
from db.prepared import run
from db.states import CardState
from db.tables import audit, workers

#: Why a card is out on which a process is stuck.
REASON = "worker-stuck"
_BY = "watchdog"
#: What is no card and cannot be taken out: others compute with it as well.
_CPU = "cpu"


_WHERE = select(workers.c.host, workers.c.device).where(workers.c.name == bindparam("who"))
_GONE = update(workers).where(workers.c.name == bindparam("who")).values(alive=0)
_AUDIT = insert(audit)


def record(ledger: Ledger, worker: str, *, role: str, pids: Collection[int]) -> None:
    """Enter a stuck process into the audit, take out its card, and hold its worker to be gone.

    Args:
        ledger: the ledger.
        worker: the worker's registered name; empty for a process that is none's.
        role: what the process was to it.
        pids: ids of the processes that do not end, on the worker's host.

    Raises:
        AwayError: ``ledger-away``.
    """
    told = {"worker": worker or role, "pids": ", ".join(map(str, sorted(pids)))}
    with ledger.write("stuck") as connection:
        now = ledger.clock()
        known = run(connection, _WHERE, {"who": worker}).first()
        entry = {"at": now, "by": _BY, "verb": "stuck", "batch_id": None, "job_id": None}
        connection.execute(_AUDIT, {**entry, "detail": facts_to_text(told)})
        if known is None:
            return
        run(connection, _GONE, {"who": worker})
        if known.device != _CPU:
            told |= {"card": known.device, "device": known.device}
            card = Card(
                host=known.host,
                device=known.device,
                state=CardState.STUCK,
                reason=REASON,
                facts=told,
                by=_BY,
            )
            enter(connection, card, now)
