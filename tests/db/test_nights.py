"""What is left of films, and the lift of those that would be late, on both databases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from db import departments, nights, operations, queue, reads, standing, submission
from db.ledger import Ledger
from db.ranks import set_standing
from db.standing import Wish
from db.states import Stage, Urgency
from db.tables import audit
from db.values import Submission
from tests.db.acting import desk_of, render, speak, take
from tests.db.auditor import acts
from tests.db.values import SKILLS, digest, draft

_LATER = 1_900_000_000_000


@pytest.fixture
def wanted(ledger: Ledger) -> Ledger:
    """A ledger with three films, the second of which is wanted at a time."""
    drafts = [draft("a"), replace(draft("b"), deadline=_LATER), draft("c")]
    submission.submit(ledger, Submission(content=digest("x"), name="demo", user="anna"), drafts)
    return ledger


def _heads(ledger: Ledger) -> Sequence[int]:
    return [head.job for head in queue.heads(ledger, SKILLS["speak"], limit=9)]


def test_what_is_left_of_films_is_told_in_the_order_of_the_queue(wanted: Ledger) -> None:
    """Of one that was begun what is not done yet, and it goes first; held ones are left out."""
    first, *others = nights.read_remaining(wanted, most=9)
    assert [film.job for film in (first, *others)] == [1, 2, 3]
    assert list(first.stages) == [Stage.SPEAK, Stage.RENDER, Stage.JOIN]
    assert [film.job for film in nights.read_remaining(wanted, most=1)] == [1]
    operations.hold(wanted, [1], by="anna")
    speak(wanted, take(wanted, "speak"))
    begun, waiting = nights.read_remaining(wanted, most=9)
    assert (begun.job, waiting.job) == (2, 3)
    assert dict(begun.stages) == {Stage.RENDER: [50, 25], Stage.JOIN: [75]}
    rendered = take(wanted, "render.warp")
    desk_of(wanted, rendered).advance(1, 2)
    assert nights.read_remaining(wanted, most=9)[0].stages[Stage.RENDER] == [25, 25]
    render(wanted, rendered)
    assert nights.read_remaining(wanted, most=9)[0].stages[Stage.RENDER] == [25]


def test_a_film_that_would_be_late_is_lifted_once(wanted: Ledger) -> None:
    """It goes before all others, which the audit tells; who changes that afterwards has the last word."""
    assert _heads(wanted) == [1, 2, 3]
    assert nights.read_wanted(wanted) == {2: _LATER}
    assert nights.lift(wanted, {1: _LATER, 2: _LATER}, by="lectern") == (2,)
    assert _heads(wanted) == [2, 1, 3]
    assert reads.read_job(wanted, 2).line.lifted
    with wanted.write("test") as connection:
        set_standing(connection, [2], urgency=Urgency.BULK)
    assert nights.read_wanted(wanted) == {}
    assert nights.lift(wanted, {2: _LATER}, by="lectern") == ()
    assert not reads.read_job(wanted, 2).line.lifted
    with wanted.read() as connection:
        told = connection.execute(select(audit).where(audit.c.verb == "deadline")).all()
    assert [(row.by, row.job_id) for row in told] == [("lectern", 2)]
    after = {"urgency": "urgent", "urgency_before": "normal", "priority": 0, "priority_before": 0}
    assert json.loads(told[0].detail) == {"deadline": "2030-03-17T17:46:40Z", **after}


def test_a_deadline_gives_a_department_no_right_that_it_has_not(wanted: Ledger) -> None:
    """Its film goes to the front of what is normal, once; lists say that it was moved."""
    departments.change(wanted, "default", {"priority_limit": 20, "urgent": 0}, by="olga")
    assert nights.lift(wanted, nights.read_wanted(wanted), by="lectern") == (2,)
    line = reads.read_job(wanted, 2).line
    assert (line.urgency, line.priority, line.lifted) == (Urgency.NORMAL, 20, True)
    assert [each.lifted for each in reads.list_jobs(wanted)] == [False, True, False]
    assert _heads(wanted) == [2, 1, 3]
    departments.change(wanted, "default", {"urgent": 1}, by="olga")
    assert nights.read_wanted(wanted) == {}
    assert nights.lift(wanted, {2: _LATER}, by="lectern") == ()


def test_a_deadline_that_was_changed_meanwhile_moves_nothing(wanted: Ledger) -> None:
    """What was reckoned rests on another one."""
    assert nights.lift(wanted, {2: _LATER - 1000}, by="lectern") == ()


def test_a_film_that_is_held_or_over_is_not_lifted(wanted: Ledger) -> None:
    """It could not begin."""
    operations.hold(wanted, [2], by="anna")
    assert nights.read_wanted(wanted) == {}
    operations.cancel(wanted, [2], by="anna")
    assert nights.lift(wanted, {2: _LATER}, by="lectern") == ()


@pytest.mark.parametrize("deadline", [0, _LATER + 60_000])
def test_a_film_that_loses_its_deadline_loses_what_that_gave_it(wanted: Ledger, deadline: int) -> None:
    """It may be moved forward anew for another one; whoever gave it another standing has the last word."""
    standing.set_to(wanted, [2], Wish(priority=3), by="anna")
    nights.lift(wanted, {2: _LATER}, by="lectern")
    assert standing.set_to(wanted, [1, 2], Wish(deadline=deadline, priority=4), by="anna").back == (2,)
    line = reads.read_job(wanted, 2).line
    assert (line.urgency, line.priority, line.lifted) == (Urgency.NORMAL, 4, False)
    standing.set_to(wanted, [2], Wish(deadline=_LATER), by="anna")
    assert nights.lift(wanted, {2: _LATER}, by="lectern") == (2,)
    standing.set_to(wanted, [2], Wish(priority=5), by="anna")
    assert standing.set_to(wanted, [2], Wish(deadline=0), by="anna").back == ()
    line = reads.read_job(wanted, 2).line
    assert (line.urgency, line.priority) == (Urgency.URGENT, 5)
    assert acts(wanted)["deadline-gone"] == 1


@pytest.mark.parametrize(
    "detail",
    ["", "urgent for its deadline", "[]", '{"deadline": "2030-03-17T17:46:40Z"}', '{"urgency": 1}'],
)
def test_words_in_the_audit_are_no_facts(wanted: Ledger, detail: str) -> None:
    """A line that nothing can be read from moves nothing and hides nothing."""
    with wanted.write("test") as connection:
        entry = {"at": 0, "by": "anna", "verb": "deadline", "batch_id": 1, "job_id": 2, "detail": detail}
        connection.execute(insert(audit), entry)
    assert nights.read_wanted(wanted) == {2: _LATER}
    assert not reads.read_job(wanted, 2).line.lifted
