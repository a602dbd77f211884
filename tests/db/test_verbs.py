"""Each verb of an operator's does what its word says, at whatever moment, and nothing else."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from db import claims, commits, departments, operations, reads, recalling, reports, standing, stops
from db.acts import Operated
from db.ledger import Ledger
from db.night import read_left
from db.standing import Wish
from db.states import HoldReason, JobState, Outcome, StepState, StopKind, StopScope, Urgency
from db.tables import audit, makings, steps
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError, SupersededError
from tests.db.acting import CHUNKS, desk_of, head, join, ready, render, speak, take, try_step
from tests.db.auditor import acts
from tests.db.values import WORKER, artifact, submit


def held(ledger: Ledger, job: int) -> tuple[HoldReason, ...]:
    """Why a job may not go on."""
    return reads.read_job(ledger, job).line.held


def details(ledger: Ledger, verb: str) -> list[dict[str, object]]:
    """What the audit says besides of each entry of a verb."""
    with ledger.read() as connection:
        found = connection.execute(select(audit.c.detail).where(audit.c.verb == verb).order_by(audit.c.id))
        return [json.loads(text or "{}") for text in found.scalars()]


def test_a_hold_is_for_what_has_not_begun(ledger: Ledger) -> None:
    """What has begun goes on, and is told with the reason; a release frees what was held, once."""
    submit(ledger, ["begun", "waits", "over"])
    take(ledger, "speak")
    operations.cancel(ledger, [3], by="anna")
    done = operations.hold(ledger, [1, 2, 3], by="anna", reason="wrong logo")
    assert (done.changed, dict(done.why)) == ((2,), {1: "begun", 3: "canceled"})
    assert (held(ledger, 1), held(ledger, 2)) == ((), (HoldReason.OPERATOR,))
    assert ready(ledger) == set()
    assert details(ledger, "hold") == [{"reason": "wrong logo"}]
    assert operations.release(ledger, [2], by="bert").changed == (2,)
    again = operations.release(ledger, [1, 2], by="bert")
    assert (again.changed, dict(again.why)) == ((), {1: "free", 2: "free"})
    assert ready(ledger) == {"speak"}


def test_a_release_frees_nothing_that_was_paused_in_mid_way(ledger: Ledger) -> None:
    """Nor what was paused before it began; a resume is for both."""
    submit(ledger, ["begun", "waits"])
    speak(ledger, take(ledger, "speak"))
    operations.pause(ledger, [1, 2], by="anna")
    done = operations.release(ledger, [1, 2], by="anna")
    assert (done.changed, dict(done.why)) == ((), {1: "begun", 2: "paused"})
    assert operations.resume(ledger, [1, 2], by="anna").changed == (1, 2)
    assert ready(ledger) == {"speak", "render.warp"}


def test_each_verb_undoes_its_own(ledger: Ledger) -> None:
    """Hold and release are for what has not begun; what was paused, begun or not, is for a resume."""
    fresh, kept, paused, begun, stopped = range(1, 6)
    submit(ledger, ["fresh", "held", "paused", "begun", "stopped"])
    operations.hold(ledger, [fresh, kept], by="anna")
    operations.pause(ledger, [paused], by="anna")
    for _ in (begun, stopped):
        speak(ledger, take(ledger, "speak"))
    operations.release(ledger, [fresh], by="anna")
    operations.pause(ledger, [stopped], by="anna")
    every = (fresh, kept, paused, begun, stopped)
    later = partial(operations.start_after, until=ledger.clock() + 60_000)
    not_begun = {begun: "begun", stopped: "begun"}
    table: dict[Callable[..., Operated], dict[int, str]] = {
        operations.hold: {paused: "paused", **not_begun},
        operations.release: {fresh: "free", paused: "paused", begun: "free", stopped: "begun"},
        operations.pause: {},
        operations.interrupt: {},
        operations.resume: {fresh: "free", begun: "free"},
        later: not_begun,
    }
    for verb, left in table.items():
        done = verb(ledger, every, by="anna", dry_run=True)
        assert (dict(done.why), done.changed) == (left, tuple(job for job in every if job not in left))
    assert [stops.read_kept(ledger, [job])[job].holds[0].paused for job in (kept, paused, stopped)] == [
        False,
        True,
        True,
    ]
    operations.resume(ledger, [paused], by="anna")
    operations.hold(ledger, [paused], by="anna")
    assert operations.release(ledger, [paused], by="anna").changed == (paused,), "it is held once more"


def test_an_interrupt_takes_what_runs_and_costs_no_retry(ledger: Ledger) -> None:
    """It is over at once, paid for as far as it is proven; the worker is refused, and a resume goes on."""
    submit(ledger, ["row"])
    speak(ledger, take(ledger, "speak"))
    running = take(ledger, "render.warp")
    desk = desk_of(ledger, running)
    for word in ("clip 0 of 1", "clip 1 of 1"):
        assert desk.take(Kind.CLIP, artifact(Kind.CLIP, word).key)
        if word == "clip 0 of 1":
            desk.put(artifact(Kind.CLIP, word), 40)
    assert operations.interrupt(ledger, [1], by="anna", reason="power").changed == (1,)
    assert not claims.beat(ledger, WORKER, running.holding).mine
    with pytest.raises(SupersededError):
        render(ledger, running)
    step = next(each for each in reads.read_job(ledger, 1).steps if each.id == running.step)
    (attempt,) = step.attempts
    assert (step.state, attempt.outcome, attempt.machine_ms) == (StepState.READY, Outcome.INTERRUPTED, 40)
    assert attempt.problem is not None
    assert attempt.problem.code == operations.STOPPED
    assert held(ledger, 1) == (HoldReason.OPERATOR,)
    assert ready(ledger) == set()
    operations.resume(ledger, [1], by="anna")
    again = try_step(ledger, running.step)
    assert again is not None
    assert again.failures == 0
    render(ledger, again)
    assert details(ledger, "interrupt") == [{"reason": "power"}]


def test_a_job_waits_for_its_time_and_for_nobody_else(ledger: Ledger) -> None:
    """A later time replaces an earlier one, also when that comes meanwhile; a resume ends no such wait."""
    submit(ledger, ["row", "begun"])
    now = ledger.clock()
    operations.start_after(ledger, [1], now + 10_000, by="anna")
    speak(ledger, take(ledger, "speak"))
    late = operations.start_after(ledger, [1, 2], now + 20_000, by="anna", reason="embargo")
    assert (late.changed, dict(late.why)) == ((1,), {2: "begun"})
    assert operations.resume(ledger, [1], by="bert").changed == ()
    ledger.clock = lambda: now + 10_001
    operations.end_holds(ledger)
    assert held(ledger, 1) == (HoldReason.START_AFTER,)
    with pytest.raises(InputError, match="stop-time-past"):
        operations.start_after(ledger, [1], now + 10_000, by="anna")
    ledger.clock = lambda: now + 20_000
    operations.end_holds(ledger)
    operations.end_holds(ledger)
    assert held(ledger, 1) == ()
    assert details(ledger, "resume") == [{"hold": "start_after"}]
    operations.start_after(ledger, [1], now + 30_000, by="anna")
    assert operations.start_after(ledger, [1], None, by="anna").changed == (1,)
    assert operations.start_after(ledger, [1], None, by="anna").why == {1: "free"}


_VERBS: dict[str, Callable[..., Operated]] = {
    "cancel": operations.cancel,
    "hold": operations.hold,
    "release": operations.release,
    "pause": operations.pause,
    "interrupt": operations.interrupt,
    "resume": operations.resume,
    "requeue": operations.requeue,
}


@pytest.mark.parametrize("verb", _VERBS)
def test_a_dry_run_tells_the_same_and_changes_nothing(ledger: Ledger, verb: str) -> None:
    """Whatever it is tried on: the same jobs would be changed that are, and no trace is left."""
    submit(ledger, ["begun", "held", "canceled", "queued"])
    speak(ledger, take(ledger, "speak"))
    take(ledger, "render.warp")
    operations.hold(ledger, [2], by="anna")
    operations.cancel(ledger, [3], by="anna")
    before = [reads.read_job(ledger, job) for job in range(1, 5)], acts(ledger)
    tried = _VERBS[verb](ledger, [1, 2, 3, 4], by="anna", dry_run=True)
    assert ([reads.read_job(ledger, job) for job in range(1, 5)], acts(ledger)) == before
    assert _VERBS[verb](ledger, [1, 2, 3, 4], by="anna") == tried
    assert tried.changed
    assert set(tried.why) == set(tried.unchanged)


def test_a_stop_stands_for_a_department_until_it_is_lifted(ledger: Ledger) -> None:
    """Set again it is replaced; lifted twice, there is nothing the second time; each is in the audit."""
    of = (StopScope.DEPARTMENT, "default")
    assert stops.stop(ledger, *of, StopKind.HOLD, by="anna", reason="budget") is None
    until = ledger.clock() + 60_000
    before = stops.stop(ledger, *of, StopKind.HOLD, by="bert", until=until)
    assert before is not None
    assert (before.by, before.until, before.reason) == ("anna", None, "budget")
    stops.stop(ledger, *of, StopKind.PAUSE, by="bert")
    assert [(each.kind, each.by, each.until) for each in stops.read_stops(ledger)] == [
        (StopKind.HOLD, "bert", until),
        (StopKind.PAUSE, "bert", None),
    ]
    assert [each.kind for each in stops.lift(ledger, *of, [StopKind.PAUSE], by="carl")] == [StopKind.PAUSE]
    assert stops.lift(ledger, *of, [StopKind.PAUSE], by="carl") == ()
    stops.end_stops(ledger)
    assert len(stops.read_stops(ledger)) == 1
    ledger.clock = lambda: until
    assert stops.read_stops(ledger) == (), "its time has come, whether or not anybody has seen to it"
    stops.end_stops(ledger)
    stops.end_stops(ledger)
    assert Counter(acts(ledger)) == Counter(hold=2, pause=1, resume=1, release=1)
    assert details(ledger, "hold")[1]["before"] == "until it is lifted"
    with pytest.raises(InputError, match="stop-time-past"):
        stops.stop(ledger, *of, StopKind.HOLD, by="anna", until=until)


def job_of(ledger: Ledger, step: int) -> int:
    """The job of a step."""
    with ledger.read() as connection:
        return int(connection.execute(select(steps.c.job_id).where(steps.c.id == step)).scalar_one())


def together(*acting: Callable[[], object]) -> list[object]:
    """Have everybody act at once; what each came to, an exception for one that was refused."""
    start, came = threading.Barrier(len(acting)), [None] * len(acting)

    def act(number: int) -> None:
        start.wait()
        try:
            came[number] = acting[number]()  # type: ignore[call-overload]
        except SupersededError as error:
            came[number] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=act, args=(number,)) for number in range(len(acting))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(came)


def test_stops_and_commits_that_meet_lose_nothing_and_double_nothing(ledger: Ledger) -> None:
    """A chunk is committed or given up, never both; in the end every film is there, each clip made once."""
    films = 6
    submit(ledger, [f"row{number}" for number in range(films)])
    for _ in range(films):
        speak(ledger, take(ledger, "speak"))
    for job in range(1, films + 1):
        claim = take(ledger, "render.warp")
        stop = operations.interrupt if job % 2 else operations.pause
        done, stopped = together(
            lambda claim=claim: render(ledger, claim),  # type: ignore[misc]
            lambda claim=claim, stop=stop: stop(ledger, [claim.job], by="anna"),  # type: ignore[misc]
        )
        assert isinstance(stopped, Operated)
        assert stopped.changed == (claim.job,)
        step = next(each for each in reads.read_job(ledger, claim.job).steps if each.id == claim.step)
        refused = isinstance(done, SupersededError)
        assert step.state is (StepState.READY if refused else StepState.DONE)
        assert step.attempts[-1].outcome is (Outcome.INTERRUPTED if refused else Outcome.OK)
        assert not (refused and stop is operations.pause), "a pause takes nothing away"
    freed = together(*[lambda: operations.resume(ledger, range(1, films + 1), by="anna")] * 2)
    changed = [job for each in freed if isinstance(each, Operated) for job in each.changed]
    assert sorted(changed) == list(range(1, films + 1)), "whoever comes second frees nobody"
    while "render.warp" in ready(ledger):
        render(ledger, take(ledger, "render.warp"))
    for _ in range(films):
        join(ledger, take(ledger, "join"))
    assert reads.read_batch(ledger, 1).states[JobState.COMPLETED] == films
    with ledger.read() as connection:
        made = Counter(connection.execute(select(makings.c.key).where(makings.c.kind == "clip")).scalars())
    assert len(made) == films * CHUNKS[-1].end
    assert set(made.values()) == {1}


def test_a_hold_and_a_claim_that_meet_agree(ledger: Ledger) -> None:
    """The film begins or is held; told is what it came to, and nothing runs that is held."""
    films = 6
    submit(ledger, [f"row{number}" for number in range(films)])
    for _ in range(films):
        step = head(ledger, "speak")
        job = job_of(ledger, step)
        claim, done = together(
            lambda step=step: try_step(ledger, step),  # type: ignore[misc]
            lambda job=job: operations.hold(ledger, [job], by="anna"),  # type: ignore[misc]
        )
        assert isinstance(done, Operated)
        assert bool(done.changed) is (claim is None)
        assert bool(claim) is ("begun" in done.why.values())


def test_a_stopped_department_begins_nothing_and_what_it_submits_meanwhile_waits_too(ledger: Ledger) -> None:
    """Of a hold what has begun goes on, of a pause nothing; what runs is wanted back after its clip."""
    of = (StopScope.DEPARTMENT, "default")
    submit(ledger, ["begun", "waits"])
    speak(ledger, take(ledger, "speak"))
    stops.stop(ledger, *of, StopKind.HOLD, by="anna")
    submit(ledger, ["new"], content="more")
    waiting = [step for step in range(1, 50) if try_step(ledger, step, capabilities=["speak"])]
    assert waiting == []
    chunk = try_step(ledger, first_of(ledger, 1))
    assert chunk is not None
    stops.stop(ledger, *of, StopKind.PAUSE, by="anna")
    assert recalling.recall(ledger) == 1
    assert claims.beat(ledger, WORKER, chunk.holding).leave == "farm-paused"
    commits.release(ledger, chunk, delay_ms=0, reason="farm-paused")
    assert try_step(ledger, chunk.step) is None
    stops.lift(ledger, *of, [StopKind.PAUSE], by="anna")
    again = try_step(ledger, chunk.step)
    assert again is not None
    render(ledger, again)
    stops.lift(ledger, *of, [StopKind.HOLD], by="anna")
    assert len([step for step in range(1, 50) if try_step(ledger, step, capabilities=["speak"])]) == 2


def first_of(ledger: Ledger, job: int) -> int:
    """The first chunk of a job."""
    return next(each.id for each in reads.read_job(ledger, job).steps if each.stage == "render")


def test_what_a_department_may_not_have_is_left_as_it_was(ledger: Ledger) -> None:
    """Where none may have it, that is an error; the others get it, and the audit keeps what was before."""
    submit(ledger, ["a", "b"])
    departments.change(ledger, "default", {"priority_limit": 10, "urgent": 0}, by="olga")
    for wish, code in (
        (Wish(priority=11), "submit-priority-limit"),
        (Wish(urgency=Urgency.URGENT), "submit-urgent-right"),
    ):
        with pytest.raises(InputError, match=code):
            standing.set_to(ledger, [1], wish, by="anna")
    operations.cancel(ledger, [2], by="anna")
    done = standing.set_to(ledger, [1, 2], Wish(urgency=Urgency.BULK, priority=10), by="anna")
    assert (done.changed, done.why) == ((1,), {2: "canceled"})
    assert standing.set_to(ledger, [1], Wish(priority=10), by="anna").why == {1: "same"}
    told = {"priority": 10, "priority_before": 0, "urgency": "bulk", "urgency_before": "normal"}
    assert details(ledger, "set") == [told]


@pytest.mark.parametrize("scope", [StopScope.DEPARTMENT, StopScope.POOL])
def test_films_that_wait_for_a_stop_count_as_held(ledger: Ledger, scope: StopScope) -> None:
    """In lists, batches, the whole farm, results and a night; of a hold those alone that are yet to begin."""
    submit(ledger, ["begun", "waits", "held", "over"])
    standing.set_to(ledger, [1, 2, 3, 4], Wish(pool="studio"), by="anna")
    take(ledger, "speak")
    operations.hold(ledger, [3], by="anna")
    operations.cancel(ledger, [4], by="anna")
    of = (scope, "default" if scope is StopScope.DEPARTMENT else "studio")

    def told() -> list[list[int]]:
        states = (JobState.QUEUED, JobState.ACTIVE)
        batch, farm = reads.read_batch(ledger, 1).held, reads.count_jobs(ledger).held
        assert batch == farm
        found = [row.standing == "held" for row in reports.read_outcomes(ledger, 1)]
        lists = [[line.id for line in reads.list_jobs(ledger, held=True)]]
        assert lists == [[job for job, is_held in enumerate(found, 1) if is_held]]
        lists += [[line.id for line in reads.list_jobs(ledger, state=state, held=False)] for state in states]
        return [[farm[state] for state in states], *lists, [read_left(ledger, tonight="")]]

    assert told() == [[1, 0], [3], [2], [1], [2]]
    stops.stop(ledger, *of, StopKind.HOLD, by="anna")
    assert told() == [[2, 0], [2, 3], [], [1], [1]]
    stops.stop(ledger, *of, StopKind.PAUSE, by="anna")
    assert told() == [[2, 1], [1, 2, 3], [], [], [0]]
    stops.lift(ledger, *of, StopKind, by="anna")
    assert told() == [[1, 0], [3], [2], [1], [2]]
