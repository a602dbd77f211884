"""Promises about a night as the ledger sees it."""

from __future__ import annotations

from sqlalchemy import update

from db import operations
from db.ledger import Ledger
from db.night import Ended, read_ended, read_left
from db.tables import jobs
from pipeline.plan.errors import InputError
from tests.db.acting import fail, take, until
from tests.db.values import submit


def test_only_what_could_go_on_is_left(ledger: Ledger) -> None:
    """Neither held films nor those of another window; films on their way to the archive are."""
    since = ledger.clock()
    submit(ledger, ["one", "two", "three", "four"])
    with ledger.write("test") as connection:
        connection.execute(update(jobs).where(jobs.c.id == 3).values(window="night"))
    operations.pause(ledger, [4], by="anna")
    assert read_left(ledger, tonight="") == 2
    assert read_left(ledger, tonight="night") == 3
    operations.cancel(ledger, [2], by="anna")
    until(ledger, "archive")
    assert read_left(ledger, tonight="") == 1
    assert read_ended(ledger, since=since) == Ended(done=1, failed=0, canceled=1)
    assert read_ended(ledger, since=ledger.clock() + 1000) == Ended()


def test_what_cannot_be_delivered_has_failed(ledger: Ledger) -> None:
    """As what failed before."""
    submit(ledger, ["one", "two"])
    fail(ledger, until(ledger, "archive"), InputError("archive-failed", path="p"))
    fail(ledger, take(ledger, "speak"), InputError("script-empty"))
    assert read_ended(ledger, since=0).failed == 2
