"""The head of a line comes by index, on both databases; what is on its way is counted."""

from __future__ import annotations

from sqlalchemy import text

from db import heads, leases, operations, queue
from db.lanes import Lane, Line, read_lines
from db.leases import Watch
from db.ledger import Ledger
from pipeline.plan.errors import TransientError
from tests.db.acting import fail, head, speak, take, try_step
from tests.db.values import SKILLS, submit


def test_the_head_comes_by_index(ledger: Ledger) -> None:
    """Neither database sorts or scans the line to find its head."""
    submit(ledger, [f"row{number}" for number in range(1500)])
    with ledger.write("analyze") as connection:
        connection.execute(text("ANALYZE"))
        asked = {"capability": "speak", "profile": "", "department": 1, "now": 1 << 60}
        lane = {"window": "", "opening": 1}
        compiled = (
            heads.first_of(2)
            .params({**asked, **lane})
            .compile(connection, compile_kwargs={"literal_binds": True})
        )
        explain = "EXPLAIN QUERY PLAN " if ledger.is_sqlite else "EXPLAIN "
        plan = " ".join(str(row) for row in connection.execute(text(explain + str(compiled))))
    assert "ix_steps_line" in plan, plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan


def test_lines_tell_what_waits_what_is_sent_and_what_runs(ledger: Ledger) -> None:
    """A line knows whether open steps wait, of whom, and counts those on their way and running ones."""
    submit(ledger, ["a", "b", "c"])
    take(ledger, "speak")
    step = head(ledger, "speak")
    queue.mark_sent(ledger, [step])
    lane = Lane(skill=SKILLS["speak"], department=1, window="", opening=True)
    assert read_lines(ledger) == {SKILLS["speak"]: Line(lanes=(lane,), sent=1, running=1)}
    operations.pause(ledger, [2, 3], by="anna")
    assert read_lines(ledger) == {SKILLS["speak"]: Line(running=1)}


def test_marks_are_taken_away_all_or_the_old_ones(ledger: Ledger) -> None:
    """When Redis forgets, everything is sent anew; when a message is slow, only what is old."""
    submit(ledger, ["a", "b"])
    steps = [each.step for each in queue.heads(ledger, SKILLS["speak"], limit=2)]
    queue.mark_sent(ledger, steps)
    assert queue.unmark_sent(ledger, before_ms=ledger.clock() - 60_000) == 0
    assert queue.unmark_sent(ledger, steps[:1]) == 1
    assert queue.unmark_sent(ledger) == 1
    assert {each.step for each in queue.heads(ledger, SKILLS["speak"], limit=2)} == set(steps)


def test_a_step_in_backoff_is_passed_over(ledger: Ledger) -> None:
    """A step that waits does not stop the line behind it."""
    submit(ledger, ["a", "b"])
    claim = take(ledger, "speak")
    fail(ledger, claim, TransientError("voice-failed"))
    ledger.clock = lambda now=ledger.clock: now() - 10_000  # type: ignore[misc]
    assert try_step(ledger, claim.step) is None
    assert head(ledger, "speak") != claim.step
    speak(ledger, take(ledger, "speak"))


def test_one_leads_and_another_takes_over(ledger: Ledger) -> None:
    """The lead is taken from one whose counter stands still, never from one that moved, or given up."""
    nobody = leases.read_leadership(ledger)
    assert nobody.holder == ""
    assert leases.take_lead(ledger, "first", nobody)
    assert not leases.take_lead(ledger, "second", nobody)
    seen = leases.read_leadership(ledger)
    assert leases.lead_on(ledger, "first")
    assert not leases.take_lead(ledger, "second", seen)
    assert leases.take_lead(ledger, "second", leases.read_leadership(ledger))
    assert not leases.lead_on(ledger, "first")
    leases.resign(ledger, "second")
    assert leases.read_leadership(ledger).holder == ""


def test_a_watch_counts_only_what_it_could_see() -> None:
    """A counter that stands still for the expiry is told; time without a reading counts for nobody."""
    watch = Watch(expiry_s=12, gap_s=6)
    assert not watch.observe([("a", 1), ("b", 1)], 0)
    assert not watch.observe([("a", 1), ("b", 2)], 5)
    assert not watch.observe([("a", 1), ("b", 3)], 10)
    assert watch.observe([("a", 1), ("b", 4)], 15) == {"a"}
    assert watch.observe([("a", 1), ("b", 4)], 1000) == {"a"}, "it has stood still for 15 s already"
    assert not watch.observe([("a", 2), ("b", 4)], 1005)
    assert not watch.observe([("b", 4)], 1010)
    assert watch.observe([("a", 2), ("b", 4)], 1015) == {"b"}


def test_a_watch_tells_when_the_next_one_can_be_lost() -> None:
    """The wait of whoever stood still for longest, those left out that are lost already."""
    watch = Watch(expiry_s=12, gap_s=6)
    assert watch.due_in_s == 12
    watch.observe([("a", 1), ("b", 1)], 0)
    watch.observe([("a", 1), ("b", 2)], 5)
    assert watch.due_in_s == 7
    assert watch.observe([("a", 1), ("b", 2)], 10) == set()
    assert watch.due_in_s == 2
    assert watch.observe([("a", 1), ("b", 2)], 12) == {"a"}
    assert watch.due_in_s == 5
    assert watch.observe([("a", 1)], 13) == {"a"}
    assert watch.due_in_s == 12
