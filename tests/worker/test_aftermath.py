"""Promises about what is settled when a process of a worker ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import claims, leases, queue, workers
from db.lanes import read_lines
from db.values import Claim
from farm.bootstrap import Farm, open_farm
from tasks.bell import Bell
from tests.tasks.yard import Row, ask, break_ground, quick_settings, sow, wait_for
from worker.aftermath import Aftermath, Left

_NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    """A farm with a film to speak, and no process."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    with open_farm(settings) as opened:
        sow(opened, [Row(row="row", script="Hello.")])
        workers.register(opened.ledger, "w", host="h", device="cpu", capabilities=["speak"], profiles=[])
        yield opened


def claimed(farm: Farm) -> Claim:
    """The film's speech, claimed."""
    (line,) = (skill for skill in read_lines(farm.ledger) if skill.capability == "speak")
    (head,) = queue.heads(farm.ledger, line, limit=1)
    claim = claims.claim(farm.ledger, head.step, worker="w", capabilities=["speak"])
    assert claim is not None
    return claim


def left(claim: Claim, *, fence: int, worker: str = "w") -> Left:
    """What a hand left behind."""
    return Left(role="hand", worker=worker, pid=1, step=claim.step, fence=fence)


def settle(farm: Farm, what: Left) -> None:
    """Have it settled."""
    done = threading.Event()
    with Aftermath(farm, Bell(_NOWHERE)) as aftermath:
        aftermath.settle(what, done.set)
        assert done.wait(20)


@pytest.mark.parametrize(
    ("fence", "worker", "released"), [(1, "w", True), (0, "w", True), (2, "w", False), (1, "other", False)]
)
def test_only_what_the_dead_one_held_is_released(
    farm: Farm,
    fence: int,
    worker: str,
    released: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Under its own fence, or whichever it has if nobody heard the ledger's answer; never another's."""
    claim = claimed(farm)
    settle(farm, left(claim, fence=fence, worker=worker))
    assert (leases.read_leases(farm.ledger) == ()) is released
    assert ask(farm, "SELECT outcome FROM attempts") == [("lost" if released else None,)]


def test_a_ledger_that_is_away_is_asked_until_it_answers(farm: Farm) -> None:
    """What could not be settled is settled later, and what comes behind it does not wait for ever."""
    claim, done = claimed(farm), threading.Event()
    ledger = farm.settings.home / "ledger.sqlite3"
    away = ledger.rename(ledger.with_name("away"))
    farm.ledger.engine.dispose()
    ledger.mkdir()
    with Aftermath(farm, Bell(_NOWHERE)) as aftermath:
        aftermath.settle(left(claim, fence=claim.fence), done.set)
        assert not done.wait(1.5)
        ledger.rmdir()
        away.rename(ledger)
        wait_for(done.is_set, seconds=20)
    assert leases.read_leases(farm.ledger) == ()


def test_a_leader_that_ended_is_followed_at_once(farm: Farm) -> None:
    """A dispatcher that is gone leads no more; one that never led changes nothing."""
    assert leases.take_lead(farm.ledger, "dispatcher@h:1", leases.read_leadership(farm.ledger))
    for name, holder in (("dispatcher@h:2", "dispatcher@h:1"), ("dispatcher@h:1", "")):
        settle(farm, Left(role="dispatcher", worker=name, pid=1, step=0, fence=0))
        assert leases.read_leadership(farm.ledger).holder == holder
