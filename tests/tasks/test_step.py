"""Promises about a step's attempt: however it ends, the ledger tells how, and whoever has work is rung."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis
import structlog
from celery.exceptions import Retry
from sqlalchemy import text

from db import claims, commits, leases, moving, queue, reads, workers
from db.states import JobState, Outcome, Stage, StepState
from db.values import Claim
from farm import telemetry
from farm.bootstrap import Farm, open_farm
from farm.loglines import LEDGER, Only, Shelf, lines_of
from farm.policy.retry import End
from pipeline.plan import trace
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError, LecternError, TransientError
from pipeline.steps.desk import Desk
from tasks.attempt import Attempt
from tasks.bell import Bell
from tasks.endings import pass_on
from tasks.stages import Bench, Commit
from tasks.step import StepRunner
from tasks.tidings import AttemptError, Ending, tell_celery
from tests.db.values import CAPABILITIES, PROFILE, SKILLS
from tests.tasks.yard import Row, break_ground, quick_settings, sow, wait_for

Speak = Callable[[Bench, Claim, Desk], Commit | None]


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """Where log lines go; logging is as before afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    telemetry.set_up(style="json", level="info", streams=[stream], ours=False)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def farm(farm: Farm) -> Farm:
    """A farm with one film to make."""
    sow(farm, [Row(row="row", script="Hello.")])
    return farm


@contextmanager
def runner(farm: Farm, redis_url: str, speak: Speak) -> Iterator[StepRunner]:
    """A worker that speaks in its own way."""
    with StepRunner(
        farm,
        node="w",
        capabilities=CAPABILITIES,
        profiles=[PROFILE],
        bell=Bell(redis_url),
        stages={Stage.SPEAK: speak},
    ) as opened:
        yield opened


