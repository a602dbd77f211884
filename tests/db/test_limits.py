"""Limits keep new work from beginning, stop nothing that has begun, and cost nobody else anything."""

from __future__ import annotations

import threading

import pytest

from db import claims, departments, queue
from db.cardtime import CardTime, spent_in
from db.engine import connect
from db.gates import read_gates
from db.ledger import Ledger
from db.values import Claim
from tests.db.acting import join, render, speak, try_step
from tests.db.test_quotas import limit, pass_days, submit_as
from tests.db.values import CAPABILITIES, PROFILE, SKILLS

_CARD = "GPU-1"
_HOUR_MS = 3_600_000


def next_of(ledger: Ledger, capability: str) -> list[int]:
    """The jobs whose steps may go now, as the dispatcher sees it."""
    gates = read_gates(ledger)
    return [head.job for head in queue.heads(ledger, SKILLS[capability], limit=8, gates=gates)]


def claim_next(ledger: Ledger, capability: str) -> Claim:
    """Claim the first step that may go now, on a card."""
    gates = read_gates(ledger)
    head = queue.heads(ledger, SKILLS[capability], limit=1, gates=gates)[0]
    claim = claims_on_card(ledger, head.step)
    assert claim is not None
    return claim


def claims_on_card(ledger: Ledger, step: int) -> Claim | None:
    """Try to claim a step on a card."""
    return claims.claim(
        ledger, step, worker="gpu0@here", capabilities=CAPABILITIES, profiles=[PROFILE], device=_CARD
    )


def test_no_further_film_begins_while_as_many_are_under_way(ledger: Ledger) -> None:
    """Of four, two begin; a late message begins no third; what has begun goes on, to its end."""
    limit(ledger, running=2)
    submit_as(ledger, "anna", 4, "one")
    first, second, third, _ = queue.heads(ledger, SKILLS["speak"], limit=4)
    for head in (first, second):
        claim = try_step(ledger, head.step)
        assert claim is not None
        speak(ledger, claim)
    assert try_step(ledger, third.step) is None, "a message that is late"
    assert next_of(ledger, "speak") == []
    assert next_of(ledger, "render.warp") == [1, 1, 2, 2]
    for _ in range(2):
        render(ledger, claim_next(ledger, "render.warp"))
    join(ledger, claim_next(ledger, "join"))
    assert next_of(ledger, "speak") == [3, 4], "the dispatcher offers, the claim counts"
    limit(ledger, running=None)
    assert next_of(ledger, "speak") == [3, 4]
    limit(ledger, running=0)
    assert next_of(ledger, "speak") == []


def test_a_member_at_the_limit_leaves_the_others_alone(ledger: Ledger) -> None:
    """One member's second film waits; another member's goes, though it stands behind."""
    limit(ledger, member_running=1)
    submit_as(ledger, "anna", 3, "one")
    submit_as(ledger, "bob", 1, "two")
    claim_next(ledger, "speak")
    assert next_of(ledger, "speak") == [4]
    limit(ledger, member_running=0)
    assert next_of(ledger, "speak") == []


@pytest.mark.parametrize("right", ["card_ms", "member_card_ms"])
def test_without_card_time_nothing_is_rendered_until_the_next_day(ledger: Ledger, right: str) -> None:
    """What runs is not stopped; another step is not begun; speaking goes on; tomorrow all goes on."""
    submit_as(ledger, "anna", 2, "one")
    for _ in range(2):
        speak(ledger, claim_next(ledger, "speak"))
    running = claim_next(ledger, "render.warp")
    start = ledger.clock
    ledger.clock = lambda: start() + _HOUR_MS
    limit(ledger, **{right: _HOUR_MS // 2})
    waiting = queue.heads(ledger, SKILLS["render.warp"], limit=1)[0].step
    assert next_of(ledger, "render.warp") == [], "what runs counts as far as it has come"
    assert claims_on_card(ledger, waiting) is None
    submit_as(ledger, "anna", 1, "two")
    assert next_of(ledger, "speak") == [3]
    render(ledger, running)
    assert next_of(ledger, "render.warp") == []
    pass_days(ledger)
    assert next_of(ledger, "render.warp") == [1, 2, 2]
    limit(ledger, **{right: None})


def test_card_time_that_is_read_in_pieces_is_the_whole(ledger: Ledger) -> None:
    """Who asks all the time is told the same as who asks once, also on the next day."""
    submit_as(ledger, "anna", 3, "one")
    of = [departments.read_department(ledger, "default").id]
    cards = CardTime(ledger)
    begin = ledger.clock()
    start = ledger.calendar.begins_at(ledger.calendar.day_of(begin) + 1)
    seen = []
    for number in range(3):
        ledger.clock = lambda at=start + number * 25 * 60_000: at  # type: ignore[misc]
        claim = claim_next(ledger, "speak")
        ledger.clock = lambda at=start + (number * 25 + 10) * 60_000: at  # type: ignore[misc]
        speak(ledger, claim)
        with ledger.read() as connection:
            told = cards.spent(connection, of, ledger.clock())
            assert told == spent_in(connection, ledger, of, ledger.clock())
        seen.append(told[of[0], "anna"])
    assert seen == [10 * 60_000, 20 * 60_000, 30 * 60_000]
    pass_days(ledger)
    with ledger.read() as connection:
        assert not cards.spent(connection, of, ledger.clock())


def test_claims_that_meet_at_the_limit_begin_no_more_than_may(url: str) -> None:
    """Eight workers with a message each begin three films, and no fourth."""
    ledger = Ledger(connect(url))
    limit(ledger, running=3)
    submit_as(ledger, "anna", 8, "one")
    heads = queue.heads(ledger, SKILLS["speak"], limit=8)
    gate = threading.Barrier(len(heads))
    claimed: list[Claim | None] = []

    def act(number: int, step: int) -> None:
        gate.wait()
        claimed.append(try_step(ledger, step, worker=f"cpu{number}@here"))

    threads = [threading.Thread(target=act, args=(n, head.step)) for n, head in enumerate(heads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claim is not None for claim in claimed) == 3
    assert len(claimed) == 8
    ledger.close()
