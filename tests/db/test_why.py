"""Why a job is where it is, as a ledger tells: each reason once, on both databases."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import update

from db import commits, operations, queue, stops, submission, workers
from db import departments as offices
from db.ledger import Ledger
from db.states import HoldReason, Outcome, StopKind, StopScope
from db.tables import departments, holds
from db.values import Failure, Submission
from db.why import read_steps
from db.windows import add_window
from farm.bootstrap import Farm
from farm.policy.retry import RetrySettings, decide
from farm.policy.windows import parse
from farm.views.films import WhyView
from farm.why import of_job
from pipeline.plan.errors import InputError, TransientError
from tests.db.acting import CHUNKS, join, render, speak, take
from tests.db.values import CAPABILITIES, OTHER, PROFILE, WORKER, digest, draft, submit

#: Noon and midnight, in UTC.
_NOON, _MIDNIGHT = 1_700_049_600_000, 1_700_092_800_000
#: Of rows of these names the scripts are just as long as their films are said to be.
_ROWS = [32 * each for each in "abcd"]


def _why(ledger: Ledger, job: int) -> WhyView:
    settings = SimpleNamespace(lease=SimpleNamespace(expiry_s=12.0))
    return of_job(cast(Farm, SimpleNamespace(ledger=ledger, settings=settings)), job)


def _reasons(ledger: Ledger, *jobs: int) -> list[str]:
    return [_why(ledger, job).reason for job in jobs]


def _at(ledger: Ledger, now: int) -> None:
    ledger.clock = lambda: now  # type: ignore[method-assign]


def _worker(ledger: Ledger, name: str = WORKER) -> None:
    told = {"host": "h", "device": "cpu", "profiles": [PROFILE]}
    workers.register(ledger, name, **told, capabilities=CAPABILITIES)  # type: ignore[arg-type]


def test_a_job_from_its_place_in_the_line_to_its_end(ledger: Ledger) -> None:
    """Nobody there, nobody who takes work, its turn and the estimate, running, and yet to be delivered."""
    _at(ledger, _NOON)
    with pytest.raises(InputError) as refused:
        _why(ledger, 1)
    assert refused.value.code == "ledger-job-unknown"
    submit(ledger, _ROWS)
    assert _reasons(ledger, 1, 4) == ["no-worker", "no-worker"]
    _worker(ledger)
    workers.drain(ledger, WORKER, draining=True)
    assert _why(ledger, 1).reason == "no-hands", "somebody is there"
    _worker(ledger)
    told = _why(ledger, 4)
    assert (told.reason, told.tier, told.ahead, told.hands, told.free) == ("turn", "normal", 3, 1, 1)
    assert (told.begins, told.basis) == ("", "rule"), "nothing was measured yet"
    assert _why(ledger, 1).begins_s == 0
    claim = take(ledger, "speak")
    told = _why(ledger, 1)
    assert (told.reason, told.stage, told.worker, told.left_s) == ("running", "speak", WORKER, None)
    _at(ledger, _NOON + 10_000)
    speak(ledger, claim)
    assert _why(ledger, 1).stage == "render"
    for _ in CHUNKS:
        claim = take(ledger, "render.warp")
        _at(ledger, ledger.clock() + 10_000)
        render(ledger, claim)
    claim = take(ledger, "join")
    _at(ledger, ledger.clock() + 10_000)
    join(ledger, claim)
    assert _why(ledger, 1).stage == "archive", "a film that is finished is yet to be delivered"
    told = _why(ledger, 4)
    # Two films of forty seconds, and the archive's step of the first one, on one worker that is free.
    assert (told.ahead, told.basis, told.attempts) == (3, "measured", 2)
    assert told.begins_s is not None
    assert 80 <= told.begins_s <= 120


def _film(ledger: Ledger) -> None:
    """Have the first film of the line made, each step in ten seconds."""
    for skill, finish in (("speak", speak), ("render.warp", render), ("render.warp", render), ("join", join)):
        claim = take(ledger, skill)
        _at(ledger, ledger.clock() + 10_000)
        finish(ledger, claim)


def test_a_step_on_its_way_and_one_that_failed(ledger: Ledger) -> None:
    """Handed out, tried again and when, canceled, finished but not delivered; what is begun costs no more."""
    _at(ledger, _NOON)
    submit(ledger, _ROWS)
    _worker(ledger)
    _film(ledger)
    queue.mark_sent(ledger, [_step(ledger, 2)])
    assert _why(ledger, 2).reason == "sent"
    queue.unmark_sent(ledger)
    claim = take(ledger, "speak")
    error = TransientError("store-away", place="/store")
    decision = decide(error, failures=0, waits=0, settings=RetrySettings(attempts=3, backoff_ms=60_000))
    failure = Failure(outcome=Outcome.ERROR, code=error.code, facts=error.facts, machine_ms=5)
    commits.fail(ledger, claim, failure, decision)
    told = _why(ledger, 2)
    assert (told.reason, told.error and told.error.code) == ("retry", "store-away")
    assert told.left_s is not None
    assert told.left_s > 0
    operations.cancel(ledger, [3], by="anna")
    assert _why(ledger, 3).reason == "canceled"
    claim = take(ledger, "speak")
    _at(ledger, ledger.clock() + 10_000)
    speak(ledger, claim)
    told = _why(ledger, 4)
    assert (told.reason, told.basis) == ("turn", "measured")
    take(ledger, "archive")
    assert _why(ledger, 1).reason == "running"


def _step(ledger: Ledger, job: int) -> int:
    (found,) = read_steps(ledger, job)
    return found.spot.step


def test_what_people_have_set_is_told_one_after_the_other(ledger: Ledger) -> None:
    """Each reason gives way to the next one when it is lifted: hold, approval, quota, window, later, stop."""
    _at(ledger, _NOON)
    _worker(ledger)
    add_window(ledger, "night", parse("22:00-07:00", "UTC"), by="anna")
    _set(ledger, films=1)
    entry = Submission(content=digest("night"), name="demo", user="anna")
    submission.submit(ledger, entry, [replace(draft(row), window="night") for row in "abcd"])
    job = 3
    stops.stop(ledger, StopScope.DEPARTMENT, "default", StopKind.HOLD, by="bob", reason="fair")
    operations.pause(ledger, [job], by="anna")
    _hold(ledger, job, HoldReason.START_AFTER)
    _hold(ledger, job, HoldReason.CONSENT)
    told = _why(ledger, job)
    assert (told.reason, [hold.by for hold in told.held if hold.reason == "operator"]) == (
        "operator",
        ["anna"],
    )
    _unhold(ledger, job, HoldReason.OPERATOR)
    assert _why(ledger, job).reason == "consent"
    _unhold(ledger, job, HoldReason.CONSENT)
    told = _why(ledger, job)
    assert (told.reason, told.ahead, told.limit, told.by_member) == ("quota", 1, 1, False)
    assert told.until == "2023-11-17T12:00:00Z"
    _unhold(ledger, job, HoldReason.QUOTA)
    told = _why(ledger, job)
    assert (told.reason, told.window, told.until) == ("window", "night", "2023-11-15T22:00:00Z")
    _at(ledger, _MIDNIGHT)
    assert _why(ledger, job).reason == "start_after"
    _unhold(ledger, job, HoldReason.START_AFTER)
    told = _why(ledger, job)
    assert (told.reason, [stop.by for stop in told.stops]) == ("stopped", ["bob"])
    claim = take_anyway(ledger)
    stops.stop(ledger, StopScope.DEPARTMENT, "default", StopKind.PAUSE, by="bob")
    told = _why(ledger, claim)
    assert (told.reason, told.then) == ("running", "stopped")


def take_anyway(ledger: Ledger) -> int:
    """Begin the first job of the line; its department is let go for that."""
    stops.lift(ledger, StopScope.DEPARTMENT, "default", [StopKind.HOLD], by="bob")
    return take(ledger, "speak").job


def test_limits_of_departments_and_members_are_told_apart(ledger: Ledger) -> None:
    """How many may be under way, and hours on cards, with the time at which they are given anew."""
    _at(ledger, _NOON)
    _worker(ledger)
    submit(ledger, ["a", "b"])
    _set(ledger, running=1)
    claim = take(ledger, "speak")
    assert claim.job == 1
    told = _why(ledger, 2)
    assert (told.reason, told.limit, told.by_member) == ("running-limit", 1, False)
    assert (told.begins_s, told.basis) == (None, "rule"), "nothing was measured yet"
    _set(ledger, running=None, member_running=1)
    told = _why(ledger, 2)
    assert (told.reason, told.limit, told.by_member) == ("running-limit", 1, True)
    _set(ledger, member_running=None, card_ms=0)
    speak(ledger, claim)
    told = _why(ledger, 1)
    assert (told.reason, told.limit, told.until) == ("card-time", 0, "2023-11-16T12:00:00Z")


def test_a_turn_counts_other_departments_by_the_rule(ledger: Ledger) -> None:
    """Who had less for its weight goes before; who had more does not; shares and weights are told."""
    _at(ledger, _NOON)
    offices.add(ledger, "training", {"weight": 300}, by="anna")
    submit(ledger, ["a", "b", "c"])
    entry = Submission(content=digest("theirs"), name="demo", user="anna", department="training")
    submission.submit(ledger, entry, [draft(row) for row in "uvwxyz"])
    _worker(ledger)
    _worker(ledger, OTHER)
    told = _why(ledger, 2)
    # Until the second of ours begins, they begin three: their weight is thrice ours.
    assert (told.ahead, told.others, told.weight, told.hands) == (1, 3, 25, 2)
    assert _why(ledger, 9).others == 2


def _set(ledger: Ledger, **rights: int | None) -> None:
    with ledger.write("set") as connection:
        connection.execute(update(departments).where(departments.c.id == 1).values(**rights))


def _hold(ledger: Ledger, job: int, reason: HoldReason) -> None:
    with ledger.write("hold") as connection:
        told = {"job_id": job, "reason": reason.value, "by": "anna", "since": ledger.clock()}
        connection.execute(holds.insert().values(told))


def _unhold(ledger: Ledger, job: int, reason: HoldReason) -> None:
    with ledger.write("unhold") as connection:
        connection.execute(holds.delete().where(holds.c.job_id == job, holds.c.reason == reason.value))
