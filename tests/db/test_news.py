"""Promises about news: each end of a film and of a batch is entered once, with it, if anybody wants it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection

import pytest

from db import commits, dead, leases, news, operations, outbox
from db.ledger import Ledger
from db.outbox import Delivery
from db.states import DeliveryState, Event
from pipeline.plan.errors import AwayError, InputError
from tests.db.acting import fail, take, until
from tests.db.values import submit

DONE, FAILED, CANCELED, COMPLETE = (
    Event.FILM_DONE,
    Event.FILM_FAILED,
    Event.FILM_CANCELED,
    Event.BATCH_COMPLETE,
)


def _wanted(ledger: Ledger, *events: Event) -> None:
    assert news.subscribe(ledger, events or tuple(Event))


def _told(ledger: Ledger) -> list[Event]:
    return [each.event for each in reversed(outbox.read_newest(ledger, most=100))]


def _archive(ledger: Ledger, path: str = "day/film.mp4") -> None:
    commits.finish_archive(ledger, take(ledger, "archive"), path=path, machine_ms=1)


def _newest(ledger: Ledger) -> Delivery:
    return outbox.read_newest(ledger, most=1)[0]


def test_nothing_is_entered_that_nobody_wants(ledger: Ledger) -> None:
    """Not without a subscription, not of another event, and not after it was ended."""
    submit(ledger, ["one", "two", "three"])
    operations.cancel(ledger, [1], by="anna")
    _wanted(ledger, FAILED)
    operations.cancel(ledger, [2], by="anna")
    assert news.subscribe(ledger, ())
    assert not news.subscribe(ledger, ())
    fail(ledger, take(ledger, "speak"), InputError("script-empty"))
    assert _told(ledger) == []


def test_a_film_is_done_once_it_lies_in_the_archive(ledger: Ledger) -> None:
    """Nobody is sent to a film that cannot be opened yet; what is told tells where it is and how long."""
    _wanted(ledger)
    batch = submit(ledger, ["row"]).batch
    archiving = until(ledger, "archive")
    assert _told(ledger) == []
    for _ in range(2):
        # Whose reply was lost says so again.
        commits.finish_archive(ledger, archiving, path="day/film.mp4", machine_ms=1)
    assert _told(ledger) == [DONE, COMPLETE]
    whole, film = outbox.read_newest(ledger, most=2)
    assert (film.batch, film.job, film.body["path"], film.body["error"]) == (batch, 1, "day/film.mp4", None)
    assert film.body["frames"] > 0
    assert (whole.job, whole.body["films"]) == (None, {"done": 1, "failed": 0, "canceled": 0})
    assert film.key != whole.key


def test_a_film_fails_once(ledger: Ledger) -> None:
    """With its first dead step; what quotes a script is not repeated."""
    _wanted(ledger)
    submit(ledger, ["row"])
    claim = until(ledger, "render.warp")
    other = take(ledger, "render.warp")
    for each in (claim, other):
        fail(ledger, each, InputError("hearing-wrong", text="a secret", of=7, errors=6))
    assert _told(ledger) == [FAILED, COMPLETE]
    error = outbox.read_newest(ledger, most=2)[1].body["error"]
    assert error == {"code": "hearing-wrong", "facts": {"text": "…", "of": 7, "errors": 6}}


def test_a_film_that_cannot_be_delivered_has_failed(ledger: Ledger) -> None:
    """With the error of its delivery; and it is done after a retry."""
    _wanted(ledger, FAILED, DONE, COMPLETE)
    submit(ledger, ["row"])
    fail(ledger, until(ledger, "archive"), InputError("archive-failed", path="p"))
    assert outbox.read_newest(ledger, most=2)[1].body["error"]["code"] == "archive-failed"
    operations.requeue(ledger, [1], by="anna")
    _archive(ledger)
    assert _told(ledger) == [FAILED, COMPLETE, DONE, COMPLETE]


def test_poison_is_news(ledger: Ledger) -> None:
    """A dispatcher that finds a step dead tells of it as a worker does."""
    _wanted(ledger, FAILED)
    submit(ledger, ["row"])
    take(ledger, "speak")
    (lease,) = leases.read_leases(ledger)
    assert leases.expire(ledger, lease, poison_deaths=1).poisoned
    assert _newest(ledger).body["error"]["code"] == "ledger-poison"


def test_a_batch_is_complete_once_each_time(ledger: Ledger) -> None:
    """When its last film ends, whichever way; discarding what failed changes nothing, a retry does."""
    _wanted(ledger, COMPLETE)
    submit(ledger, ["one", "two", "three"])
    operations.cancel(ledger, [1], by="anna")
    fail(ledger, take(ledger, "speak"), InputError("script-empty"))
    assert _told(ledger) == []
    operations.cancel(ledger, [3], by="anna")
    assert _newest(ledger).body["films"] == {"done": 0, "failed": 1, "canceled": 2}
    dead.discard(ledger, [2], by="anna")
    operations.cancel(ledger, [1, 2, 3], by="anna")
    assert _told(ledger) == [COMPLETE]
    operations.requeue(ledger, [1, 3], by="anna")
    operations.cancel(ledger, [1, 3], by="anna")
    assert _told(ledger) == [COMPLETE, COMPLETE]


def test_two_films_that_end_at_once_complete_their_batch_once(ledger: Ledger) -> None:
    """Neither transaction sees the other's film, and still one of them tells."""
    _wanted(ledger, COMPLETE)
    submit(ledger, ["one", "two"])
    both = threading.Barrier(2)
    plain, ended = ledger._crash, []

    def meet(point: str) -> None:
        # Neither commits before the other has changed its film, unless one has to wait for the other.
        if point == "cancel-before-commit":
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(0.1)
        plain(point)

    ledger._crash = meet
    pair = [
        threading.Thread(target=lambda job=job: ended.append(operations.cancel(ledger, [job], by="anna")))
        for job in (1, 2)
    ]
    for each in pair:
        each.start()
    for each in pair:
        each.join()
    assert len(ended) == 2
    assert _told(ledger) == [COMPLETE]


