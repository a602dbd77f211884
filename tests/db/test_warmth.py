"""Who has a portrait at hand goes on with it, on either database: among equals alone, and nothing is left."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import replace

from sqlalchemy import select, update

from db import claims, commits, departments, queue, submission, workers
from db.ledger import Ledger
from db.states import Urgency
from db.tables import steps
from db.values import Chunk, Claim, JobDraft, Submission
from db.warmth import find_warmer
from farm.policy.affinity import affinity_of, with_done
from pipeline.plan.artifact import Kind
from tests.db.acting import speak, take
from tests.db.values import CAPABILITIES, OTHER, PROFILE, SKILLS, TRACE, WORKER, artifact, digest, spec

_ONE = (Chunk(first=0, end=1, frames=25),)
_RENDER = SKILLS["render.warp"]


def _draft(number: int) -> JobDraft:
    """A film of one of two people, who take turns."""
    portrait = artifact(Kind.SOURCE, f"portrait {number % 2}")
    made = replace(spec(f"row {number}"), portrait=portrait)
    return JobDraft(spec=made, urgency=Urgency.NORMAL, traceparent=TRACE)


def _spoken(ledger: Ledger, films: int, *, name: str = "demo") -> list[int]:
    """Films of two people that wait to be rendered; their steps."""
    batch = Submission(content=digest(name), name=name, user="anna")
    submission.submit(ledger, batch, [_draft(number) for number in range(films)])
    for _ in range(films):
        speak(ledger, take(ledger, "speak"), chunks=_ONE)
    renders = select(steps.c.id).where(steps.c.stage == "render").order_by(steps.c.id)
    with ledger.read() as connection:
        return list(connection.execute(renders).scalars())[-films:]


def _claim(ledger: Ledger, step: int, worker: str) -> Claim | None:
    return claims.claim(ledger, step, worker=worker, capabilities=CAPABILITIES, profiles=[PROFILE])


def _loads(ledger: Ledger, films: int, *, warm: bool) -> int:
    """How often two workers make a portrait ready that have one at hand, while films of two wait."""
    _spoken(ledger, films, name=f"warm {warm}")
    turns = random.Random(7)  # noqa: S311 - a fixed series
    messages = deque[int]()
    at_hand: dict[str, tuple[str, ...]] = {WORKER: (), OTHER: ()}
    loads = done = 0
    while done < films:
        for head in queue.heads(ledger, _RENDER, limit=3)[: max(0, 3 - len(messages))]:
            messages.extend(queue.mark_sent(ledger, [head.step]))
        # Who is ready first is chance, as chunks are of many lengths.
        worker, told = turns.choice((WORKER, OTHER)), messages.popleft()
        step = find_warmer(ledger, told, at_hand=at_hand[worker]) if warm else told
        claim = _claim(ledger, step, worker)
        assert claim is not None
        if step != told:
            queue.unmark_sent(ledger, [told])
        affinity = affinity_of(claim.stage, claim.spec)
        loads += affinity not in at_hand[worker]
        at_hand[worker] = with_done((), affinity)
        commits.release(ledger, claim, delay_ms=3_600_000)
        done += 1
    return loads


def test_two_workers_keep_to_a_portrait_each(ledger: Ledger) -> None:
    """Of two people's films in turn, a worker that keeps one portrait loads it half of the times by chance.

    With equals at hand it hardly ever does, and every film is begun once.
    """
    for name in (WORKER, OTHER):
        workers.register(ledger, name, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    cold, warm = _loads(ledger, 24, warm=False), _loads(ledger, 24, warm=True)
    assert cold >= 10
    assert warm <= 4


def test_only_an_equal_is_begun_instead(ledger: Ledger) -> None:
    """Neither what has another rank, nor what waits for a time, nor what is on its way to somebody else."""
    first, second, third, fourth = _spoken(ledger, 4)
    at_hand = (affinity_of("render", _draft(1).spec),)
    assert find_warmer(ledger, first, at_hand=()) == first
    assert find_warmer(ledger, first, at_hand=at_hand) == second
    assert find_warmer(ledger, third, at_hand=at_hand) == second
    assert find_warmer(ledger, fourth, at_hand=at_hand) == fourth, "it is as near itself"
    assert queue.mark_sent(ledger, [second]) == {second}
    assert find_warmer(ledger, first, at_hand=at_hand) == fourth
    other = departments.add(ledger, "other", {}, by="anna").id
    for column, value in {
        "rank": 1,
        "not_before": ledger.clock() + 60_000,
        "opening": 1,
        "department_id": other,
        "window": "night",
        "capability": "render.warp@studio",
        "profile": digest("another"),
    }.items():
        with ledger.write("change") as connection:
            was = connection.execute(select(steps.c[column]).where(steps.c.id == fourth)).scalar_one()
            connection.execute(update(steps).where(steps.c.id == fourth).values({column: value}))
        assert find_warmer(ledger, first, at_hand=at_hand) == first
        with ledger.write("change") as connection:
            connection.execute(update(steps).where(steps.c.id == fourth).values({column: was}))
    assert find_warmer(ledger, first, at_hand=at_hand) == fourth
    assert find_warmer(ledger, 999, at_hand=at_hand) == 999


def test_of_the_last_ones_the_longest_goes_first(ledger: Ledger) -> None:
    """While a step or two are left for each worker, nobody takes a shorter one that is nearer to hand."""
    first, near, _, longer = _spoken(ledger, 4)
    at_hand = (affinity_of("render", _draft(1).spec),)
    _lengthen(ledger, {first: 100, longer: 100})
    assert find_warmer(ledger, first, at_hand=at_hand) == near, "nobody is there yet, so none is a last one"
    for name in (WORKER, OTHER):
        workers.register(ledger, name, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    assert find_warmer(ledger, first, at_hand=at_hand) == longer
    _lengthen(ledger, {longer: 99})
    assert find_warmer(ledger, first, at_hand=at_hand) == first


def _lengthen(ledger: Ledger, frames: dict[int, int]) -> None:
    """Steps are of so many frames."""
    with ledger.write("frames") as connection:
        for step, number in frames.items():
            connection.execute(update(steps).where(steps.c.id == step).values(frames=number))
