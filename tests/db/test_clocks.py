"""Promises about clocks that differ from the ledger's, on both databases, with a clock that is set wrong."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from structlog.testing import capture_logs

from db import claims, leases, reads, workers
from db.clocks import read_skew
from db.ledger import Ledger, wall_clock
from db.states import Outcome
from farm import clocks, doctor
from farm.bootstrap import Farm, Workshop
from farm.policy.clocks import Skew, ahead_of
from pipeline.plan.errors import SupersededError
from tests.db.acting import speak, take
from tests.db.values import CAPABILITIES, submit
from worker.clocks import ClockWatch


@pytest.mark.parametrize(
    ("ahead_ms", "within_ms", "differs"),
    [(0, 1, False), (2000, 1, False), (2002, 1, True), (-2002, 1, True), (9000, 8000, False)],
)
def test_clocks_differ_when_it_is_sure(ahead_ms: int, within_ms: int, *, differs: bool) -> None:
    """An answer that took long proves nothing."""
    assert Skew(ahead_ms=ahead_ms, within_ms=within_ms).differs is differs


@pytest.mark.parametrize(
    ("seen_ms", "lives", "ahead_ms"),
    [
        (100_000, True, 0),
        (102_000, True, 0),
        (102_001, False, 2001),
        (80_000, True, 0),
        (50_000, False, 0),
        (50_000, True, -26_000),
    ],
)
def test_a_stamp_tells_of_a_clock_what_is_sure(seen_ms: int, ahead_ms: int, *, lives: bool) -> None:
    """One of the future is ahead; one older than a living worker's can be is behind, by the rest at least."""
    assert ahead_of(seen_ms, 100_000, lives=lives, silence_ms=24_000) == ahead_ms


def test_a_clock_that_is_set_wrong_is_told(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """To Prometheus, in the log once, and to the doctor and `status`; a file has one clock alone."""
    watch = ClockWatch(ledger)
    workshop = SimpleNamespace(
        settings=SimpleNamespace(ledger_url=ledger.engine.url.render_as_string(hide_password=False))
    )
    farm = SimpleNamespace(ledger=ledger, settings=SimpleNamespace(lease=SimpleNamespace(expiry_s=12.0)))
    ledger.clock = lambda: wall_clock() + 60_000
    workers.register(ledger, "w", host="there", device="cpu", capabilities=CAPABILITIES, profiles=[])
    ledger.clock = wall_clock
    with capture_logs() as lines:
        watch.look()
        if ledger.is_sqlite:
            assert read_skew(ledger) is None
            assert (watch.told(), watch.exposition(), lines) == ({}, b"", [])
            assert clocks.look(cast("Farm", farm), led=True) == ()
            return
        assert lines == []
        (found,) = clocks.look(cast("Farm", farm), led=True)
        assert (found.host, 50 <= found.ahead_s <= 61) == ("there", True)
        ledger.clock = lambda: wall_clock() - 3_600_000
        watch.look()
        watch.look()
    assert [line["event"] for line in lines] == ["clock differs"]
    (value,) = (float(line.split()[1]) for line in watch.exposition().decode().splitlines() if line[0] != "#")
    assert -3_602 < value < -3_550
    assert doctor._clock(cast("Workshop", workshop)).detail.endswith(" s")
    monkeypatch.setattr(doctor, "read_skew", lambda _: Skew(ahead_ms=-9000, within_ms=1))
    with pytest.raises(doctor.Doubt, match="ledger-clock-behind"):
        doctor._clock(cast("Workshop", workshop))


def test_clocks_that_are_hours_apart_lose_no_step_and_double_none(ledger: Ledger) -> None:
    """Who beats keeps its step, who does not loses it, and what comes late is refused."""
    submit(ledger, ["a"])
    hour = 3_600_000
    behind = Ledger(ledger.engine, clock=lambda: wall_clock() - hour)
    ahead = Ledger(ledger.engine, clock=lambda: wall_clock() + hour)
    claim, watch = take(behind, "speak"), leases.Watch(expiry_s=12.0, gap_s=6.0)

    def lost_at(now_s: float) -> list[leases.Lease]:
        held = {(each.step, each.fence): each for each in leases.read_leases(ahead)}
        counters = [(who, each.counter) for who, each in held.items()]
        return [held[who] for who in watch.observe(counters, now_s) if who in held]

    for second in range(0, 60, 5):
        assert claims.beat(behind, claim.worker, claim.holding).mine
        assert lost_at(second) == []
    assert [len(lost_at(second)) for second in (60, 65, 70)] == [0, 0, 1]
    (lease,) = leases.read_leases(ahead)
    assert leases.expire(ahead, lease, poison_deaths=3).taken
    again = take(ahead, "speak", worker="other")
    with pytest.raises(SupersededError):
        speak(behind, claim)
    speak(ahead, again)
    attempts = [each.outcome for step in reads.read_job(ledger, 1).steps for each in step.attempts]
    assert attempts == [Outcome.LOST, Outcome.OK]
