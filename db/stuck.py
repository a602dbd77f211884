"""A process that was killed and does not end: who looks after the farm is told, and its card gets no work."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Executable, bindparam, insert, select, update

from db import rows
from db.codec import facts_to_text
from db.ledger import Ledger
from db.prepared import run
from db.states import CardState
from db.tables import audit, cards, workers

#: Why a card is out on which a process is stuck.
REASON = "worker-stuck"
_BY = "watchdog"
#: What is no card and cannot be taken out: others compute with it as well.
_CPU = "cpu"


def _entering(inserter: rows.Inserter) -> Executable:
    entered = inserter(cards)
    new = entered.excluded
    return entered.on_conflict_do_update(
        index_elements=[cards.c.host, cards.c.device],
        set_={
            "state": new.state,
            "reason": new.reason,
            "facts": new.facts,
            "since": new.since,
            "by": new.by,
        },
        where=cards.c.state != CardState.STUCK.value,
    )


_ENTER = rows.per_dialect(_entering)
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
            card = {"host": known.host, "device": known.device, "name": known.device}
            card |= {"state": CardState.STUCK.value, "reason": REASON, "since": now, "by": _BY}
            told |= {"card": known.device, "device": known.device}
            connection.execute(rows.spoken(connection, _ENTER), {**card, "facts": facts_to_text(told)})
