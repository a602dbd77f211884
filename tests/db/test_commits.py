"""A claim ends once, in one transaction, and what comes next becomes ready."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from db import claims, commits, leases, operations, queue, reads, workers
from db.engine import connect
from db.ledger import Ledger
from db.states import ArchiveState, JobState, Outcome, Role, StepState
from db.values import Chunk, Claim, Notice
from db.views import Problem
from db.waits import Waiting, read_waits
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import AwayError, DamageError, InputError, SupersededError, TransientError
from tests.db.acting import desk_of, fail, join, ready, render, speak, take, try_step, until
from tests.db.values import CAPABILITIES, OTHER, PROFILE, SKILLS, WORKER, artifact, film_of, submit


def test_a_film_comes_about_stage_by_stage(ledger: Ledger) -> None:
    """Each stage makes the next one ready; each call may be made twice."""
    submit(ledger, ["row"])
    spoken = take(ledger, "speak")
    for _ in range(2):
        speak(ledger, spoken)
        assert ready(ledger) == {"render.warp"}
    first, second = take(ledger, "render.warp"), take(ledger, "render.warp")
    assert (first.chunk, second.chunk, first.count) == (range(2), range(2, 3), 2)
    render(ledger, first)
    assert ready(ledger) == set()
    render(ledger, second)
    assert ready(ledger) == {"join"}
    joining = take(ledger, "join")
    assert joining.timeline == artifact(Kind.TIMELINE, f"timeline of {joining.job}")
    for _ in range(2):
        join(ledger, joining)
        assert ready(ledger) == {"archive"}
    view = reads.read_job(ledger, joining.job)
    assert (view.line.state, view.line.archive, view.line.percent) == (
        JobState.COMPLETED,
        ArchiveState.PENDING,
        100,
    )
    archiving = take(ledger, "archive")
    assert archiving.film == film_of(f"job {archiving.job}")
    commits.finish_archive(ledger, archiving, path="d/name.mp4", machine_ms=1)
    view = reads.read_job(ledger, joining.job)
    assert (view.line.archive, view.line.archive_path) == (ArchiveState.ARCHIVED, "d/name.mp4")
    assert set(view.results) == set(Role) - {Role.SCRIPT, Role.TRANSCRIPT}
    assert {attempt.outcome for step in view.steps for attempt in step.attempts} == {Outcome.OK}


def test_the_last_two_chunks_at_once_do_not_leave_the_job_standing(
    make_postgresql: Callable[[], str],
) -> None:
    """On PostgreSQL, two connections that commit the last two chunks at once make the join ready once."""
    ledger = Ledger(connect(make_postgresql()))
    for number in range(15):
        submit(ledger, ["row"], content=f"{number}")
        chunks = tuple(Chunk(first=each, end=each + 1, frames=25) for each in range(2))
        speak(ledger, take(ledger, "speak"), chunks=chunks)
        pair = [take(ledger, "render.warp"), take(ledger, "render.warp", worker=OTHER)]
        together = threading.Barrier(2)

        def act(claim: Claim, together: threading.Barrier = together) -> None:
            together.wait()
            commits.finish_render(ledger, claim, used=[], machine_ms=1)

        threads = [threading.Thread(target=act, args=(claim,)) for claim in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(queue.heads(ledger, SKILLS["join"], limit=9)) == 1
        join(ledger, take(ledger, "join"))
    ledger.close()


def test_a_transient_error_is_tried_again_until_the_attempts_are_used_up(ledger: Ledger) -> None:
    """Two failures send the step back; the third makes it dead, and its job failed with the reason."""
    submit(ledger, ["row"])
    for number in range(3):
        claim = take(ledger, "speak")
        assert claim.failures == number
        fail(ledger, claim, TransientError("voice-failed", reason="no device"))
        fail(ledger, claim, TransientError("voice-failed", reason="no device"))
    view = reads.read_job(ledger, claim.job)
    assert view.line.state is JobState.FAILED
    assert view.line.problem == Problem(code="voice-failed", facts={"reason": "no device"})
    assert [attempt.outcome for attempt in view.steps[0].attempts] == [Outcome.ERROR] * 3
    assert (view.steps[0].id, view.steps[0].state) == (claim.step, StepState.DEAD)


def test_a_fatal_error_ends_the_job_but_not_its_running_steps(ledger: Ledger) -> None:
    """A dead chunk fails the job; one that runs finishes, one that has not begun is not dispatched."""
    submit(ledger, ["row"])
    chunks = tuple(Chunk(first=each, end=each + 1, frames=25) for each in range(3))
    speak(ledger, take(ledger, "speak"), chunks=chunks)
    dying, running = take(ledger, "render.warp"), take(ledger, "render.warp")
    fail(ledger, dying, InputError("face-cannot-be-driven"))
    assert queue.heads(ledger, SKILLS["render.warp"], limit=9) == ()
    render(ledger, running)
    states = [step.state for step in reads.read_job(ledger, dying.job).steps if step.frames]
    assert states == [StepState.DEAD, StepState.DONE, StepState.READY]
    operations.requeue(ledger, [dying.job], by="anna")
    states = [step.state for step in reads.read_job(ledger, dying.job).steps if step.frames]
    assert states == [StepState.READY, StepState.DONE, StepState.READY]
    for _ in range(2):
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    assert reads.read_job(ledger, dying.job).line.state is JobState.COMPLETED


def test_waiting_uses_up_no_attempt_and_leaves_one_row(ledger: Ledger) -> None:
    """An archive that is away for a night costs no retry, and one row of the attempts."""
    submit(ledger, ["row"])
    claim = until(ledger, "archive")
    for _ in range(5):
        fail(ledger, claim, AwayError("archive-away"))
        ledger.clock = lambda now=ledger.clock: now() + 600_000  # type: ignore[misc]
        claim = take(ledger, "archive")
    assert (claim.failures, claim.waits, claim.fence) == (0, 5, 6)
    step = reads.read_job(ledger, claim.job).steps[-1]
    assert [attempt.outcome for attempt in step.attempts] == [Outcome.INTERRUPTED, None]
    assert step.attempts[0].machine_ms == 5 * 5, "the machine time of all of them is in the accounts"
    fail(ledger, claim, InputError("archive-refused"))
    line = reads.read_job(ledger, claim.job).line
    assert (line.state, line.archive) == (JobState.COMPLETED, ArchiveState.ERROR)
    operations.requeue(ledger, [claim.job], by="anna")
    assert reads.read_job(ledger, claim.job).line.archive is ArchiveState.PENDING
    commits.finish_archive(ledger, take(ledger, "archive"), path="d/x.mp4", machine_ms=1)


def test_it_is_told_what_a_wait_is_for(ledger: Ledger) -> None:
    """A full store is the reason while it is full; what another film makes is none, whatever went before."""
    submit(ledger, ["row"])
    workers.register(ledger, OTHER, host="h", device="cpu", capabilities=["speak"], profiles=[])
    fail(ledger, take(ledger, "speak"), AwayError("store-full", reason="No space left on device"))
    wait = read_waits(ledger, [1])[1]
    assert wait.why is Waiting.RETRY
    assert wait.problem == Problem(code="store-full", facts={"reason": "No space left on device"})
    commits.release(ledger, take_soon(ledger, "speak"), delay_ms=1000, reason="farm-made-elsewhere")
    assert read_waits(ledger, [1])[1].why is Waiting.SHARED


def test_three_deaths_on_the_same_clip_are_poison(ledger: Ledger) -> None:
    """Three deaths in a row over one key end the step; deaths elsewhere, or interrupted, do not."""
    submit(ledger, ["row"])
    speak(ledger, take(ledger, "speak"))
    step = queue.heads(ledger, SKILLS["render.warp"], limit=1)[0].step
    outcomes = []
    for word in ("a", "b", "b", "b"):
        claim = try_step(ledger, step)
        assert claim is not None
        clip = artifact(Kind.CLIP, word)
        assert desk_of(ledger, claim).take(clip.kind, clip.key)
        lease = next(each for each in leases.read_leases(ledger) if each.step == step)
        outcomes.append(leases.expire(ledger, lease, poison_deaths=3))
    assert [each.poisoned for each in outcomes] == [False, False, False, True]
    view = reads.read_job(ledger, claim.job)
    assert view.line.problem is not None
    assert view.line.problem.code == "ledger-poison"
    assert view.line.problem.facts["deaths"] == 3


def die(ledger: Ledger, step: int, worker: str) -> leases.Expired | None:
    """A worker claims a step and dies over its first clip; None: it was not given the step."""
    claim = try_step(ledger, step, worker=worker)
    if claim is None:
        return None
    clip = artifact(Kind.CLIP, "c")
    assert desk_of(ledger, claim).take(clip.kind, clip.key)
    lease = next(each for each in leases.read_leases(ledger) if each.step == step)
    return leases.expire(ledger, lease, poison_deaths=3)


def test_where_another_worker_lives_it_has_to_die_too_before_that_is_poison(ledger: Ledger) -> None:
    """Before the last death the step is for the other one; where that is gone, one alone suffices."""
    submit(ledger, ["row", "another"])
    for worker in (WORKER, OTHER):
        workers.register(
            ledger, worker, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE]
        )
    for _ in range(2):
        speak(ledger, take(ledger, "speak"))
    steps = [each.step for each in queue.heads(ledger, SKILLS["render.warp"], limit=4)][::2]
    back, poison = leases.Expired(taken=True, poisoned=False), leases.Expired(taken=True, poisoned=True)
    for step in steps:
        assert [die(ledger, step, WORKER) for _ in range(3)] == [back, back, None]
    assert die(ledger, steps[0], OTHER) == poison
    assert reads.read_job(ledger, 1).line.state is JobState.FAILED
    workers.leave(ledger, OTHER)
    assert die(ledger, steps[1], WORKER) == poison


def test_a_lease_that_moved_is_not_taken_away(ledger: Ledger) -> None:
    """An old reading takes nothing away: not from one that beat since, and not from the next owner."""
    submit(ledger, ["row"])
    claim = take(ledger, "speak")
    (old,) = leases.read_leases(ledger)
    desk_of(ledger, claim).take(Kind.SPEECH, "a" * 64)
    claims.beat(ledger, claim.worker, claim.holding)
    assert not leases.expire(ledger, old, poison_deaths=3).taken
    (new,) = leases.read_leases(ledger)
    assert leases.expire(ledger, new, poison_deaths=3).taken
    assert take(ledger, "speak").fence == claim.fence + 1
    assert not leases.expire(ledger, new, poison_deaths=3).taken


def test_damage_sends_the_maker_back_at_the_second_look(ledger: Ledger) -> None:
    """A clip that is missing twice is made again by the chunk that made it, and by no other."""
    submit(ledger, ["row"])
    claim = until(ledger, "join")
    clip = artifact(Kind.CLIP, f"clip 0 of {claim.job}")
    damage = clip.damage("store-artifact-missing")
    fail(ledger, claim, damage, attempts=4)
    assert ready(ledger) == {"join"}
    fail(ledger, take_soon(ledger, "join"), damage, attempts=4)
    assert ready(ledger) == {"render.warp"}
    assert [step.state.value for step in reads.read_job(ledger, claim.job).steps] == [
        "done",
        "ready",
        "done",
        "blocked",
        "blocked",
    ]
    render(ledger, take(ledger, "render.warp"))
    assert ready(ledger) == {"join"}
    join(ledger, take(ledger, "join"))


def test_a_late_report_of_damage_strikes_no_better_file(ledger: Ledger) -> None:
    """Whoever tells of a file that was made anew since is only sent to look again; nothing is rendered."""
    submit(ledger, ["row"])
    claim = until(ledger, "join")
    clip = artifact(Kind.CLIP, f"clip 0 of {claim.job}")
    better = replace(clip, digest="b" * 64)
    desk = desk_of(ledger, claim)
    desk.forget(clip)
    assert desk.take(better.kind, better.key)
    desk.put(better, 40)
    fail(ledger, claim, clip.damage("store-artifact-damaged"), attempts=4)
    late = take_soon(ledger, "join")
    fail(ledger, late, clip.damage("store-artifact-damaged"), attempts=4)
    assert ready(ledger) == {"join"}
    assert desk_of(ledger, take_soon(ledger, "join")).find(clip.kind, clip.key) == better


def test_what_a_held_job_has_to_make_again_waits_too(ledger: Ledger) -> None:
    """Damage that is found while the job is held sends nothing to the line before the hold has ended."""
    submit(ledger, ["row"])
    claim = until(ledger, "join")
    clip = artifact(Kind.CLIP, f"clip 0 of {claim.job}")
    damage = clip.damage("store-artifact-missing")
    fail(ledger, claim, damage, attempts=4)
    claim = take_soon(ledger, "join")
    operations.pause(ledger, [claim.job], by="anna")
    fail(ledger, claim, damage, attempts=4)
    assert ready(ledger) == set()
    assert queue.heads(ledger, SKILLS["render.warp"], limit=9) == ()
    operations.resume(ledger, [claim.job], by="anna")
    assert ready(ledger) == {"render.warp"}
    render(ledger, take(ledger, "render.warp"))


def test_a_film_that_was_lost_before_its_archiving_is_joined_again(ledger: Ledger) -> None:
    """The job goes back to active, and the clips are not rendered again."""
    submit(ledger, ["row"])
    claim = until(ledger, "archive")
    film = film_of(f"job {claim.job}").film
    damage = film.damage("store-artifact-damaged")
    fail(ledger, claim, damage)
    fail(ledger, take_soon(ledger, "archive"), damage)
    line = reads.read_job(ledger, claim.job).line
    assert (line.state, line.archive) == (JobState.ACTIVE, ArchiveState.NONE)
    join(ledger, take(ledger, "join"))
    assert take(ledger, "archive").film == film_of(f"job {claim.job}")


def test_a_lost_timeline_is_spoken_again_and_planned_anew(ledger: Ledger) -> None:
    """A shorter plan takes the old one's place, and nothing waits for what is left over of it."""
    submit(ledger, ["row"])
    claim = until(ledger, "render.warp")
    assert claim.timeline is not None
    damage = claim.timeline.damage("store-artifact-missing")
    fail(ledger, claim, damage)
    fail(ledger, take_soon(ledger, "render.warp"), damage)
    assert queue.heads(ledger, SKILLS["render.warp"], limit=9) == ()
    speak(ledger, take(ledger, "speak"), chunks=(Chunk(first=0, end=3, frames=75),))
    render(ledger, take(ledger, "render.warp"))
    assert ready(ledger) == {"join"}
    join(ledger, take(ledger, "join"))


