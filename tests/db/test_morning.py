"""What a report of a night asks the ledger, on either database, about work that was really done in it."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, update

from db import commits, leases, morning, operations, savings, windows
from db.held import read_holds
from db.ledger import Ledger
from db.states import CardState, JobState, Stage
from db.tables import cards, departments, holds, jobs
from db.values import Claim
from farm.policy.periods import Period
from farm.policy.windows import parse
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format
from tests.db.acting import desk_of, fail, join, render, speak, take
from tests.db.values import OTHER, artifact, submit

_START = 1_800_000_000_000
_HOUR = 3_600_000
_NIGHT = Period(since=_START, until=_START + 12 * _HOUR, zone="UTC")
_PICTURE = Format(width=720, height=720, fps=25)


class _Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = _START + 1

    def __call__(self) -> int:
        """The time."""
        return self.now


@pytest.fixture
def clock(ledger: Ledger) -> _Clock:
    """The ledger's clock."""
    ledger.clock = made = _Clock()
    return made


def _film(ledger: Ledger, clock: _Clock, took_ms: int) -> None:
    """Make the film at the head of all lines, each of its chunks in so long."""
    speak(ledger, take(ledger, "speak"))
    for _ in range(2):
        claim = take(ledger, "render.warp")
        clock.now += took_ms
        render(ledger, claim)
    join(ledger, take(ledger, "join"))


def _lose(ledger: Ledger, claim: Claim) -> None:
    (lease,) = [each for each in leases.read_leases(ledger) if each.step == claim.step]
    leases.expire(ledger, lease, poison_deaths=9)


def test_what_ended_is_told_by_its_time(ledger: Ledger, clock: _Clock) -> None:
    """Done, failed and canceled, to the quarter of an hour; what ended before or after is not in it."""
    submit(ledger, ["a", "b", "c", "d"])
    _film(ledger, clock, 0)
    clock.now += _HOUR
    fail(ledger, take(ledger, "speak"), InputError("voice-unknown"))
    operations.cancel(ledger, [3], by="anna")
    clock.now = _NIGHT.until
    operations.cancel(ledger, [4], by="anna")
    ended = {(each.at, each.state, each.films) for each in morning.read_ends(ledger, _NIGHT)}
    assert ended == {
        (_START, JobState.COMPLETED, 1),
        (_START + _HOUR, JobState.FAILED, 1),
        (_START + _HOUR, JobState.CANCELED, 1),
    }


def test_slow_steps_come_first(ledger: Ledger, clock: _Clock) -> None:
    """With their job, how long they took, and how much film they are of; failed attempts are none."""
    submit(ledger, ["a", "b"])
    _film(ledger, clock, 70_000)
    claim = take(ledger, "speak")
    clock.now += _HOUR
    commits.release(ledger, claim, delay_ms=0)
    slow = morning.read_slow(ledger, _NIGHT, most=2)
    told = [(each.job, each.row, each.stage, each.held_ms, each.film_ms) for each in slow]
    assert told == [(1, "a", Stage.RENDER, 70_000, 2000), (1, "a", Stage.RENDER, 70_000, 1000)]


def test_what_was_there_already_is_counted_by_clips_and_frames(ledger: Ledger, clock: _Clock) -> None:
    """A film that found everything has made nothing; one that made everything has found nothing."""
    submit(ledger, ["a", "b"])
    _film(ledger, clock, 1000)
    assert savings.read_shared(ledger, _NIGHT) == ()
    speak(ledger, take(ledger, "speak"))
    first = take(ledger, "render.warp")
    desk = desk_of(ledger, first)
    clip = artifact(Kind.CLIP, "a clip of its own")
    assert desk.take(clip.kind, clip.key)
    desk.put(clip, 1)
    commits.finish_render(ledger, first, used=[], machine_ms=1)
    commits.finish_render(ledger, take(ledger, "render.warp"), used=[], machine_ms=1)
    # Of the first chunk's two clips, one was made; the second chunk has one.
    (share,) = savings.read_shared(ledger, _NIGHT)
    assert (share.stage, share.engine, share.format) == (Stage.RENDER, "warp", _PICTURE)
    assert (share.found, share.frames) == (2, 25 + 25)


