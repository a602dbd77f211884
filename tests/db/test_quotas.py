"""A department's quota is never exceeded, whoever races; nobody is charged twice, and films go in order."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from db import departments, operations, quotas, reads, rows, submission
from db.engine import connect
from db.ledger import Ledger
from db.states import HoldReason, JobState
from db.tables import charges, holds, jobs
from db.values import Submission, Submitted
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import TransientError
from tests.db.acting import fail, ready, take
from tests.db.auditor import acts
from tests.db.values import artifact, digest, draft, submit

_DAY_MS = 24 * 3600 * 1000
_NAME = "default"


def submit_as(ledger: Ledger, member: str, films: int, content: str) -> Submitted:
    """Submit so many films as somebody, of a portrait that no other batch has."""
    submitted = Submission(content=digest(content), name=content, user=member)
    # Whoever enters a source that others have waits for them, whatever else keeps them apart.
    portrait = artifact(Kind.SOURCE, f"portrait of {content}")
    drafts = (draft(f"{content} {row}") for row in range(films))
    return submission.submit(
        ledger, submitted, (replace(each, spec=replace(each.spec, portrait=portrait)) for each in drafts)
    )


def limit(ledger: Ledger, **rights: int | None) -> None:
    """Set limits of the department."""
    departments.change(ledger, _NAME, rights, by="olga")


def charged(ledger: Ledger) -> list[int]:
    """The jobs that are charged."""
    with ledger.read() as connection:
        return list(connection.execute(select(charges.c.job_id).order_by(charges.c.job_id)).scalars())


def held(ledger: Ledger) -> list[int]:
    """The jobs that wait for a quota."""
    with ledger.read() as connection:
        return list(connection.execute(select(holds.c.job_id).order_by(holds.c.job_id)).scalars())


def pass_days(ledger: Ledger, days: int = 1) -> None:
    """It is so many days later."""
    ledger.clock = lambda now=ledger.clock: now() + days * _DAY_MS  # type: ignore[misc]


def at_once(url: str, acts: list[Callable[[Ledger], object]]) -> list[BaseException]:
    """Do everything at the same moment, each in a transaction of its own; what was raised."""
    raised: list[BaseException] = []
    gate = threading.Barrier(len(acts))
    hosts = [Ledger(connect(url)) for _ in range(5)]

    def do(act: Callable[[Ledger], object], mine: Ledger) -> None:
        try:
            gate.wait()
            act(mine)
        except Exception as error:  # noqa: BLE001 - told to the test
            raised.append(error)

    threads = [
        threading.Thread(target=do, args=(act, hosts[number % len(hosts)])) for number, act in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for host in hosts:
        host.close()
    return raised


def test_the_first_films_begin_and_the_rest_wait_in_order_from_day_to_day(ledger: Ledger) -> None:
    """Two today, two tomorrow in the order of submission, though somebody else submitted in between."""
    limit(ledger, films=2)
    done = submit_as(ledger, "anna", 3, "one")
    assert (done.jobs, done.held) == (3, 1)
    assert submit_as(ledger, "bob", 2, "two").held == 2
    assert (charged(ledger), held(ledger)) == ([1, 2], [3, 4, 5])
    assert reads.read_job(ledger, 3).line.held == (HoldReason.QUOTA,)
    today = ledger.calendar.day_of(ledger.clock())
    assert quotas.read_starts(ledger, [2, 3, 5]) == {3: today + 1, 5: today + 2}
    assert quotas.read_ahead(ledger, _NAME, "anna", 2) == (today + 2, today + 3)
    assert quotas.release(ledger) == 0, "today's are begun"
    pass_days(ledger)
    assert quotas.release(ledger) == 2
    assert (charged(ledger), held(ledger)) == ([1, 2, 3, 4], [5])
    assert acts(ledger)["quota-begins"] == 2
    pass_days(ledger)
    # Whoever submits next stands behind them, though no dispatcher has looked yet.
    assert submit_as(ledger, "carl", 2, "three").held == 1
    assert (charged(ledger), held(ledger)) == ([1, 2, 3, 4, 5, 6], [7])


def test_a_grant_lets_more_begin_at_once_and_lapses(ledger: Ledger) -> None:
    """Three of a grant of three go at once; of one that ends before it is used, none."""
    limit(ledger, films=1)
    submit_as(ledger, "anna", 6, "one")
    departments.grant(ledger, _NAME, 3, until=ledger.clock() + 60_000, by="olga")
    assert quotas.release(ledger) == 3
    assert held(ledger) == [5, 6]
    departments.grant(ledger, _NAME, 9, until=ledger.clock() + 60_000, by="olga")
    ledger.clock = lambda now=ledger.clock: now() + 120_000  # type: ignore[misc]
    assert quotas.release(ledger) == 0
    use = departments.read_use(ledger, departments.read_department(ledger, _NAME).id)
    assert (use.day, use.granted, use.held) == (1, 3, 2)


def test_a_change_takes_effect_at_the_next_decision(ledger: Ledger) -> None:
    """Lowered, a quota takes nothing back and lets nobody in; raised or lifted, it does at once."""
    limit(ledger, films=3)
    submit_as(ledger, "anna", 5, "one")
    limit(ledger, films=1)
    assert quotas.release(ledger) == 0
    assert submit_as(ledger, "anna", 1, "two").held == 1
    assert charged(ledger) == [1, 2, 3]
    limit(ledger, films=4)
    assert quotas.release(ledger) == 1
    limit(ledger, films=None)
    assert quotas.release(ledger) == 2
    assert held(ledger) == []
    assert acts(ledger)["department-set"] == 4


def test_a_member_at_the_limit_keeps_nobody_else_waiting(ledger: Ledger) -> None:
    """One member's further films wait for tomorrow; another one's go, also when they come later."""
    limit(ledger, films=4, member_films=1)
    assert submit_as(ledger, "anna", 3, "one").held == 2
    assert submit_as(ledger, "bob", 1, "two").held == 0
    assert charged(ledger) == [1, 4]
    pass_days(ledger)
    assert quotas.release(ledger) == 1
    assert charged(ledger) == [1, 2, 4]
    limit(ledger, member_films=None)
    assert quotas.release(ledger) == 1


def test_who_fails_is_not_charged_again_and_who_is_canceled_before_it_began_gets_it_back(
    ledger: Ledger,
) -> None:
    """A failed film is requeued on its own charge; a canceled one frees a place and waits for another."""
    limit(ledger, films=2)
    submit_as(ledger, "anna", 3, "one")
    for _ in range(3):
        fail(ledger, take(ledger, "speak"), TransientError("voice-failed"))
    assert reads.read_job(ledger, 1).line.state is JobState.FAILED
    operations.requeue(ledger, [1], by="anna")
    assert (charged(ledger), held(ledger)) == ([1, 2], [3])
    operations.cancel(ledger, [1], by="anna")
    assert charged(ledger) == [1, 2], "it had begun"
    operations.cancel(ledger, [2], by="anna")
    assert charged(ledger) == [1]
    assert quotas.release(ledger) == 1
    assert charged(ledger) == [1, 3]
    operations.requeue(ledger, [2], by="anna")
    assert (charged(ledger), held(ledger)) == ([1, 3], [2])
    limit(ledger, films=3)
    operations.cancel(ledger, [2], by="anna")
    operations.requeue(ledger, [2], by="anna")
    assert (charged(ledger), held(ledger)) == ([1, 2, 3], []), "a requeue lets in whoever may begin"


def test_without_a_quota_everything_is_charged_and_nothing_waits(ledger: Ledger) -> None:
    """A quota that is set in the middle of a day counts what the day has had."""
    submit(ledger, ["row", "other"])
    assert ready(ledger) == {"speak"}
    limit(ledger, films=3)
    assert submit_as(ledger, "anna", 3, "more").held == 2


def test_fifty_submits_at_once_never_exceed_a_quota(url: str) -> None:
    """However submissions meet at the edge, as many films begin as there are, and all others wait."""
    ledger = Ledger(connect(url))
    limit(ledger, films=20)

    def one(number: int) -> Callable[[Ledger], object]:
        return lambda mine: submit_as(mine, "anna", 1 + number % 2, f"batch {number}")

    assert at_once(url, [one(number) for number in range(50)]) == []
    assert (len(charged(ledger)), len(held(ledger))) == (20, 55)
    with ledger.read() as connection:
        every = list(connection.execute(select(jobs.c.id)).scalars())
    assert sorted(charged(ledger) + held(ledger)) == every
    assert charged(ledger) == every[:20], "in order of submission"
    ledger.close()


def test_submissions_releases_cancels_and_requeues_never_wait_for_each_other_in_a_circle(url: str) -> None:
    """Everything that touches quotas at once ends, and the books agree: one charge or one hold each."""
    ledger = Ledger(connect(url))
    limit(ledger, films=12)
    submit_as(ledger, "anna", 24, "first")
    draw = random.Random(8)  # noqa: S311 - a test's own

    def some() -> list[int]:
        return draw.sample(range(1, 25), 8)

    doing: list[Callable[[Ledger], object]] = []
    for number in range(4):
        these, those = some(), some()
        doing += [
            lambda mine, n=number: submit_as(mine, "bob", 2, f"more {n}"),
            lambda mine: [quotas.release(mine) for _ in range(4)],
            lambda mine, these=these: operations.cancel(mine, these, by="anna"),
            lambda mine, those=those: operations.requeue(mine, those, by="anna"),
            lambda mine, n=number: limit(mine, films=12 - n),
        ]
    assert at_once(url, doing) == []
    with ledger.read() as connection:
        states = {row.id: row.state for row in connection.execute(select(jobs.c.id, jobs.c.state))}
    assert len(states) == 32
    paid, waiting = set(charged(ledger)), set(held(ledger))
    assert not paid & waiting
    assert paid | waiting == {job for job, state in states.items() if state == "queued"}
    assert len(paid) <= 12
    ledger.close()


@pytest.mark.parametrize("films", [None, 7])
def test_a_large_line_is_let_in_whole(
    ledger: Ledger, films: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one transaction lets in are let in at once all the same, and no more than may begin."""
    monkeypatch.setattr(rows, "MANY", 3)
    limit(ledger, films=0)
    submit_as(ledger, "anna", 10, "many")
    limit(ledger, films=films)
    assert quotas.release(ledger) == (films or 10)
    assert len(held(ledger)) == 10 - (films or 10)
