"""Whoever holds a step when the ledger is put back, and comes late, is taken for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import claims, restoring, snapshots
from db.engine import connect
from db.ledger import Ledger
from db.snapshots import Snapshot
from db.values import Claim
from pipeline.plan.errors import SupersededError
from tests.db.acting import speak, take
from tests.db.values import WORKER, submit


def put_back(url: str, snapshot: Snapshot, folder: Path, told: list[int]) -> Ledger:
    """Restore a ledger, in a farm that knows of its other lives what they have told."""
    raised = snapshots.put_back(url, snapshot, folder)
    half = Ledger(raised.engine)
    restoring.calm(half)
    restoring.begin_epoch(half, list(told), told.append)
    raised.finish()
    return Ledger(connect(url))


def refused(ledger: Ledger, late: Claim, of_now: Claim) -> None:
    """A worker of before hears that nothing is its own; who bears its name and works now loses nothing."""
    assert late.step == of_now.step
    assert late.worker == of_now.worker
    assert not claims.beat(ledger, WORKER, late.holding).mine
    with pytest.raises(SupersededError):
        speak(ledger, late)
    assert claims.beat(ledger, WORKER, of_now.holding).mine


def test_late_workers_are_refused_whatever_numbers_are_given_anew(url: str, tmp_path: Path) -> None:
    """Their steps, other steps of the same number, and the same once more after another restore."""
    ledger = Ledger(connect(url))
    submit(ledger, ["known"])
    taken = snapshots.take(ledger.engine, tmp_path)
    told: list[int] = []
    held = _begun(ledger, "after")
    for life in ("another", "a third"):
        ledger.close()
        ledger = put_back(url, taken, tmp_path, told)
        now = _begun(ledger, life)
        for late, of_now in zip(held, now, strict=True):
            refused(ledger, late, of_now)
        held = now
    ledger.close()
    assert told == sorted(set(told))


def _begun(ledger: Ledger, row: str) -> list[Claim]:
    """Claims of a step that the backup knows, and of one that is ordered afterwards."""
    known = take(ledger, "speak")
    submit(ledger, [row], content=row)
    return [known, take(ledger, "speak")]
