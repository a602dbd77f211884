"""Promises of the farm at a glance, on either database."""

from __future__ import annotations

from dataclasses import replace

from db import cards, claims, leases, operations, overview, submission, workers
from db.cards import Gauge
from db.ledger import Ledger
from db.overview import Failure, StageLine
from db.roll import read_roll
from db.states import Stage
from db.values import Submission
from db.views import Problem
from db.windows import add_window
from farm.policy.windows import parse
from pipeline.plan.errors import InputError
from tests.db.acting import fail, speak, take
from tests.db.values import CAPABILITIES, PROFILE, WORKER, digest, draft, submit

_HOUR_MS = 3_600_000


def begin(ledger: Ledger) -> None:
    """A worker begins."""
    workers.register(
        ledger, WORKER, host="here", device="GPU-1", capabilities=CAPABILITIES, profiles=[PROFILE]
    )


def later(ledger: Ledger, hours: int) -> None:
    """So many hours pass."""
    now = ledger.clock() + hours * _HOUR_MS
    ledger.clock = lambda: now


def test_each_stage_tells_what_waits_for_how_long_and_for_whom(ledger: Ledger) -> None:
    """From the submission, the end of what went before or an operator's act on; what is in work apart."""
    submit(ledger, ["a", "b", "c"])
    (line,) = overview.read_lines(ledger)
    begun = line.since
    assert line == StageLine(stage=Stage.SPEAK, waiting=3, later=0, running=0, since=begun, nobody=3)
    begin(ledger)
    later(ledger, 1)
    held = take(ledger, "speak")
    (line,) = overview.read_lines(ledger)
    assert line == StageLine(stage=Stage.SPEAK, waiting=2, later=0, running=1, since=begun, nobody=0)
    fail(ledger, held, InputError("voice-failed", voice="v", reason="r"))
    operations.cancel(ledger, [2, 3], by="anna")
    later(ledger, 5)
    operations.requeue(ledger, [1], by="anna")
    (line,) = overview.read_lines(ledger)
    assert (line.waiting, line.since) == (1, ledger.clock())


def test_what_comes_next_waits_since_what_went_before_it_ended(ledger: Ledger) -> None:
    """A film that is spoken for an hour has not waited for its rendering meanwhile."""
    submit(ledger, ["a"])
    begin(ledger)
    held = take(ledger, "speak")
    later(ledger, 1)
    speak(ledger, held)
    (line,) = overview.read_lines(ledger)
    assert (line.stage, line.waiting, line.since) == (Stage.RENDER, 2, ledger.clock())


def test_who_leads_tells_when_it_said_so_last(ledger: Ledger) -> None:
    """With every word of its own, and no other's."""
    assert leases.take_lead(ledger, "d", leases.read_leadership(ledger))
    later(ledger, 1)
    assert not leases.lead_on(ledger, "another")
    assert leases.read_leadership(ledger).seen_at < ledger.clock()
    assert leases.lead_on(ledger, "d")
    assert leases.read_leadership(ledger).seen_at == ledger.clock()


def test_failures_are_counted_by_code_with_the_last_ones_facts(ledger: Ledger) -> None:
    """The most frequent first; a lost worker met nothing; what is over for long is left out."""
    submit(ledger, ["a", "b", "c"])
    for reason in ("first", "last"):
        fail(ledger, take(ledger, "speak"), InputError("voice-failed", voice="v", reason=reason))
        later(ledger, 1)
    take(ledger, "speak")
    (lease,) = leases.read_leases(ledger)
    leases.expire(ledger, lease, poison_deaths=3)
    problem = Problem(code="voice-failed", facts={"voice": "v", "reason": "last"})
    bad, lost = Failure(problem=problem, times=2, films=2), Failure(problem=None, times=1, films=1)
    assert overview.read_failures(ledger, since=0) == (bad, lost)
    assert overview.read_failures(ledger, since=ledger.clock() - _HOUR_MS // 2) == (lost,)


def test_the_roll_tells_memory_and_warmth_and_who_left_in_good_order(ledger: Ledger) -> None:
    """As of the last beat and the card's last reading, which is worth telling for two minutes."""
    begin(ledger)
    claims.beat(ledger, WORKER, memory_mb=412)
    gauge = Gauge(device="GPU-1", name="L4", temperature_c=61, used_mb=5, total_mb=24)
    cards.watch_over(ledger, "here", [gauge])
    (entry,) = read_roll(ledger)
    assert (entry.memory_mb, entry.gauge, entry.card) == (412, gauge, None)
    assert overview.read_watchdogs(ledger).keys() == {"here"}
    later(ledger, 1)
    (entry,) = read_roll(ledger)
    assert entry.gauge is None
    (pulse,) = leases.read_pulses(ledger)
    leases.bury(ledger, pulse)
    assert [(entry.alive, entry.draining) for entry in read_roll(ledger)] == [(False, False)]
    claims.beat(ledger, WORKER)
    workers.leave(ledger, WORKER)
    assert [(entry.alive, entry.draining) for entry in read_roll(ledger)] == [(False, True)]


def test_what_waits_for_a_window_waits_for_its_time(ledger: Ledger) -> None:
    """Nobody is late with it all day long: it counts as waiting once its window opens."""
    add_window(ledger, "night", parse("22:00-07:00", "UTC"), by="anna")
    noon = 1_795_348_800_000
    ledger.clock = lambda: noon
    submit(ledger, ["a", "b"])
    nights = replace(draft("c"), window="night")
    submission.submit(ledger, Submission(content=digest("night"), name="demo", user="anna"), [nights])
    (line,) = overview.read_lines(ledger)
    assert (line.waiting, line.later, line.since, line.nobody) == (2, 1, noon, 2)
    operations.cancel(ledger, [1, 2], by="anna")
    later(ledger, 9)
    (line,) = overview.read_lines(ledger)
    assert (line.waiting, line.later, line.since) == (0, 1, None)
    later(ledger, 2)
    (line,) = overview.read_lines(ledger)
    assert (line.waiting, line.later) == (1, 0)
