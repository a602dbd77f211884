"""Films that wait for a window, on both databases, by a clock that is moved from day to night and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from db import claims, commits, operations, queue, reads, reports, standing, stops, submission, workers
from db.engine import connect
from db.leaving import have_stay
from db.ledger import Ledger
from db.outlook import read_outlook
from db.recalling import recall
from db.standing import Wish
from db.states import HoldReason, JobState, StepState, StopKind, StopScope
from db.values import Submission
from db.windows import add_window, remove_window, set_window
from farm.policy.windows import parse
from pipeline.plan.errors import InputError
from tests.db.acting import join, render, speak, take, try_step
from tests.db.values import CAPABILITIES, PROFILE, SKILLS, WORKER, digest, draft, submit

_HOUR = 3_600_000
#: 2026-11-26 21:00 in Shanghai; the night begins an hour later and takes nine hours.
_EVENING = 1_795_698_000_000
NIGHT = parse("22:00-07:00", "Asia/Shanghai")


@dataclass
class Clock:
    """A time that is set by hand."""

    now: int = _EVENING

    def __call__(self) -> int:
        """What it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """An hour before the window opens."""
    return Clock()


@pytest.fixture
def ledger(url: str, clock: Clock) -> Iterator[Ledger]:
    """A ledger with a window, and a film that waits for it."""
    opened = Ledger(connect(url), clock=clock)
    add_window(opened, "night", NIGHT, by="anna")
    _submit(opened, "a", "night")
    yield opened
    opened.close()


def _submit(ledger: Ledger, row: str, window: str) -> None:
    submitted = Submission(content=digest(row), name="demo", user="anna")
    submission.submit(ledger, submitted, [replace(draft(row), window=window)])


def _heads(ledger: Ledger, capability: str) -> list[int]:
    return [head.step for head in queue.heads(ledger, SKILLS[capability], limit=9)]


def test_nothing_begins_before_a_window_opens_and_it_opens_by_the_clock_alone(
    ledger: Ledger, clock: Clock
) -> None:
    """Not by a message that comes too early either; films without a window go on beside it."""
    _submit(ledger, "b", "")
    (free,) = _heads(ledger, "speak")
    assert try_step(ledger, 1) is None
    clock.now += _HOUR - 1
    assert try_step(ledger, 1) is None
    clock.now += 1
    assert set(_heads(ledger, "speak")) == {1, free}
    assert try_step(ledger, 1) is not None


def test_nothing_begins_after_a_window_has_shut(ledger: Ledger, clock: Clock) -> None:
    """Although it was sent while it was open, and no dispatcher lives to call it back."""
    clock.now += 9 * _HOUR
    assert queue.mark_sent(ledger, _heads(ledger, "speak")) == {1}
    clock.now += _HOUR
    assert try_step(ledger, 1) is None
    assert _heads(ledger, "speak") == []
    assert reads.read_job(ledger, 1).steps[0].state == StepState.READY


def test_a_window_that_is_changed_in_mid_night_holds_at_the_next_decision(
    ledger: Ledger, clock: Clock
) -> None:
    """Both ways."""
    clock.now += 2 * _HOUR
    assert _heads(ledger, "speak") == [1]
    set_window(ledger, "night", parse("01:00-07:00", "Asia/Shanghai"), by="bob")
    assert _heads(ledger, "speak") == []
    assert try_step(ledger, 1) is None
    set_window(ledger, "night", parse("21:00-07:00", "Asia/Shanghai"), by="bob")
    assert try_step(ledger, 1) is not None


