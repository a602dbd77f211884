"""What an attempt took is written down in the transaction that ends it, however it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from db import commits, leases, operations, replan, restoring, workers
from db.codec import profile_digest
from db.ledger import Ledger
from db.prepared import Found
from db.states import Outcome
from db.tables import attempts
from db.values import Claim
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import AwayError, TransientError
from tests.db.acting import desk_of, fail, render, speak, take, until
from tests.db.values import CAPABILITIES, NEXT_PROFILE, OTHER, SKILLS, artifact, submit

_START = 1_800_000_000_000


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = _START

    def __call__(self) -> int:
        """The time."""
        return self.now


@pytest.fixture
def clock(ledger: Ledger) -> Clock:
    """The ledger's clock."""
    ledger.clock = made = Clock()
    return made


def _charged(ledger: Ledger, claim: Claim) -> tuple[str, int, int]:
    """How an attempt ended, for how long it kept its worker, and how much of that was good."""
    row = _attempt(ledger, claim)
    return row.outcome, row.held_ms, row.good_ms


def _attempt(ledger: Ledger, claim: Claim) -> Found:
    with ledger.read() as connection:
        of_step = select(attempts).where(attempts.c.step_id == claim.step, attempts.c.number == claim.fence)
        return connection.execute(of_step).one()


def _rendering(ledger: Ledger, clock: Clock) -> Claim:
    """A render step in work for 90 s, which made a clip after 60 s."""
    submit(ledger, ["row"])
    claim = until(ledger, "render.warp")
    desk = desk_of(ledger, claim)
    clip = artifact(Kind.CLIP, "a clip")
    assert desk.take(clip.kind, clip.key)
    clock.now += 60_000
    desk.put(clip, 40)
    clock.now += 30_000
    return claim


def _expire(ledger: Ledger, claim: Claim) -> None:
    for lease in leases.read_leases(ledger):
        if lease.step == claim.step:
            leases.expire(ledger, lease, poison_deaths=3)


def _replan(ledger: Ledger) -> None:
    workers.register(
        ledger, OTHER, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[NEXT_PROFILE]
    )
    assert replan.replan(ledger, SKILLS["render.warp"], profile_digest(NEXT_PROFILE)) == 1


#: How attempts end that do not end well.
_ENDS: dict[str, tuple[str, Callable[[Ledger, Claim], object]]] = {
    "error": ("error", lambda ledger, claim: fail(ledger, claim, TransientError("engine-broken"))),
    "interrupted": ("interrupted", lambda ledger, claim: commits.release(ledger, claim, delay_ms=0)),
    "lost": ("lost", _expire),
    "replanned": ("superseded", lambda ledger, _: _replan(ledger)),
    "canceled": ("superseded", lambda ledger, claim: operations.cancel(ledger, [claim.job], by="anna")),
}


@pytest.mark.parametrize("end", _ENDS)
def test_what_came_to_nothing_is_good_up_to_the_last_clip_that_was_kept(
    ledger: Ledger, clock: Clock, end: str
) -> None:
    """An attempt of 90 s whose clip was put after 60 s took 90 s, 30 of them wasted, however it ended."""
    outcome, act = _ENDS[end]
    claim = _rendering(ledger, clock)
    act(ledger, claim)
    assert _charged(ledger, claim) == (outcome, 90_000, 60_000)


def test_all_is_good_of_what_ended_well(ledger: Ledger, clock: Clock) -> None:
    """An attempt that is accepted is good for as long as it took, though its last clip came earlier."""
    submit(ledger, ["row"])
    claim = take(ledger, "speak")
    clock.now += 4_321
    speak(ledger, claim)
    assert _charged(ledger, claim) == ("ok", 4_321, 4_321)
    claim = take(ledger, "render.warp")
    clock.now += 1_000
    render(ledger, claim)
    assert _charged(ledger, claim) == ("ok", 1_000, 1_000)


def test_an_attempt_in_work_is_charged_with_nothing_yet(ledger: Ledger, clock: Clock) -> None:
    """What runs is not in the accounts."""
    claim = _rendering(ledger, clock)
    assert _charged(ledger, claim) == (None, 0, 0)


@pytest.mark.parametrize("end", _ENDS)
def test_a_clock_that_steps_back_charges_nothing_below_nought(ledger: Ledger, clock: Clock, end: str) -> None:
    """Where the end is told to be before the beginning, nothing was taken, and nothing was good."""
    claim = _rendering(ledger, clock)
    clock.now = _START - 3_600_000
    _ENDS[end][1](ledger, claim)
    assert _charged(ledger, claim)[1:] == (0, 0)


def test_folded_waits_add_up(ledger: Ledger, clock: Clock) -> None:
    """Waits in a row that leave one row took what all of them took."""
    submit(ledger, ["row"])
    claim, took = until(ledger, "archive"), 0
    for number in range(4):
        clock.now += 700 + number
        took += 700 + number
        fail(ledger, claim, AwayError("archive-away"))
        assert _charged(ledger, claim) == (Outcome.INTERRUPTED.value, took, 0)
        assert _attempt(ledger, claim).folded == number
        clock.now += 10**7
        claim = take(ledger, "archive")


def test_what_a_backup_cut_off_is_charged_up_to_its_last_clip(ledger: Ledger, clock: Clock) -> None:
    """Nobody knows when it ended: the week until the backup was put back is charged to nobody."""
    claim = _rendering(ledger, clock)
    clock.now += 7 * 24 * 3_600_000
    restoring.calm(ledger)
    assert _charged(ledger, claim) == ("lost", 60_000, 60_000)