def test_who_works_on_what_is_made_anew_is_superseded(ledger: Ledger) -> None:
    """A chunk that runs while its job's timeline is lost is taken away, and paid for what it has proven."""
    submit(ledger, ["row"])
    speak(ledger, take(ledger, "speak"))
    finder, other = take(ledger, "render.warp"), take(ledger, "render.warp", worker=OTHER)
    assert finder.timeline is not None
    clip = artifact(Kind.CLIP, "clip")
    desk = desk_of(ledger, other)
    assert desk.take(clip.kind, clip.key)
    desk.put(clip, 40)
    damage = finder.timeline.damage("store-artifact-missing")
    fail(ledger, finder, damage)
    fail(ledger, take_soon(ledger, "render.warp"), damage)
    assert ready(ledger) == {"speak"}
    with pytest.raises(SupersededError):
        render(ledger, other)
    (attempt,) = reads.read_job(ledger, other.job).steps[2].attempts
    assert (attempt.outcome, attempt.machine_ms) == (Outcome.SUPERSEDED, 40)
    speak(ledger, take(ledger, "speak"))
    for _ in range(2):
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))


def test_a_lost_source_ends_the_job(ledger: Ledger) -> None:
    """Nothing can make a source again, so damage to one is final."""
    submit(ledger, ["row"])
    claim = take(ledger, "speak")
    damage = DamageError("store-artifact-missing", kind="source", key=claim.spec.script.key)
    fail(ledger, claim, damage)
    fail(ledger, take_soon(ledger, "speak"), damage)
    assert reads.read_job(ledger, claim.job).line.state is JobState.FAILED