def speak_once(farm: Farm, redis_url: str, speak: Speak) -> reads.JobView:
    """Run the job's first step; what the ledger says then."""
    (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
    with runner(farm, redis_url, speak) as worker:
        assert worker.run(head.step)
        told = worker.tidings
        assert not worker.run(head.step), "a message that comes twice does nothing"
        assert tell_celery(worker.tidings) == "nothing to do"
    view = reads.read_job(farm.ledger, 1)
    # Whatever ends without a result has its step dead, or back in the line: and so it is told.
    dead = view.steps[0].state is StepState.DEAD
    assert told.ending is (Ending.FAILED if dead else Ending.AGAIN)
    with pytest.raises(AttemptError if dead else Retry, match=told.code):
        tell_celery(told)
    return view


def raising(error: Exception) -> Speak:
    """Speech that fails."""

    def speak(_bench: Bench, _claim: Claim, _desk: Desk) -> Commit | None:
        raise error

    return speak


def test_after_a_lost_card_the_process_is_spent(farm: Farm, redis_url: str) -> None:
    """Its step is tried again, and its worker begins anew; an error of another kind ends no process."""
    (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
    with runner(farm, redis_url, raising(TransientError("media-failed", words=""))) as worker:
        worker.run(head.step)
        assert not worker.spent
    time.sleep(0.4)
    with runner(
        farm, redis_url, raising(TransientError("engine-device-lost", engine="xtts", device="cuda:0"))
    ) as worker:
        assert worker.run(head.step)
        assert worker.spent
    assert reads.read_job(farm.ledger, 1).steps[0].state is StepState.READY


def until_stopped(_bench: Bench, _claim: Claim, desk: Desk) -> Commit | None:
    """Speech that never ends by itself."""
    while True:
        desk.check()
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("error", "code", "state"),
    [
        (InputError("face-cannot-be-driven"), "face-cannot-be-driven", StepState.DEAD),
        (ZeroDivisionError("by\nnothing"), "farm-unexpected", StepState.READY),
    ],
)
def test_an_attempt_that_fails_is_told_with_everything_that_is_known(
    farm: Farm, redis_url: str, error: LecternError, code: str, state: StepState
) -> None:
    """Outcome, worker, device, times, code, span and log tail stand in the ledger, and the bell has rung."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        view = speak_once(farm, redis_url, raising(error))
        assert client.llen("lectern:bell") == 1
    step = view.steps[0]
    (attempt,) = step.attempts
    assert step.state is state
    assert view.line.state is (JobState.FAILED if state is StepState.DEAD else JobState.ACTIVE)
    assert (attempt.outcome, attempt.worker, attempt.device) == (Outcome.ERROR, "w", "cpu")
    assert attempt.problem is not None
    assert attempt.problem.code == code
    assert attempt.ended_at is not None
    assert attempt.started_at <= attempt.ended_at
    assert len(attempt.span) == 2 * trace.SPAN_BYTES
    assert "failed" in attempt.log_tail


def test_every_line_of_a_step_says_of_whose(
    farm: Farm, redis_url: str, log: io.StringIO, tmp_path: Path
) -> None:
    """Job, step, attempt, worker, device, trace and span, as the ledger has them, in each thread's lines."""

    def speak(_bench: Bench, _claim: Claim, _desk: Desk) -> Commit | None:
        thread = threading.Thread(target=lambda: logging.getLogger("urllib3").warning("a library speaks"))
        thread.start()
        thread.join()
        raise InputError("face-cannot-be-driven")

    view = speak_once(farm, redis_url, speak)
    (attempt,) = view.steps[0].attempts
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    told = [line for line in lines if line["event"] in {"begun", "a library speaks", "failed", "ended"}]
    assert len(told) == 4
    assert {
        (line["job"], line["attempt"], line["worker"], line["device"], line["trace_id"], line["span_id"])
        for line in told
    } == {(1, attempt.number, "w", "cpu", trace.parse(view.line.traceparent).trace_id, attempt.span)}
    shelf, only = Shelf(folder=tmp_path), Only(attempt=attempt.number)
    gathered = lines_of(farm, view.line.traceparent, [shelf], only=only)
    assert [line.source for line in gathered.lines] == [LEDGER] * 2
    assert [(each.worker, each.attempts, each.kept) for each in gathered.elsewhere] == [("w", 1, 2)]
    (tmp_path / "w.log").write_text(log.getvalue(), "utf-8")
    gathered = lines_of(farm, "1", [shelf], only=Only(step=view.steps[0].id))
    assert [line.event for line in gathered.lines] == [line["event"] for line in told]
    assert not gathered.elsewhere


def test_what_people_wrote_is_in_no_log_line_and_in_nothing_that_an_attempt_keeps(
    farm: Farm, redis_url: str, log: io.StringIO
) -> None:
    """A library quotes script, title and a password: neither its words nor its exception tell them."""
    script, title, password = "The merger with Ostrava closes.", "Merger of the year", "p-a-s-s"
    (step,) = sow_titled(farm, script, title)

    def speak(_bench: Bench, claim: Claim, _desk: Desk) -> Commit | None:
        told = f"{claim.spec.title}: {script} redis://:{password}@h"
        logging.getLogger("TTS").warning(told)
        raise ValueError(told)

    with runner(farm, redis_url, speak) as worker:
        assert worker.run(step)
    (attempt,) = reads.read_job(farm.ledger, 2).steps[0].attempts
    kept = f"{attempt.log_tail}{attempt.problem}{log.getvalue()}"
    assert kept.count("ValueError") >= 2
    assert not [word for word in ("Ostrava", "Merger of", password) if word in kept]


def sow_titled(farm: Farm, script: str, title: str) -> list[int]:
    """Submit a film of a title; its first step."""
    sow(farm, [Row(row="private", script=script)])
    with farm.ledger.engine.begin() as connection:
        spec = json.loads(str(connection.scalar(text("SELECT spec FROM jobs WHERE id = 2"))))
        connection.execute(
            text("UPDATE jobs SET spec = :spec WHERE id = 2"), {"spec": json.dumps(spec | {"title": title})}
        )
    return [head.step for head in queue.heads(farm.ledger, SKILLS["speak"], limit=9) if head.job == 2]


def test_an_attempt_that_takes_too_long_is_a_timeout(farm: Farm, redis_url: str) -> None:
    """It is stopped, told as a timeout, and tried again."""
    worker = farm.settings.worker.model_copy(update={"step_seconds": 1})
    hasty = replace(farm, settings=farm.settings.model_copy(update={"worker": worker}))
    view = speak_once(hasty, redis_url, until_stopped)
    (attempt,) = view.steps[0].attempts
    assert attempt.outcome is Outcome.TIMEOUT
    assert attempt.problem is not None
    assert attempt.problem.code == "farm-step-too-long"
    assert view.steps[0].state is StepState.READY


def test_a_full_disk_for_logs_costs_no_attempt(farm: Farm, redis_url: str) -> None:
    """However an attempt ends, the ledger is told, even if no log line can be."""
    with contextlib.suppress(OSError), Path("/dev/full").open("w", encoding="utf-8") as full:
        telemetry.set_up(style="json", level="info", streams=[full], ours=False)
        view = speak_once(farm, redis_url, raising(InputError("face-cannot-be-driven")))
    (attempt,) = view.steps[0].attempts
    assert attempt.outcome is Outcome.ERROR
    assert "failed" in attempt.log_tail


def test_what_another_worker_makes_is_come_back_for(farm: Farm, redis_url: str) -> None:
    """A step that needs what another makes goes back into the line; no worker waits, no retry is used up."""
    view = speak_once(farm, redis_url, lambda _bench, _claim, _desk: None)
    (attempt,) = view.steps[0].attempts
    assert attempt.outcome is Outcome.INTERRUPTED
    assert attempt.problem is not None
    assert attempt.problem.code == "farm-made-elsewhere"
    assert view.steps[0].state is StepState.READY
    assert view.line.problem is None


def test_a_step_keeps_its_lease_for_as_long_as_it_works_and_can_be_left(farm: Farm, redis_url: str) -> None:
    """Its counter is raised again and again; a worker that has to go gives it back at once."""
    workers: list[StepRunner] = []

    def speak(bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
        (before,) = leases.read_leases(farm.ledger)
        wait_for(lambda: leases.read_leases(farm.ledger)[0].counter > before.counter + 1, seconds=10)
        workers[0].interrupt()
        return until_stopped(bench, claim, desk)

    (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
    with runner(farm, redis_url, speak) as worker:
        workers.append(worker)
        assert worker.run(head.step)
    step = reads.read_job(farm.ledger, 1).steps[0]
    (attempt,) = step.attempts
    assert attempt.outcome is Outcome.INTERRUPTED
    assert (step.id, step.state) == (head.step, StepState.READY)


def test_nothing_is_raised_where_a_step_that_was_taken_away_is_passed_on(farm: Farm) -> None:
    """An engine that renders otherwise now gives its step back, which may be another's by then."""
    (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
    workers.register(farm.ledger, "w", host="h", device="cpu", capabilities=["speak"], profiles=[])
    claim = claims.claim(farm.ledger, head.step, worker="w", capabilities=["speak"])
    assert claim is not None
    (lease,) = leases.read_leases(farm.ledger)
    assert leases.expire(farm.ledger, lease, poison_deaths=3).taken
    span = trace.Trace(trace_id="1" * 32, span_id="1" * 16)
    assert not pass_on(farm, Attempt(claim, span, limit_s=60), End.OTHERWISE, reason="farm-profile-changed")
    (attempt,) = reads.read_job(farm.ledger, 1).steps[0].attempts
    assert attempt.outcome is Outcome.LOST


def test_a_drain_ends_by_itself_when_what_is_in_work_takes_too_long(farm: Farm, redis_url: str) -> None:
    """What is in work gets so long and no longer; then the step is another's, with no retry used up."""
    knobs = farm.settings.worker.model_copy(update={"drain_s": 0.5})
    hurried = replace(farm, settings=farm.settings.model_copy(update={"worker": knobs}))
    workers: list[StepRunner] = []
    took: list[float] = []

    def speak(bench: Bench, claim: Claim, desk: Desk) -> Commit | None:
        begun = time.monotonic()
        assert desk.take(Kind.SPEECH, "a" * 64)
        workers[0].drain()
        try:
            return until_stopped(bench, claim, desk)
        finally:
            took.append(time.monotonic() - begun)

    (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
    with runner(hurried, redis_url, speak) as worker:
        workers.append(worker)
        assert worker.run(head.step)
    (step, *_) = reads.read_job(farm.ledger, 1).steps
    (attempt,) = step.attempts
    assert attempt.problem is not None
    assert (attempt.outcome, attempt.problem.code) == (Outcome.INTERRUPTED, "farm-interrupted")
    assert took[0] >= 0.5
    claim = claims.claim(farm.ledger, head.step, worker="other", capabilities=["speak"])
    assert claim is not None
    assert claim.failures == 0


def test_a_worker_takes_no_script_that_another_version_began(farm: Farm, redis_url: str) -> None:
    """It has told which version it has, leaves the step alone, and takes it once an operator has moved it."""

    def give_up(_bench: Bench, _claim: Claim, _desk: Desk) -> Commit | None:
        raise TransientError("farm-unexpected", kind="RuntimeError", reason="a test")

    (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
    begun = claims.claim(
        farm.ledger, head.step, worker="old", capabilities=["speak"], releases={"espeak": "0.1-1"}
    )
    assert begun is not None
    commits.release(farm.ledger, begun, delay_ms=0, reason="farm-drained")
    with runner(farm, redis_url, give_up) as worker:
        assert not worker.run(head.step)
        (waiting,) = moving.read_stranded(farm.ledger)
        assert (waiting.needs, waiting.movable) == ("espeak 0.1-1", True)
        assert moving.move(farm.ledger, waiting, [begun.job], by="anna") == (begun.job,)
        assert worker.run(head.step)
        assert moving.read_stranded(farm.ledger) == (), "who has begun it has told that it is of that version"


def test_a_process_that_must_end_ends_whatever_the_ledger_says(tmp_path: Path) -> None:
    """A step that asks nobody is left with its process, even when the ledger can no longer be told."""
    code = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from tests.tasks.test_step import stuck_for_ever\n"
        "stuck_for_ever(Path(sys.argv[2]))"
    )
    root = str(Path(__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-P", "-c", code, root, str(tmp_path)], timeout=60, check=False, capture_output=True
    )
    assert ended.returncode == os.EX_TEMPFAIL, ended.stderr.decode()


def stuck_for_ever(folder: Path) -> None:
    """Run a step that never ends in a farm whose ledger lets no attempt end."""
    settings = quick_settings(folder / "home", WORKER__STEP_SECONDS="1", LEASE__EXPIRY_S="0.4")
    break_ground(settings)

    def speak(_bench: Bench, _claim: Claim, _desk: Desk) -> Commit | None:
        with sqlite3.connect(settings.home / "ledger.sqlite3") as raw:
            raw.execute("CREATE TRIGGER no BEFORE UPDATE ON attempts BEGIN SELECT RAISE(ABORT, 'no'); END")
        time.sleep(600)
        return None

    with open_farm(settings) as farm:
        sow(farm, [Row(row="row", script="Hello.")])
        (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
        with runner(farm, "redis://127.0.0.1:1/0", speak) as worker:
            worker.run(head.step)


def test_a_worker_that_the_ledger_has_forgotten_tells_of_itself_again(farm: Farm, redis_url: str) -> None:
    """A machine that slept for weeks works on as before."""
    with runner(farm, redis_url, until_stopped):
        workers.leave(farm.ledger, "w")
        with farm.ledger.write("forget") as connection:
            connection.execute(text("DELETE FROM skills"))
            connection.execute(text("DELETE FROM workers"))
        wait_for(lambda: workers.read_workers(farm.ledger), seconds=10)
        (worker,) = workers.read_workers(farm.ledger)
        assert {skill.capability for skill in worker.skills} == set(CAPABILITIES)


def test_a_step_that_no_ledger_knows_is_disowned(farm: Farm, redis_url: str) -> None:
    """A message of another ledger's farm is told of; one about a step of ours that may not be run is not."""
    (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
    disowned: list[int] = []
    with StepRunner(
        farm,
        node="w",
        capabilities=["join"],
        profiles=[PROFILE],
        bell=Bell(redis_url),
        disown=disowned.append,
    ) as worker:
        assert not worker.run(head.step)
        assert not worker.run(10**9)
    assert disowned == [10**9]
