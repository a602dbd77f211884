"""A step has one worker at a time, and only the answer "not yours" takes it away."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from db import claims, commits, leases, leaving, names, operations, posts, queue, reads, workers
from db.ledger import Ledger
from db.states import JobState, Outcome, WorkerOrder
from db.values import Claim, Holding
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import AwayError, SupersededError, TransientError
from pipeline.plan.names import numbered
from tests.db.acting import CHUNKS, desk_of, fail, head, render, speak, take, try_step, until
from tests.db.values import CAPABILITIES, OTHER, PROFILE, SKILLS, WORKER, artifact, digest, submit


def test_one_of_many_gets_the_step(ledger: Ledger) -> None:
    """Six threads with the same messages, at the same time: one claim, one attempt each."""
    submit(ledger, [f"row{number}" for number in range(15)])
    messages = [each.step for each in queue.heads(ledger, SKILLS["speak"], limit=15)]
    together = threading.Barrier(6)
    got: list[Claim | None] = []

    def act(worker: str) -> None:
        for step in messages:
            together.wait()
            got.append(try_step(ledger, step, worker=worker))

    threads = [threading.Thread(target=act, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 6 * 15
    claimed = sorted((claim.step, claim.worker) for claim in got if claim)
    assert [step for step, _ in claimed] == messages
    views = [reads.read_job(ledger, number) for number in range(1, 16)]
    assert {view.line.state for view in views} == {JobState.ACTIVE}
    tried = [attempt.worker for view in views for attempt in view.steps[0].attempts]
    assert tried == [worker for _, worker in claimed]


def test_old_and_foreign_messages_do_nothing(ledger: Ledger) -> None:
    """A message about a step that is unknown, running, done, held or not for this worker claims nothing."""
    submit(ledger, ["row"])
    step = head(ledger, "speak")
    assert try_step(ledger, 4711) is None
    assert try_step(ledger, step, capabilities=["join"]) is None
    operations.pause(ledger, [1], by="anna")
    assert try_step(ledger, step) is None
    operations.resume(ledger, [1], by="anna")
    claim = try_step(ledger, step)
    assert claim is not None
    assert try_step(ledger, step) is None
    speak(ledger, claim)
    assert try_step(ledger, step) is None
    rendering = head(ledger, "render.warp")
    other = claims.claim(ledger, rendering, worker=WORKER, capabilities=CAPABILITIES, profiles=[])
    assert other is None, "a worker that cannot honour the job's profile does not claim its steps"
    assert reads.read_job(ledger, 1).profile == PROFILE


def test_a_message_that_led_nowhere_is_sent_again(ledger: Ledger) -> None:
    """A step whose message was refused is in the line again, and not counted as on its way."""
    submit(ledger, ["row"])
    step = head(ledger, "speak")
    assert queue.mark_sent(ledger, [step]) == {step}
    assert queue.mark_sent(ledger, [step]) == set()
    assert queue.heads(ledger, SKILLS["speak"], limit=1) == ()
    assert try_step(ledger, step, capabilities=["join"]) is None
    assert head(ledger, "speak") == step


def test_a_beat_hears_what_is_still_ones_own(ledger: Ledger) -> None:
    """A beat keeps a lease alive, and hears of a cancel, a lost lease and a drain."""
    submit(ledger, ["a", "b"])
    workers.register(ledger, WORKER, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    first, second = take(ledger, "speak"), take(ledger, "speak")
    before = {lease.step: lease.counter for lease in leases.read_leases(ledger)}
    for claim in (first, second):
        assert claims.beat(ledger, WORKER, claim.holding) == claims.Heard(mine=True)
    assert all(lease.counter == before[lease.step] + 1 for lease in leases.read_leases(ledger))
    (pulse,) = leases.read_pulses(ledger)
    assert claims.beat(ledger, WORKER) == claims.Heard(mine=False)
    assert leases.read_pulses(ledger) == (replace(pulse, counter=pulse.counter + 1),)
    operations.cancel(ledger, [first.job], by="anna")
    posts.order(ledger, WORKER, WorkerOrder.DRAIN, reason="fan", by="anna")
    assert claims.beat(ledger, WORKER, first.holding) == claims.Heard(mine=False, order=WorkerOrder.DRAIN)
    assert claims.beat(ledger, WORKER, second.holding) == claims.Heard(mine=True, order=WorkerOrder.DRAIN)
    old = Holding(step=second.step, fence=second.fence - 1)
    assert claims.beat(ledger, WORKER, old) == claims.Heard(mine=False, order=WorkerOrder.DRAIN)


def test_a_pause_lets_the_running_step_finish(ledger: Ledger) -> None:
    """A held job's running step stays its worker's and ends; the next one waits for the resume."""
    submit(ledger, ["row"])
    claim = take(ledger, "speak")
    operations.pause(ledger, [claim.job], by="anna")
    assert claims.beat(ledger, WORKER, claim.holding).mine
    speak(ledger, claim)
    assert queue.heads(ledger, SKILLS["render.warp"], limit=9) == ()
    operations.resume(ledger, [claim.job], by="anna")
    assert len(queue.heads(ledger, SKILLS["render.warp"], limit=9)) == len(CHUNKS)


def test_a_pause_has_rendering_left_after_the_clip_in_work(ledger: Ledger) -> None:
    """The worker hears of it with its next beat; a resume takes it back, and the next claim knows nothing."""
    submit(ledger, ["row"])
    speak(ledger, take(ledger, "speak"))
    claim, other = take(ledger, "render.warp"), take(ledger, "render.warp", worker=OTHER)
    operations.pause(ledger, [claim.job], by="anna")
    told = claims.Heard(mine=True, known=False, leave="farm-paused")
    assert claims.beat(ledger, WORKER, claim.holding) == told
    assert leaving.have_leave(ledger, [claim.step, other.step], "farm-drained") == 0, (
        "the first reason stands"
    )
    commits.release(ledger, claim, delay_ms=0, reason=told.leave)
    assert try_step(ledger, claim.step) is None
    operations.resume(ledger, [claim.job], by="anna")
    assert claims.beat(ledger, OTHER, other.holding).leave == ""
    assert leaving.have_leave(ledger, [claim.step, other.step], "farm-drained") == 1
    operations.pause(ledger, [claim.job], by="anna")
    operations.resume(ledger, [claim.job], by="anna")
    assert claims.beat(ledger, OTHER, other.holding).leave == "farm-drained"
    commits.release(ledger, other, delay_ms=0, reason="farm-drained")
    again = try_step(ledger, other.step)
    assert again is not None
    assert again.failures == 0
    assert claims.beat(ledger, WORKER, again.holding).leave == ""


def test_elsewhere_means_another_worker_first(ledger: Ledger) -> None:
    """After an error another worker goes first; the same one may when no other lives."""
    submit(ledger, ["row"])
    for worker in (WORKER, OTHER):
        workers.register(
            ledger, worker, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE]
        )
    claim = take(ledger, "speak")
    fail(ledger, claim, TransientError("voice-failed"))
    assert try_step(ledger, claim.step) is None
    workers.leave(ledger, OTHER)
    again = try_step(ledger, claim.step)
    assert again is not None
    assert (again.fence, again.failures) == (claim.fence + 1, 1)


def test_elsewhere_lasts_for_half_a_minute(ledger: Ledger) -> None:
    """The worker that failed may try again after 30 s, though others live; one that drains stops nobody."""
    submit(ledger, ["row"])
    for worker in (WORKER, OTHER):
        workers.register(
            ledger, worker, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE]
        )
    claim = take(ledger, "speak")
    fail(ledger, claim, TransientError("voice-failed"))
    assert try_step(ledger, claim.step) is None
    ledger.clock = lambda now=ledger.clock: now() + 30_000  # type: ignore[misc]
    claim = take(ledger, "speak")
    fail(ledger, claim, TransientError("voice-failed"))
    assert try_step(ledger, claim.step) is None
    posts.order(ledger, OTHER, WorkerOrder.LOCK, reason="fan", by="anna")
    again = try_step(ledger, claim.step)
    assert again is not None
    assert (again.worker, again.failures) == (WORKER, 2)


def test_a_claim_tells_how_long_its_step_has_waited(ledger: Ledger) -> None:
    """Since the job came, since the stage before it ended, or since the time of its next try."""
    told, at = [], ledger.clock()

    def waits(seconds: int) -> None:
        nonlocal at
        at += seconds * 1000
        ledger.clock = lambda: at  # type: ignore[misc]

    waits(0)
    submit(ledger, ["row"])
    waits(5)
    claim = take(ledger, "speak")
    told.append(claim.waited_ms)
    waits(100)
    fail(ledger, claim, AwayError("store-away"))
    (due,) = reads.read_job(ledger, claim.job).steps[:1]
    at = due.not_before
    waits(3)
    claim = take(ledger, "speak")
    told.append(claim.waited_ms)
    waits(60)
    speak(ledger, claim)
    waits(7)
    first = take(ledger, "render.warp")
    told.append(first.waited_ms)
    waits(2)
    render(ledger, first)
    # The other chunk waits for nobody but a worker: it could have gone with the first one.
    told.append(take(ledger, "render.warp").waited_ms)
    assert told == [5000, 3000, 7000, 9000]


def test_a_clock_that_was_wrong_delays_nothing_for_long(ledger: Ledger) -> None:
    """A retry ordered by a clock an hour ahead is offered and claimed once the clock is right again."""
    submit(ledger, ["row"])
    right = ledger.clock
    ledger.clock = lambda: right() + 3_600_000  # type: ignore[misc]
    claim = take(ledger, "speak")
    fail(ledger, claim, AwayError("store-away"))
    assert queue.heads(ledger, SKILLS["speak"], limit=1) == ()
    assert try_step(ledger, claim.step) is None
    ledger.clock = right  # type: ignore[misc]
    assert [each.step for each in queue.heads(ledger, SKILLS["speak"], limit=1)] == [claim.step]
    assert try_step(ledger, claim.step) is not None


def test_a_key_has_one_maker(ledger: Ledger) -> None:
    """Two workers never make the same clip; a lost one's key goes to the next; what was made is found."""
    submit(ledger, ["a", "b"])
    first, second = take(ledger, "speak"), take(ledger, "speak", worker=OTHER)
    mine, other = desk_of(ledger, first), desk_of(ledger, second)
    word = artifact(Kind.SPEECH, "word")
    assert mine.take(word.kind, word.key)
    assert mine.take(word.kind, word.key)
    assert not other.take(word.kind, word.key)
    lease = next(each for each in leases.read_leases(ledger) if each.step == first.step)
    assert leases.expire(ledger, lease, poison_deaths=3).taken
    assert other.take(word.kind, word.key)
    with pytest.raises(SupersededError):
        mine.put(word, 5)
    other.put(word, 5)
    assert other.find(word.kind, word.key) == word
    again = try_step(ledger, first.step)
    assert again is not None
    assert not desk_of(ledger, again).take(word.kind, word.key), (
        "it is made: to be found, not to be made again"
    )


