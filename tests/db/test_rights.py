"""What a department may have is asked while nobody can change it, and what it may not have it never gets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from db import departments, nights, reads, standing, submission
from db.engine import connect
from db.ledger import Ledger
from db.standing import Wish
from db.states import Urgency
from db.tables import departments as table
from db.values import JobDraft, Submission
from pipeline.plan.errors import InputError
from tests.db.values import digest, draft

_LATER = 1_900_000_000_000


def enter(ledger: Ledger, *drafts: JobDraft) -> None:
    """Submit films that were checked before."""
    name = drafts[0].spec.row
    submission.submit(ledger, Submission(content=digest(name), name=name, user="anna"), drafts)


def standings(ledger: Ledger) -> list[tuple[str, Urgency, int]]:
    """How every film stands in the line."""
    return [(line.row, line.urgency, line.priority) for line in reads.list_jobs(ledger)]


def test_a_submission_is_held_to_what_its_department_may_have_by_then(ledger: Ledger) -> None:
    """The rows were checked before; nothing of what is refused stays, and what was granted is kept."""
    urgent, high = draft("a", urgency=Urgency.URGENT), replace(draft("b"), priority=11)
    enter(ledger, urgent, high)
    departments.change(ledger, "default", {"urgent": 0, "priority_limit": 10}, by="olga")
    for film, code in ((urgent, "submit-urgent-right"), (high, "submit-priority-limit")):
        again = replace(film, spec=replace(film.spec, row="c"))
        with pytest.raises(InputError, match=code):
            enter(ledger, replace(draft("c"), priority=10), again)
    assert standings(ledger) == [("a", Urgency.URGENT, 0), ("b", Urgency.NORMAL, 11)]


def _set(ledger: Ledger) -> object:
    return standing.set_to(ledger, [1], Wish(urgency=Urgency.URGENT), by="anna")


def _lift(ledger: Ledger) -> object:
    return nights.lift(ledger, {1: _LATER}, by="lectern")


def _submit(ledger: Ledger) -> object:
    return enter(ledger, draft("b", urgency=Urgency.URGENT))


@pytest.mark.parametrize("act", [_submit, _set, _lift])
def test_who_asks_while_a_right_is_taken_away_does_not_get_it(
    url: str, act: Callable[[Ledger], object]
) -> None:
    """Whoever comes second waits for the first, and goes by what it left."""
    ledger, other = Ledger(connect(url)), Ledger(connect(url))
    enter(ledger, replace(draft("a"), deadline=_LATER))
    departments.change(ledger, "default", {"urgent": 1}, by="olga")
    raised: list[str] = []

    def do() -> None:
        try:
            act(other)
        except InputError as error:
            raised.append(error.code)

    thread = threading.Thread(target=do)
    with ledger.write("test") as connection:
        connection.execute(update(table).values(urgent=0, priority_limit=5))
        thread.start()
        thread.join(0.1)
        assert thread.is_alive(), "it waits"
    thread.join()
    assert raised == ([] if act is _lift else ["submit-urgent-right"])
    assert standings(ledger) == [("a", Urgency.NORMAL, 5 if act is _lift else 0)]
    ledger.close()
    other.close()


def test_a_deadline_that_goes_leaves_no_right_behind(ledger: Ledger) -> None:
    """A film that it made urgent is asked like any other for what it shall have without it."""
    enter(ledger, replace(draft("a"), deadline=_LATER))
    departments.change(ledger, "default", {"urgent": 1}, by="olga")
    nights.lift(ledger, {1: _LATER}, by="lectern")
    departments.change(ledger, "default", {"urgent": 0}, by="olga")
    assert standing.set_to(ledger, [1], Wish(urgency=Urgency.URGENT, priority=1), by="anna").changed
    with pytest.raises(InputError, match="submit-urgent-right"):
        standing.set_to(ledger, [1], Wish(urgency=Urgency.URGENT, deadline=0), by="anna")
    assert standings(ledger) == [("a", Urgency.URGENT, 1)]