def test_what_is_undone_is_no_news(ledger: Ledger) -> None:
    """The news stand and fall with the end that they tell of."""
    _wanted(ledger)
    submit(ledger, ["row"])

    def die(point: str) -> None:
        if point == "cancel-before-commit":
            raise AwayError("ledger-away", reason="a test")

    ledger._crash = die
    with pytest.raises(AwayError):
        operations.cancel(ledger, [1], by="anna")
    assert _told(ledger) == []


def _cancel(ledger: Ledger, rows: Collection[str]) -> None:
    _wanted(ledger, CANCELED)
    submit(ledger, list(rows))
    operations.cancel(ledger, range(1, len(rows) + 1), by="anna")


def test_a_try_counts_once(ledger: Ledger) -> None:
    """Of two who tell the same piece of news, one is remembered; it is due again when its time has come."""
    _cancel(ledger, ["row"])
    (delivery,) = outbox.read_due(ledger, most=9)
    tell = {"status": 500, "detail": "HTTP 500", "state": DeliveryState.DUE, "wait_ms": 3_600_000}
    assert outbox.tried(ledger, delivery, **tell)
    assert not outbox.tried(ledger, delivery, **tell)
    assert outbox.read_due(ledger, most=9) == ()
    now, tries = outbox.read_one(ledger, delivery.id)
    assert (now.tries, now.key, [each.number for each in tries]) == (1, delivery.key, [1])
    assert outbox.tried(ledger, now, status=204, detail="", state=DeliveryState.SENT)
    assert [each.status for each in outbox.read_one(ledger, delivery.id)[1]] == [500, 204]


def test_what_was_given_up_can_be_told_anew(ledger: Ledger) -> None:
    """Under its old name, with its tries remembered and forgiven; nothing is changed where one is unknown."""
    _cancel(ledger, ["row"])
    (delivery,) = outbox.read_due(ledger, most=9)
    outbox.tried(ledger, delivery, status=410, detail="HTTP 410", state=DeliveryState.GIVEN_UP)
    assert outbox.count_given_up(ledger) == 1
    with pytest.raises(InputError) as caught:
        outbox.replay(ledger, [delivery.id, 99], by="anna")
    assert caught.value.code == "notice-unknown"
    assert outbox.read_due(ledger, most=9) == ()
    outbox.replay(ledger, [delivery.id], by="anna")
    (again,) = outbox.read_due(ledger, most=9)
    assert (again.key, again.tries, again.forgiven, again.ended_at) == (delivery.key, 1, 1, None)
    assert outbox.count_given_up(ledger) == 0


def test_what_was_told_is_forgotten_in_time(ledger: Ledger) -> None:
    """With its tries; what is due is never."""
    _cancel(ledger, ["one", "two"])
    first, second = outbox.read_due(ledger, most=9)
    outbox.tried(ledger, first, status=204, detail="", state=DeliveryState.SENT)
    outbox.tried(ledger, second, status=500, detail="", state=DeliveryState.DUE)
    later = ledger.clock() + 1000
    assert outbox.drop_old(ledger, before=later - 3_600_000) == 0
    assert outbox.drop_old(ledger, before=later) == 1
    assert [each.id for each in outbox.read_newest(ledger, most=9)] == [second.id]


def test_each_program_has_a_delivery_of_its_own(ledger: Ledger) -> None:
    """Once, however often they are named; what one of them was tried with before is that one's alone."""
    _cancel(ledger, ["row", "other"])
    tried, fresh = outbox.read_due(ledger, most=9)
    outbox.tried(ledger, tried, status=500, detail="", state=DeliveryState.DUE)
    for _ in range(2):
        outbox.address(ledger, ["one", "two"])
    due = outbox.read_due(ledger, most=9)
    told = {(tried.job, "one"), (fresh.job, "one"), (fresh.job, "two")}
    assert {(each.job, each.to) for each in due} == told
    assert len({each.key for each in due}) == len(due) == len(told)
    assert {each.key for each in due} > {tried.key, fresh.key}
    assert "to" not in due[0].body
    assert {each.to for each in outbox.read_due(ledger, most=9, to="two")} == {"two"}
    assert {each.to for each in outbox.read_due(ledger, most=9, to="x", known=["x", "one"])} == {"two"}
