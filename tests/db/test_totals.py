"""Promises of what has ended, ever, on either database."""

from __future__ import annotations

from dataclasses import astuple

from sqlalchemy import update

from db import claims, commits, leases
from db.ledger import Ledger
from db.tables import attempts
from db.totals import Totals
from db.values import Claim
from pipeline.plan.errors import InputError
from tests.db.acting import fail, head, render, speak, take
from tests.db.values import CAPABILITIES, PROFILE, WORKER, submit

_HOUR_MS = 3_600_000


def pass_time(ledger: Ledger, ms: int) -> None:
    """Time passes by the ledger's clock."""
    now = ledger.clock() + ms
    ledger.clock = lambda: now


def on_card(ledger: Ledger) -> Claim:
    """A worker with a card takes what is next to be rendered."""
    step = head(ledger, "render.warp")
    claim = claims.claim(
        ledger, step, worker=WORKER, capabilities=CAPABILITIES, profiles=[PROFILE], device="GPU-1"
    )
    assert claim is not None
    return claim


def told(totals: Totals) -> tuple[dict[tuple[str, str, str], int], int]:
    """Attempts by stage, outcome and code; and milliseconds on cards."""
    sums = totals.read()
    times = {astuple(kind)[1:4]: number for kind, number in sums.times.items() if number}
    return times, sum(ms for kind, ms in sums.held_ms.items() if kind.on_card)


def test_every_attempt_is_counted_once_whoever_counts(ledger: Ledger) -> None:
    """However often and late somebody looks, and whoever begins to: what waits and is folded, too."""
    pass_time(ledger, 0)
    submit(ledger, ["a", "b", "c"])
    often, halfway, after = Totals(ledger), Totals(ledger), Totals(ledger)
    assert told(often) == ({}, 0)
    fail(ledger, take(ledger, "speak"), InputError("voice-failed", voice="v", reason="r"))
    speak(ledger, take(ledger, "speak"))
    take(ledger, "speak")
    (lease,) = leases.read_leases(ledger)
    leases.expire(ledger, lease, poison_deaths=3)
    ended = {
        ("speak", "error", "voice-failed"): 1,
        ("speak", "ok", ""): 1,
        ("speak", "lost", ""): 1,
    }
    assert told(often)[0] == ended
    for number in range(1, 6):
        claim = on_card(ledger)
        pass_time(ledger, _HOUR_MS)
        commits.release(ledger, claim, delay_ms=0, reason="farm-interrupted", machine_ms=1)
        if number == 2:
            # Several waits pass unseen between two looks, and one who begins to look finds some of them.
            told(halfway)
        if number == 3:
            # And one begins long after a wait that goes on.
            pass_time(ledger, _HOUR_MS)
            told(after)
        else:
            waited = told(often)
            assert waited[0] == {**ended, ("render", "interrupted", "farm-interrupted"): number}
            assert waited[1] == number * _HOUR_MS
    pass_time(ledger, _HOUR_MS)
    render(ledger, take(ledger, "render.warp"))
    whole = {**ended, ("render", "interrupted", "farm-interrupted"): 5, ("render", "ok", ""): 1}
    for totals in (often, often, halfway, after, Totals(ledger)):
        assert told(totals) == (whole, 5 * _HOUR_MS)


def test_what_comes_late_is_counted_all_the_same(ledger: Ledger) -> None:
    """By a host whose clock is some minutes behind."""
    submit(ledger, ["a"])
    totals = Totals(ledger)
    assert told(totals) == ({}, 0)
    speak(ledger, take(ledger, "speak"))
    with ledger.write("behind") as connection:
        connection.execute(update(attempts).values(ended_at=attempts.c.ended_at - 300_000))
    assert told(totals)[0] == {("speak", "ok", ""): 1}
