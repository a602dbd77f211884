"""What departments have used is read from their attempts, each once, whatever a clock does."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from db import queue, shares, submission
from db.lanes import read_lines
from db.ledger import Ledger
from db.tables import artifacts, attempts, departments, jobs, steps
from db.values import Submission
from farm.policy.gates import Gates
from farm.policy.order import Head
from farm.policy.share import Ended, Going
from tasks.fairness import Fairness
from tasks.slots import Hands, Queue, Slots
from tests.db.acting import head, speak, take
from tests.db.values import SKILLS, WORKER, digest, draft, submit

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
    assert standings.busy == {WORKER}
    going = sorted(standings.going, key=lambda each: each.for_ms)
    assert going == [
        Going(department=1, capability="speak"),
        Going(department=1, capability="speak", for_ms=7000),
    ]


def test_who_had_less_for_its_weight_goes_first(ledger: Ledger) -> None:
    """A leader that knows nothing yet goes by what ended lately, and by weights as they stand now."""
    now = ledger.clock()
    with ledger.write("department") as connection:
        connection.execute(insert(departments).values(name="training", weight=100))
    submit(ledger, ["a1", "a2", "a3"])
    values = Submission(content=digest("b"), name="b", user="anna", department="training")
    submission.submit(ledger, values, [draft(f"b{number}") for number in (1, 2, 3)])
    had = {"worker": "w", "device": "d", "outcome": "ok", "machine_ms": 1, "held_ms": _HOUR}
    with ledger.write("attempt") as connection:
        step = connection.execute(select(steps.c.id).where(steps.c.job_id == 1, steps.c.stage == "join"))
        told = {**had, "step_id": step.scalar_one(), "started_at": now - _HOUR, "ended_at": now - 1000}
        connection.execute(insert(attempts).values(number=9, **told))

    def chosen() -> list[int]:
        fairness = Fairness(ledger)
        fairness.look()
        return [head.job for head in _next(fairness, ledger, slots=3, hands=1)]

    assert chosen() == [4, 5, 6]
    with ledger.write("department") as connection:
        connection.execute(update(departments).where(departments.c.id == 1).values(weight=1_000_000))
    assert chosen() == [4, 1, 2], "an hour is little for such a weight, but more than nothing"


def test_the_longest_script_of_a_tail_goes_first(ledger: Ledger) -> None:
    """Of all that is left of a batch; while more is left than there are hands for, it goes by rows."""
    submit(ledger, ["a", "b", "c", "d", "e"])
    with ledger.write("size") as connection:
        script = select(jobs.c.script_id).where(jobs.c.id == 4).scalar_subquery()
        connection.execute(update(artifacts).where(artifacts.c.id == script).values(size=1_000_000))
    fairness = Fairness(ledger)
    fairness.look()
    firsts = [_next(fairness, ledger, slots=1, hands=hands)[0].job for hands in (1, 2, 3)]
    assert firsts == [1, 1, 4]


def test_the_films_of_a_tail_are_prepared_before_pictures_are_rendered(ledger: Ledger) -> None:
    """Where the same worker does both; while more is left, a begun film goes first."""
    submit(ledger, ["a", "b", "c"])
    speak(ledger, take(ledger, "speak"))
    fairness = Fairness(ledger)
    fairness.look()
    both = ("render.warp", "speak")
    chosen = {
        hands: [head.stage for head in _next(fairness, ledger, slots=1, hands=hands, of=both)]
        for hands in (0, 9)
    }
    assert chosen == {0: ["render"], 9: ["speak"]}


def test_who_has_most_of_the_farm_has_enough_to_choose_from(ledger: Ledger) -> None:
    """However many of one department go at once, and however many departments wait behind it."""
    names = [f"department{number}" for number in range(6)]
    with ledger.write("department") as connection:
        connection.execute(insert(departments), [{"name": name} for name in names])
        connection.execute(update(departments).where(departments.c.id == 1).values(weight=1_000_000))
    submit(ledger, [f"row{number}" for number in range(9)])
    for name in names:
        values = Submission(content=digest(name), name=name, user="anna", department=name)
        submission.submit(ledger, values, [draft(f"{name} {number}") for number in range(3)])
    fairness = Fairness(ledger)
    fairness.look()
    found = _next(fairness, ledger, slots=12, hands=1)
    assert [head.job for head in found] == [1, 10, 13, 16, 19, 22, 25, *range(2, 7)]


def _next(
    fairness: Fairness, ledger: Ledger, *, slots: int, hands: int, of: Sequence[str] = ("speak",)
) -> list[Head]:
    """What goes next, of lines that the same workers do."""
    queues = {SKILLS[each]: Queue(capability=each) for each in of}
    lines = read_lines(ledger)
    free = Slots([Hands(slots=slots, queues=queues)], {}, list(queues))
    found = fairness.choose({each: lines[each].lanes for each in queues}, free, gates=Gates(), hands=hands)
    return [head for head, _ in found]
