"""Promises of who is there and what stands where, and of what departments may use, on either database."""

from __future__ import annotations

from sqlalchemy import insert, update

from db import cards, claims, leases, posts, workers
from db.budgets import read_budgets
from db.cards import Card
from db.cardtime import CardTime
from db.census import Pending, read_card_states, read_dead_letters, read_pending, read_workforce
from db.ledger import Ledger
from db.pools import Change, set_pool
from db.states import CardState, Condition, Stage, WorkerOrder
from db.tables import allowances, departments
from pipeline.plan.errors import InputError
from tests.db.acting import CHUNKS, fail, head, join, render, speak, take, until
from tests.db.test_overview import later
from tests.db.values import CAPABILITIES, PROFILE, WORKER, submit

_RENDERS = ("render.warp", "render.warp@studio")


def employ(ledger: Ledger, name: str, *capabilities: str) -> None:
    """A worker begins, with a card of its own."""
    profiles = [PROFILE] if capabilities[0].startswith("render") else []
    workers.register(ledger, name, host="here", device=name, capabilities=capabilities, profiles=profiles)


def test_workers_and_cards_are_counted_by_how_they_stand(ledger: Ledger) -> None:
    """In each pool that they render for; who left is not, and a pool in which nobody is able is told so."""
    set_pool(ledger, "empty", Change(lends=True), by="anna")
    for name in ("able", "ill", "full", "locked", "silent", "left"):
        employ(ledger, name, *_RENDERS)
    employ(ledger, "writes", "write")
    cards.take_out(ledger, Card(host="here", device="ill", state=CardState.SICK, reason="face-failed"))
    posts.tell_condition(ledger, "full", Condition.DISK_LOW)
    posts.order(ledger, "locked", WorkerOrder.LOCK, reason="r", by="anna")
    (pulse,) = [each for each in leases.read_pulses(ledger) if each.worker == "silent"]
    assert leases.bury(ledger, pulse)
    workers.leave(ledger, "left")
    each = {"able": 1, "card_out": 1, "disk_low": 1, "lock": 1, "gone": 1}
    told = {(pool, condition): n for pool in ("any", "studio") for condition, n in each.items()}
    assert read_workforce(ledger) == {**told, ("empty", "able"): 0, ("", "able"): 1}
    assert read_card_states(ledger) == {**dict.fromkeys(CardState, 0), CardState.SICK: 1}


def test_dead_letters_and_what_waits_for_the_archive_are_counted(ledger: Ledger) -> None:
    """With the time at which the first of what waits was finished."""
    submit(ledger, ["a", "b", "c"])
    assert (read_dead_letters(ledger), read_pending(ledger)) == ({}, Pending(films=0, since=None))
    error = InputError("voice-failed", voice="v", reason="r")
    first = until(ledger, "archive")
    since = read_pending(ledger).since
    assert read_pending(ledger).films == 1
    assert since is not None
    later(ledger, 1)
    speak(ledger, take(ledger, "speak"))
    for _ in CHUNKS:
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    assert read_pending(ledger) == Pending(films=2, since=since)
    fail(ledger, first, error, attempts=1)
    fail(ledger, take(ledger, "speak"), error, attempts=1)
    assert read_dead_letters(ledger) == {Stage.ARCHIVE: 1, Stage.SPEAK: 1}
    assert read_pending(ledger) == Pending(films=1, since=ledger.clock())


def test_budgets_tell_what_is_left_of_a_day(ledger: Ledger) -> None:
    """Films of the day and of grants that have not lapsed; and for how long cards were kept."""
    with ledger.write("limits") as connection:
        connection.execute(insert(departments).values(name="free"))
    with ledger.write("limits") as connection:
        connection.execute(
            update(departments).where(departments.c.name == "default").values(films=2, card_ms=9_000_000)
        )
        for films, until_ in ((5, ledger.clock() + 9_000_000), (7, ledger.clock())):
            granted = {"department_id": 1, "films": films, "until": until_, "by": "anna", "at": 0}
            connection.execute(insert(allowances).values(granted))
    submit(ledger, ["a", "b", "c"])
    begun = claims.claim(
        ledger, head(ledger, "speak"), worker=WORKER, capabilities=CAPABILITIES, device="GPU-1"
    )
    assert begun is not None
    own, free = read_budgets(ledger, CardTime(ledger))
    assert (own.name, own.films, own.films_used, own.granted, own.films_left) == ("default", 2, 2, 4, 4)
    assert (free.name, free.films, free.card_ms) == ("free", None, None)
    later(ledger, 1)
    (own, _) = read_budgets(ledger, CardTime(ledger))
    assert 3_600_000 <= own.card_used_ms < 3_700_000