def test_rendering_is_given_back_when_its_window_shuts_and_goes_on_the_next_night(
    ledger: Ledger, clock: Clock
) -> None:
    """It is told once, while it runs; what has no clips to stop between finishes."""
    clock.now += 9 * _HOUR
    spoken = take(ledger, "speak")
    clock.now += 2 * _HOUR
    assert recall(ledger) == 0
    speak(ledger, spoken)
    assert _heads(ledger, "render.warp") == []
    clock.now += 14 * _HOUR
    rendered = take(ledger, "render.warp")
    assert recall(ledger) == 0
    clock.now += 9 * _HOUR
    assert recall(ledger) == 1
    assert recall(ledger) == 0
    heard = claims.beat(ledger, WORKER, rendered.holding)
    assert (heard.mine, heard.leave) == (True, "farm-window-closed")
    commits.release(ledger, rendered, delay_ms=0, reason=heard.leave)
    assert _heads(ledger, "render.warp") == []
    clock.now += 15 * _HOUR
    again = take(ledger, "render.warp")
    assert again.step == rendered.step
    assert again.failures == 0
    assert claims.beat(ledger, WORKER, again.holding).leave == ""
    render(ledger, again)
    (ended, done) = next(step for step in reads.read_job(ledger, 1).steps if step.stage == "render").attempts
    assert (ended.outcome, ended.problem and ended.problem.code) == ("interrupted", "farm-window-closed")
    assert done.outcome == "ok"


def test_rendering_that_was_told_to_leave_stays_when_its_gate_opens_again(
    ledger: Ledger, clock: Clock
) -> None:
    """Of a window and of a stop; what somebody paused meanwhile leaves, and what another gate keeps."""
    clock.now += 9 * _HOUR
    speak(ledger, take(ledger, "speak"))
    rendered = take(ledger, "render.warp")

    def told() -> str:
        return claims.beat(ledger, WORKER, rendered.holding).leave

    clock.now += 2 * _HOUR
    assert (recall(ledger), told()) == (1, "farm-window-closed")
    set_window(ledger, "night", parse("22:00-09:00", "Asia/Shanghai"), by="bob")
    assert (recall(ledger), told()) == (0, "")
    of = (StopScope.DEPARTMENT, "default")
    stops.stop(ledger, *of, StopKind.PAUSE, by="bob")
    assert (recall(ledger), told()) == (1, "farm-paused")
    set_window(ledger, "night", NIGHT, by="bob")
    stops.lift(ledger, *of, [StopKind.PAUSE], by="bob")
    assert (recall(ledger), told()) == (0, "farm-paused"), "its window has shut meanwhile"
    operations.pause(ledger, [1], by="anna")
    set_window(ledger, "night", parse("22:00-09:00", "Asia/Shanghai"), by="bob")
    assert (recall(ledger), told()) == (0, "farm-paused"), "it is paused itself"
    assert have_stay(ledger, [rendered.step], "farm-paused") == 0
    operations.resume(ledger, [1], by="anna")
    assert (recall(ledger), told()) == (0, "")


def test_a_film_that_is_finished_is_delivered_by_day(ledger: Ledger, clock: Clock) -> None:
    """Whoever ordered it for the night has it in the morning."""
    clock.now += 9 * _HOUR
    speak(ledger, take(ledger, "speak"))
    for _ in range(2):
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    clock.now += 2 * _HOUR
    assert take(ledger, "archive").job == 1


def test_a_film_without_a_window_is_not_given_back(ledger: Ledger, clock: Clock) -> None:
    """Whatever shuts beside it."""
    submit(ledger, ["c"])
    speak(ledger, take(ledger, "speak"))
    take(ledger, "render.warp")
    clock.now += 10 * _HOUR
    assert recall(ledger) == 0


def test_a_film_that_waits_for_a_window_which_is_gone_is_not_entered(ledger: Ledger) -> None:
    """It would wait for ever; nothing of its batch is there."""
    with pytest.raises(InputError) as refused:
        _submit(ledger, "d", "nigth")
    assert refused.value.code == "window-unknown"
    assert len(reads.list_jobs(ledger)) == 1