def test_workers_that_were_lost_are_told_with_what_that_cost(ledger: Ledger, clock: _Clock) -> None:
    """Each with how often; interrupted and failed attempts are no losses."""
    submit(ledger, ["a", "b", "c"])
    for worker, took in (("cpu0@here", 1000), ("cpu0@here", 2000), (OTHER, 500)):
        claim = take(ledger, "speak", worker=worker)
        clock.now += took
        _lose(ledger, claim)
        clock.now += _HOUR
    commits.release(ledger, take(ledger, "speak"), delay_ms=0)
    lost = [(each.worker, each.times, each.wasted_ms) for each in morning.read_lost(ledger, _NIGHT)]
    assert lost == [("cpu0@here", 2, 3000), (OTHER, 1, 500)]


def test_cards_that_get_no_work_are_told(ledger: Ledger) -> None:
    """With what is the matter; a card that is well is not."""
    card = {"host": "h", "name": "N", "facts": '{"celsius":95}', "since": 7, "by": "farm", "read_at": 0}
    with ledger.write("test") as connection:
        for device, state in (("GPU-1", "well"), ("GPU-2", "sick")):
            row = {**card, "device": device, "state": state, "reason": "card-too-hot"}
            connection.execute(insert(cards).values(row))
    (out,) = morning.read_out(ledger)
    assert (out.device, out.state, out.problem.facts) == ("GPU-2", CardState.SICK, {"celsius": 95})


def test_why_films_are_held_is_told_with_windows_among_it(ledger: Ledger, clock: _Clock) -> None:
    """By reason, with when the first may go on; what is over, or may go on, is not held."""
    submit(ledger, ["a", "b", "c", "d", "e"])
    windows.add_window(ledger, "night", parse("22:00-06:00", "UTC"), by="anna")
    with ledger.write("test") as connection:
        connection.execute(update(jobs).where(jobs.c.id.in_([1, 2])).values(window="night"))
        connection.execute(update(jobs).where(jobs.c.id == 3).values(window="unheard-of"))
    operations.hold(ledger, [4], by="anna", until=_START + 9 * _HOUR)
    operations.pause(ledger, [5], by="anna")
    operations.cancel(ledger, [5], by="anna")
    # The epoch of these tests is 08:00 of a day.
    held = [(each.reason, each.films, each.until) for each in read_holds(ledger)]
    assert held == [("off_peak", 3, _START + 14 * _HOUR), ("operator", 1, _START + 9 * _HOUR)]
    # Whoever is held twice is told once, under what keeps it first.
    operations.pause(ledger, [2], by="anna")
    with ledger.write("test") as connection:
        told = {"by": "anna", "since": 0, "reason": "quota", "department_id": 1, "member": "anna"}
        connection.execute(insert(holds), [{**told, "job_id": job} for job in (1, 2, 4)])
    assert [(each.reason, each.films, dict(each.also)) for each in read_holds(ledger)] == [
        ("operator", 2, {"quota": 2, "off_peak": 1}),
        ("off_peak", 1, {}),
        ("quota", 1, {"off_peak": 1}),
    ]
    (quota,) = [each for each in read_holds(ledger) if each.department]
    assert (quota.reason, quota.department, quota.own) == ("quota", "default", False)
    with ledger.write("test") as connection:
        connection.execute(update(departments).values(films=2))
    assert [each.own for each in read_holds(ledger) if each.department] == [True]
    with ledger.write("test") as connection:
        connection.execute(delete(holds).where(holds.c.job_id != 4))
    clock.now = _START + 15 * _HOUR
    assert {each.reason: each.films for each in read_holds(ledger)}["off_peak"] == 1


def test_what_is_left_is_told_in_frames(ledger: Ledger, clock: _Clock) -> None:
    """What is spoken by its chunks that are not done, the rest by its script; held films are not left."""
    submit(ledger, ["a", "b", "c"])
    assert clock.now
    speak(ledger, take(ledger, "speak"))
    render(ledger, take(ledger, "render.warp"))
    operations.pause(ledger, [3], by="anna")
    (left,) = morning.read_left(ledger)
    script = len("script of b")
    assert (left.pool, left.engine, left.format, left.films) == ("", "warp", _PICTURE, 2)
    assert left.frames == 25 + script * 25 // 14
