"""What people do to jobs holds at once, touches nothing else, and is written down."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from db import claims, operations, posts, reads, workers
from db.codec import profile_digest
from db.lanes import read_lines
from db.ledger import Ledger
from db.states import HoldReason, JobState, Outcome, StepState, WorkerOrder
from db.tables import skills
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError, SupersededError, TransientError
from tests.db.acting import desk_of, fail, join, ready, render, speak, take, until
from tests.db.auditor import acts
from tests.db.values import CAPABILITIES, PROFILE, SKILLS, WORKER, artifact, submit


def test_a_cancel_ends_everything_but_what_is_done(ledger: Ledger) -> None:
    """A canceled job dispatches nothing, its worker is superseded; requeued it goes on where it stopped."""
    submit(ledger, ["row"])
    speak(ledger, take(ledger, "speak"))
    render(ledger, take(ledger, "render.warp"))
    running = take(ledger, "render.warp")
    clip = artifact(Kind.CLIP, "clip")
    desk = desk_of(ledger, running)
    assert desk.take(clip.kind, clip.key)
    desk.put(clip, 40)
    operations.pause(ledger, [running.job], by="anna")
    done = operations.cancel(ledger, [running.job], by="anna")
    assert (done.changed, done.unchanged) == ((running.job,), ())
    assert operations.cancel(ledger, [running.job], by="anna").unchanged == (running.job,)
    assert all(not line.ready and not line.running for line in read_lines(ledger).values())
    with pytest.raises(SupersededError):
        render(ledger, running)
    view = reads.read_job(ledger, running.job)
    assert (view.line.state, view.line.held) == (JobState.CANCELED, ())
    (attempt,) = view.steps[2].attempts
    assert (attempt.outcome, attempt.machine_ms) == (Outcome.SUPERSEDED, 40), "what is proven is paid for"
    operations.requeue(ledger, [running.job], by="bert")
    assert ready(ledger) == {"render.warp"}
    states = [step.state for step in reads.read_job(ledger, running.job).steps]
    assert states == [
        StepState.DONE,
        StepState.DONE,
        StepState.READY,
        StepState.BLOCKED,
        StepState.BLOCKED,
    ]
    render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    assert acts(ledger) == Counter(pause=1, cancel=1, requeue=1)


def test_a_completed_film_with_a_hold_does_not_count_as_held(ledger: Ledger) -> None:
    """It is counted once, as completed, though its way to the archive is held."""
    submit(ledger, ["row", "other"])
    operations.pause(ledger, [2], by="anna")
    speak(ledger, take(ledger, "speak"))
    render(ledger, take(ledger, "render.warp"))
    render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    assert operations.pause(ledger, [1], by="anna").changed == (1,)
    batch = reads.read_batch(ledger, 1)
    assert batch.states[JobState.COMPLETED] == 1
    assert [state for state, number in batch.held.items() if number] == [JobState.QUEUED]
    assert [line.id for line in reads.list_jobs(ledger, held=True)] == [2]


def test_several_holds_are_several_reasons(ledger: Ledger) -> None:
    """A job goes on when its last hold is taken away; those with a time end by themselves."""
    submit(ledger, ["row"])
    operations.pause(ledger, [1], by="anna")
    operations.start_after(ledger, [1], ledger.clock() + 1000, by="anna")
    held = (HoldReason.OPERATOR, HoldReason.START_AFTER)
    assert reads.read_job(ledger, 1).line.held == held
    assert reads.read_batch(ledger, 1).held[JobState.QUEUED] == 1
    operations.resume(ledger, [1], by="anna")
    operations.end_holds(ledger)
    assert ready(ledger) == set()
    ledger.clock = lambda now=ledger.clock: now() + 2000  # type: ignore[misc]
    operations.end_holds(ledger)
    assert ready(ledger) == {"speak"}
    assert reads.read_job(ledger, 1).line.held == ()


def test_a_retry_of_what_has_not_failed_changes_nothing(ledger: Ledger) -> None:
    """Queued, active and completed jobs are told as unchanged."""
    submit(ledger, ["row", "other"])
    join(ledger, until(ledger, "join"))
    assert operations.requeue(ledger, [1, 2], by="anna").unchanged == (1, 2)


def test_a_retry_gives_all_attempts_back(ledger: Ledger) -> None:
    """A dead letter that is retried may fail as often again, and what it was is kept."""
    submit(ledger, ["row"])
    for _ in range(3):
        fail(ledger, take(ledger, "speak"), TransientError("voice-failed"))
    operations.requeue(ledger, [1], by="anna")
    assert {step.state for step in reads.read_job(ledger, 1).steps}.isdisjoint({StepState.DEAD})
    claim = take(ledger, "speak")
    assert (claim.failures, claim.fence) == (0, 4)
    assert reads.read_job(ledger, 1).line.problem is None


@pytest.mark.parametrize("verb", [operations.cancel, operations.pause, operations.resume, operations.requeue])
def test_an_unknown_job_changes_nothing(ledger: Ledger, verb: object) -> None:
    """An act on jobs of which one is unknown does nothing at all."""
    submit(ledger, ["row"])
    assert callable(verb)
    with pytest.raises(InputError) as told:
        verb(ledger, [1, 99], by="anna")
    assert told.value.code == "ledger-job-unknown"
    assert told.value.facts == {"job": 99}
    assert not acts(ledger)
    assert reads.read_job(ledger, 1).line.held == ()


def test_a_batch_is_a_thousand_jobs(ledger: Ledger) -> None:
    """An act on a large batch is one transaction, and every job is in the audit."""
    done = submit(ledger, [f"row{number}" for number in range(1100)])
    jobs = operations.jobs_of(ledger, done.batch)
    assert len(operations.cancel(ledger, jobs, by="anna").changed) == 1100
    assert reads.read_batch(ledger, done.batch).states[JobState.CANCELED] == 1100
    assert acts(ledger)["cancel"] == 1100
    with pytest.raises(InputError):
        operations.jobs_of(ledger, 99)


def test_workers_are_known_by_what_they_can(ledger: Ledger) -> None:
    """A worker that comes again replaces itself; one that leaves is told of no longer."""
    workers.register(ledger, WORKER, host="h", device="cpu", capabilities=["speak"], profiles=[PROFILE])
    workers.register(ledger, WORKER, host="h", device="gpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    (worker,) = workers.read_workers(ledger)
    assert (worker.device, worker.skills) == ("gpu", frozenset(SKILLS.values()))
    workers.leave(ledger, WORKER)
    assert workers.read_workers(ledger) == ()
    assert not workers.drain(ledger, "nobody", draining=True)
    with pytest.raises(InputError) as told:
        posts.order(ledger, "nobody", WorkerOrder.DRAIN, reason="a test", by="anna")
    assert told.value.code == "worker-unknown"


def test_a_worker_tells_anew_what_it_can_do(ledger: Ledger) -> None:
    """Ways of rendering, or none any more, and on what; that it drains stands; nobody unknown has a skill."""
    told = {"host": "h", "device": "cpu", "capabilities": CAPABILITIES, "profiles": [PROFILE]}
    workers.register(ledger, WORKER, **told)  # type: ignore[arg-type]
    posts.order(ledger, WORKER, WorkerOrder.DRAIN, reason="fan", by="anna")
    ways = [PROFILE, replace(PROFILE, mode="exact", weights="a")]
    workers.relearn(ledger, WORKER, device="cuda", capabilities=CAPABILITIES, profiles=ways)
    (seen,) = workers.read_workers(ledger)
    assert (seen.draining, seen.device) == (True, "cuda")
    assert {(each.capability, each.profile) for each in seen.skills if each.profile} == {
        ("render.warp", profile_digest(way)) for way in ways
    }
    assert workers.read_honoured(ledger, "render.warp") == ()
    posts.order(ledger, WORKER, WorkerOrder.NONE, reason="done", by="anna")
    assert set(workers.read_honoured(ledger, "render.warp")) == set(ways)
    workers.relearn(ledger, WORKER, device="cpu", capabilities=CAPABILITIES, profiles=[])
    (seen,) = workers.read_workers(ledger)
    assert "render.warp" not in {each.capability for each in seen.skills}
    workers.relearn(ledger, "nobody", device="cpu", capabilities=CAPABILITIES, profiles=ways)
    assert [worker.name for worker in workers.read_workers(ledger)] == [WORKER]


def test_workers_that_are_gone_for_long_are_forgotten(ledger: Ledger) -> None:
    """Each process has a name of its own; who lives stays, and who comes back hears that it is unknown."""
    told = {"host": "h", "device": "cpu", "capabilities": CAPABILITIES, "profiles": [PROFILE]}
    for number in range(600):
        workers.register(ledger, f"old{number}@here", **told)  # type: ignore[arg-type]
        workers.leave(ledger, f"old{number}@here")
    workers.register(ledger, WORKER, **told)  # type: ignore[arg-type]
    assert workers.drop_gone(ledger, before=ledger.clock() - 60_000) == 0, "they have just been seen"
    assert claims.beat(ledger, "old0@here") == claims.Heard(mine=False)
    assert workers.drop_gone(ledger, before=ledger.clock() + 1) == 599, "one of them has come back"
    assert {worker.name for worker in workers.read_workers(ledger)} == {WORKER, "old0@here"}
    assert not claims.beat(ledger, "old1@here").known
    with ledger.read() as connection:
        assert {row.worker for row in connection.execute(select(skills.c.worker))} == {WORKER, "old0@here"}