def test_a_struck_artifact_is_made_again(ledger: Ledger) -> None:
    """What was found damaged is found no longer, until somebody has put it again."""
    submit(ledger, ["row"])
    desk = desk_of(ledger, take(ledger, "speak"))
    word = artifact(Kind.SPEECH, "word")
    assert desk.take(word.kind, word.key)
    desk.put(word, 5)
    desk.forget(word)
    assert desk.find(word.kind, word.key) is None
    assert desk.take(word.kind, word.key)
    desk.put(word, 5)
    assert desk.find(word.kind, word.key) == word


def test_who_found_an_older_file_damaged_leaves_the_newer_one(ledger: Ledger) -> None:
    """What was made again meanwhile, as another file, is not struck out with the one that was damaged."""
    submit(ledger, ["a", "b"])
    desk, other = desk_of(ledger, take(ledger, "speak")), desk_of(ledger, take(ledger, "speak", worker=OTHER))
    old = artifact(Kind.SPEECH, "word")
    assert desk.take(old.kind, old.key)
    desk.put(old, 5)
    assert other.find(old.kind, old.key) == old
    desk.forget(old)
    new = replace(old, digest=digest("other bytes"))
    assert desk.take(new.kind, new.key)
    desk.put(new, 5)
    other.forget(old)
    assert other.find(new.kind, new.key) == new


def test_who_is_superseded_writes_nothing(ledger: Ledger) -> None:
    """Every call of a desk and every commit under an old fence is refused."""
    submit(ledger, ["row"])
    claim = until(ledger, "render.warp")
    lease = next(each for each in leases.read_leases(ledger) if each.step == claim.step)
    leases.expire(ledger, lease, poison_deaths=3)
    desk, clip = desk_of(ledger, claim), artifact(Kind.CLIP, "late")
    for late in (
        lambda: desk.find(clip.kind, clip.key),
        lambda: desk.take(clip.kind, clip.key),
        lambda: desk.put(clip, 1),
        lambda: desk.forget(clip),
        lambda: desk.advance(1, 2),
        lambda: render(ledger, claim),
        lambda: commits.finish_render(ledger, claim, used=[], machine_ms=1),
        lambda: commits.release(ledger, claim, delay_ms=0),
        lambda: fail(ledger, claim, TransientError("media-failed")),
        lambda: names.reserve_name(ledger, claim, folder="d", stem="late", numbered=numbered),
    ):
        with pytest.raises(SupersededError):
            late()
    attempt = reads.read_job(ledger, claim.job).steps[1].attempts[0]
    assert attempt.outcome is Outcome.LOST