def test_whoever_looks_is_told_what_is_waited_for_and_until_when(ledger: Ledger, clock: Clock) -> None:
    """A film, its batch, all batches, results and the outlook; not any more once the window is open."""
    opens = clock.now + _HOUR
    (line,) = reads.list_jobs(ledger, held=True)
    assert (line.held, line.window, line.opens_at) == ((HoldReason.OFF_PEAK,), "night", opens)
    assert reads.read_job(ledger, 1).line == line
    assert reads.list_jobs(ledger, held=False) == ()
    assert reads.read_batch(ledger, 1).held[JobState.QUEUED] == 1
    assert reads.count_jobs(ledger).held[JobState.QUEUED] == 1
    (row,) = reports.read_outcomes(ledger, 1)
    assert (row.standing, row.window, row.opens_at) == ("held", "night", opens)
    place = read_outlook(ledger).places([1])[1]
    assert (place.begins, place.workers) == (None, 0), "nobody is there"
    told = {"host": "h", "device": "cpu", "capabilities": CAPABILITIES, "profiles": [PROFILE]}
    workers.register(ledger, WORKER, **told)  # type: ignore[arg-type]
    assert read_outlook(ledger).places([1])[1].begins == opens
    clock.now += _HOUR
    (line,) = reads.list_jobs(ledger, held=False)
    assert (line.held, line.opens_at) == ((), 0)
    assert reads.read_batch(ledger, 1).held[JobState.QUEUED] == 0
    assert reads.count_jobs(ledger).held[JobState.QUEUED] == 0
    assert next(reports.read_outcomes(ledger, 1)).standing == "queued"
    assert read_outlook(ledger).places([1])[1].begins == opens


def test_a_canceled_film_keeps_no_window_and_does_not_wait_for_one_that_is_gone(ledger: Ledger) -> None:
    """Tried again, it begins whenever it may."""
    operations.cancel(ledger, [1], by="anna")
    remove_window(ledger, "night", by="anna")
    operations.requeue(ledger, [1], by="anna")
    assert _heads(ledger, "speak") == [1]


def test_a_film_leaves_and_enters_a_window_at_once(ledger: Ledger, clock: Clock) -> None:
    """Also in mid-chunk: what runs outside of its new window finishes its clip, and stays when it is let."""
    assert _heads(ledger, "speak") == []
    assert standing.set_to(ledger, [1], Wish(window="", priority=3), by="bob").changed == (1,)
    spoken = take(ledger, "speak")
    speak(ledger, spoken)
    rendered = take(ledger, "render.warp")
    with pytest.raises(InputError, match="window-unknown"):
        standing.set_to(ledger, [1], Wish(window="nigth"), by="bob")
    standing.set_to(ledger, [1], Wish(window="night", deadline=clock.now + _HOUR), by="bob", dry_run=True)
    assert recall(ledger) == 0
    standing.set_to(ledger, [1], Wish(window="night", deadline=clock.now + _HOUR), by="bob")
    assert recall(ledger) == 1
    assert _heads(ledger, "render.warp") == []
    line = reads.read_job(ledger, 1).line
    assert (line.held, line.window, line.deadline) == ((HoldReason.OFF_PEAK,), "night", clock.now + _HOUR)
    standing.set_to(ledger, [1], Wish(window=""), by="bob")
    recall(ledger)
    assert claims.beat(ledger, WORKER, rendered.holding).leave == ""
    again = standing.set_to(ledger, [1], Wish(window="", deadline=clock.now + _HOUR), by="bob")
    assert again.why == {1: "same"}
    render(ledger, rendered)
    render(ledger, take(ledger, "render.warp"))
    standing.set_to(ledger, [1], Wish(window="night", deadline=0), by="bob")
    clock.now += 2 * _HOUR
    join(ledger, take(ledger, "join"))
    clock.now += 12 * _HOUR
    assert take(ledger, "archive").job == 1, "it is delivered by day"
    assert standing.set_to(ledger, [1], Wish(window=""), by="bob").why == {1: "completed"}
