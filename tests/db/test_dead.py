"""Promises of dead letters: what failed is listed with its story, tried again otherwise, or put away."""

from __future__ import annotations

from dataclasses import replace

from db import commits, dead, leases, operations, reads, submission
from db.ledger import Ledger
from db.states import ArchiveState, JobState, Outcome, StepState
from db.values import Failure, Submission
from farm.policy.retry import RetryDecision, Verdict
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelUse
from tests.db.acting import CHUNKS, desk_of, fail, render, speak, take, until
from tests.db.values import WORKER, digest, draft, submit


def test_what_failed_is_listed_with_who_tried_it_last(ledger: Ledger) -> None:
    """The newest first, by error and by batch; what is retried or put away is listed no longer."""
    for name, code in (("a", "voice-unknown"), ("b", "portrait-no-face")):
        submit(ledger, [name], content=name)
        fail(ledger, take(ledger, "speak"), InputError(code))
    newest, oldest = dead.read_dead(ledger)
    assert (newest.row, newest.problem.code, newest.attempts, newest.worker) == (
        "b",
        "portrait-no-face",
        1,
        WORKER,
    )
    assert dead.read_dead(ledger, code="voice-unknown") == (oldest,)
    assert dead.read_dead(ledger, batch=newest.batch) == (newest,)
    assert dead.count_dead(ledger) == 2
    operations.requeue(ledger, [oldest.job], by="anna")
    done = dead.discard(ledger, [newest.job, oldest.job], by="anna", reason="a test")
    assert (done.changed, done.unchanged) == ((newest.job,), (oldest.job,))
    assert dead.read_dead(ledger) == ()
    assert reads.read_job(ledger, newest.job).line.state is JobState.CANCELED


def test_a_film_whose_archiving_is_put_away_stays_as_it_is(ledger: Ledger) -> None:
    """It is completed, and waits for the archive no more."""
    submit(ledger, ["row"])
    claim = until(ledger, "archive")
    fail(ledger, claim, InputError("archive-name-taken"))
    dead.discard(ledger, [claim.job], by="anna")
    line = reads.read_job(ledger, claim.job).line
    assert (line.state, line.archive) == (JobState.COMPLETED, ArchiveState.NONE)


def test_what_is_retried_otherwise_is_planned_anew(ledger: Ledger) -> None:
    """Its options are the new ones, a running sibling is taken back, and it is made from its sound on."""
    submit(ledger, ["row"])
    speak(ledger, take(ledger, "speak"))
    first = take(ledger, "render.warp")
    render(ledger, first)
    bad, running = take(ledger, "render.warp"), take(ledger, "render.warp") if len(CHUNKS) > 2 else None
    fail(ledger, bad, InputError("portrait-no-face"))
    operations.requeue(ledger, [bad.job], by="anna", options={"quality": "draft"})
    view = reads.read_job(ledger, bad.job)
    assert view.spec.options["quality"] == "draft"
    assert view.line.state is JobState.QUEUED
    assert {step.state for step in view.steps if step.stage.value != "speak"} == {StepState.BLOCKED}
    assert running is None or not commits_still(ledger, running.step)
    speak(ledger, take(ledger, "speak"))
    for _ in CHUNKS:
        render(ledger, take(ledger, "render.warp"))
    assert reads.read_job(ledger, bad.job).line.state is JobState.ACTIVE
    assert take(ledger, "join").spec.options["quality"] == "draft"


def test_what_restores_faces_can_be_taken_away(ledger: Ledger) -> None:
    """The film is drawn with its first model alone; nothing of that stands among its options."""
    roles = ("face", "restore")
    models = tuple(
        ModelUse(role=role, name=role, digest=digest(role), engine="wav2lip", licence="own") for role in roles
    )
    drafted = draft("row")
    drafted = replace(drafted, spec=replace(drafted.spec, models=models))
    batch = Submission(content=digest("content"), name="demo", user="anna")
    submission.submit(ledger, batch, [drafted])
    claim = take(ledger, "speak")
    fail(ledger, claim, InputError("engine-memory-short"))
    operations.requeue(ledger, [claim.job], by="anna", options={"face.restore": ""})
    assert reads.read_job(ledger, claim.job).spec == replace(drafted.spec, models=models[:1])


def commits_still(ledger: Ledger, step: int) -> bool:
    """Whether a step is in work."""
    return any(lease.step == step for lease in leases.read_leases(ledger))


def test_an_attempt_that_failed_tells_what_it_was_making(ledger: Ledger) -> None:
    """The one key that it had taken and not put; none before the first, and none of several."""
    submit(ledger, ["row"])
    speak(ledger, take(ledger, "speak"))
    again = RetryDecision(verdict=Verdict.AGAIN)
    told = Failure(outcome=Outcome.ERROR, code="media-failed")
    for keys in ((), ("one",), ("one", "other")):
        claim = take(ledger, "render.warp")
        for key in keys:
            assert desk_of(ledger, claim).take(Kind.CLIP, digest(key))
        commits.fail(ledger, claim, told, again)
    (step,) = (step for step in reads.read_job(ledger, claim.job).steps if step.id == claim.step)
    assert [attempt.last_key for attempt in step.attempts] == ["", digest("one"), ""]
