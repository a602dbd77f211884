"""What departments have used is read from their attempts, each once, whatever a clock does."""

from __future__ import annotations

from sqlalchemy import insert

from db import queue, shares
from db.ledger import Ledger
from db.tables import departments
from farm.policy.share import Ended, Going
from tests.db.acting import head, speak, take
from tests.db.values import submit

_HOUR = 3_600_000


def _at(ledger: Ledger, now: int) -> None:
    ledger.clock = lambda: now  # type: ignore[method-assign]


def test_what_ended_is_told_once(ledger: Ledger) -> None:
    """A reader tells each attempt once, also of hosts whose clocks differ; who begins later has the same."""
    start = ledger.clock()
    submit(ledger, ["a", "b", "c"])
    reader = shares.Reader(ledger)
    assert (reader.lately(), reader.ended()) == ([], [])
    claim = take(ledger, "speak")
    _at(ledger, start + 5000)
    speak(ledger, claim)
    told = reader.ended()
    assert [(each.department, each.capability) for each in told] == [(1, "speak")]
    # As long as the claim lasted, by a clock that runs until it is held.
    assert 4000 < told[0].held_ms <= 5000
    assert reader.ended() == []
    # A host whose clock is ahead has ended one in the future, which is seen now, and no second time then.
    claim = take(ledger, "speak")
    _at(ledger, start + 30_000)
    speak(ledger, claim)
    _at(ledger, start + 6000)
    assert [each.held_ms for each in reader.ended()] == [25_000]
    for later in (6500, 31_000, 95_000, 155_000):
        _at(ledger, start + later)
        assert reader.ended() == []
    anew = shares.Reader(ledger)
    both = anew.lately()
    assert sum(each.held_ms for each in both) == told[0].held_ms + 25_000
    assert sum(each.times for each in both) == 2
    assert anew.ended() == []


def test_a_clock_that_is_set_back_begins_anew(ledger: Ledger) -> None:
    """What ends after it would be missed otherwise; so would be much after nobody asked for long."""
    start = ledger.clock()
    submit(ledger, ["a"])
    _at(ledger, start + _HOUR)
    reader = shares.Reader(ledger)
    assert reader.ended() == []
    assert not reader.is_stale
    _at(ledger, start)
    assert reader.is_stale
    anew = shares.Reader(ledger)
    claim = take(ledger, "speak")
    _at(ledger, start + 9000)
    speak(ledger, claim)
    assert anew.ended() == [Ended(department=1, capability="speak", held_ms=9000, at_ms=start + 9000)]
    assert not anew.is_stale
    _at(ledger, start + _HOUR)
    assert anew.is_stale


def test_how_departments_stand(ledger: Ledger) -> None:
    """Weights of all, what runs with its time, and what is on its way."""
    start = ledger.clock()
    with ledger.write("department") as connection:
        connection.execute(insert(departments).values(name="training", weight=300))
    submit(ledger, ["a", "b", "c"])
    _at(ledger, start)
    take(ledger, "speak")
    queue.mark_sent(ledger, [head(ledger, "speak")])
    _at(ledger, start + 7000)
    standings = shares.read_standings(ledger)
    assert sorted(standings.weights.values()) == [100, 300]
    going = sorted(standings.going, key=lambda each: each.for_ms)
    assert going == [
        Going(department=1, capability="speak"),
        Going(department=1, capability="speak", for_ms=7000),
    ]