def take_soon(ledger: Ledger, capability: str) -> Claim:
    """Claim the head of a line whose wait has passed."""
    ledger.clock = lambda now=ledger.clock: now() + 60_000  # type: ignore[misc]
    return take(ledger, capability)


def test_what_was_cleared_away_meanwhile_is_made_anew(ledger: Ledger) -> None:
    """A step that rests on what is accepted no longer begins again, at no cost of a retry."""
    submit(ledger, ["row"])
    claim = take(ledger, "speak")
    gone = artifact(Kind.SPEECH, "cleared away")
    timeline = artifact(Kind.TIMELINE, "t")
    commits.finish_speak(
        ledger,
        claim,
        timeline=timeline,
        chunks=[Chunk(first=0, end=1, frames=5)],
        profile=PROFILE,
        used=[gone],
        machine_ms=1,
    )
    assert ready(ledger) == {"speak"}
    assert take(ledger, "speak").failures == 0


def test_what_was_measured_on_a_film_is_told_with_its_rows_warnings(ledger: Ledger) -> None:
    """What its row was accepted with stays, and is not told twice; the same commit again changes nothing."""
    submit(ledger, ["row"])
    speak(ledger, take(ledger, "speak"))
    while "render.warp" in ready(ledger):
        render(ledger, take(ledger, "render.warp"))
    joining = take(ledger, "join")
    (accepted,) = reads.read_job(ledger, joining.job).warnings
    black = Notice(code="film-black", facts={"begin": "0:01.0"})
    film = replace(film_of(f"job {joining.job}"), warnings=(accepted, black))
    for _ in range(2):
        commits.finish_join(ledger, joining, film=film, machine_ms=1)
        assert reads.read_job(ledger, joining.job).warnings == (accepted, replace(black, stage="join"))
