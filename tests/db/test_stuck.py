"""A process that does not end is entered where people and claims look."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db import stuck, workers
from db.ledger import Ledger
from db.tables import audit, cards
from tests.db.values import CAPABILITIES, OTHER, PROFILE, WORKER


@pytest.mark.parametrize(("device", "out"), [("GPU-7", ["GPU-7"]), ("cpu", [])])
def test_a_stuck_process_takes_its_card_out_once(ledger: Ledger, device: str, out: list[str]) -> None:
    """Its worker is held to be gone, its card gets no work; what is no card, others go on to compute with."""
    for worker, where in ((WORKER, device), (OTHER, "GPU-8")):
        workers.register(
            ledger, worker, host="h", device=where, capabilities=CAPABILITIES, profiles=[PROFILE]
        )
    for pids in ((7, 5), (9,)):
        stuck.record(ledger, WORKER, role="hand", pids=pids)
    stuck.record(ledger, "", role="dispatcher", pids=(3,))
    with ledger.read() as connection:
        found = connection.execute(select(cards)).all()
        told = connection.execute(select(audit.c.verb, audit.c.by, audit.c.detail)).all()
    assert [(each.device, each.state, each.reason) for each in found] == [
        (each, "stuck", "worker-stuck") for each in out
    ]
    assert all('"5, 7"' in each.facts for each in found), "the first record stands"
    assert [(each.verb, each.by) for each in told] == [("stuck", "watchdog")] * 3
    assert [each.name for each in workers.read_workers(ledger)] == [OTHER]
