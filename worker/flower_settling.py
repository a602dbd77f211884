"""Settles what Flower holds to be at work and is not: a task whose worker died tells nobody that it is over.

A worker that is killed sends no event, and what ends while Flower is away is not heard. The ledger knows how
it ended; so Flower asks it, and takes what it says for the event that did not come. A message whose process
died comes again, though, and may find nothing to do, since the ledger was faster: it is shown as lost.
"""

from __future__ import annotations

import time
from ast import literal_eval
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from db.leases import read_leases
from db.reads import read_job
from db.states import Outcome, StepState
from db.views import JobView
from farm.bootstrap import Farm
from pipeline.plan.errors import InputError, LecternError
from tasks.tidings import Ending, Tidings

#: The states of tasks that are a worker's.
_AT_WORK = ("RECEIVED", "STARTED")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A task that Flower holds to be at work.

    Attributes:
        task: its id.
        worker: who began it.
        job: the job that it is about.
        stage: the stage.
        chunk: which of the stage's steps it is, from 0.
    """

    task: str
    worker: str
    job: int
    stage: str
    chunk: int


@dataclass(frozen=True, kw_only=True)
class End:
    """How it ended: the type of the event, and what that tells."""

    kind: str
    told: str


def seen_in(task: str, worker: str, name: str, about: str) -> Seen | None:
    """A task by what its events told, as `tasks.dispatcher.message_of` has it; None: none of ours."""
    with suppress(ValueError, SyntaxError, KeyError, TypeError):
        stage, _, rest = name.partition(" ")
        _, _, part = rest.rpartition("chunk ")
        chunk = int(part.partition("/")[0]) - 1 if "/" in part else 0
        return Seen(task=task, worker=worker, job=int(literal_eval(about)["job"]), stage=stage, chunk=chunk)
    return None


def end_of(seen: Seen, job: JobView | None) -> End | None:
    """How a task ended, as the ledger tells of its job, if it knows it; None: it is at work."""
    nothing = End(kind="task-succeeded", told=Ending.NOTHING.value)
    steps = () if job is None else job.steps
    step = next((each for each in steps if (each.stage, each.index) == (seen.stage, seen.chunk)), None)
    if step is None:
        return nothing
    attempt = next((each for each in reversed(step.attempts) if each.worker == seen.worker), None)
    if attempt is None:
        return nothing
    if attempt.outcome is None:
        return None
    if attempt.outcome is Outcome.OK:
        return End(kind="task-succeeded", told=Ending.DONE.value)
    if attempt.outcome is Outcome.SUPERSEDED:
        return End(kind="task-succeeded", told=Ending.TAKEN.value)
    problem = attempt.problem
    why = str(Tidings(code=problem.code, facts=problem.facts)) if problem is not None else ""
    told = ": ".join(each for each in (attempt.outcome.value, why) if each)
    is_last = step.state is StepState.DEAD and attempt is step.attempts[-1]
    return End(kind="task-failed" if is_last else "task-retried", told=told)


def hear(state: Any, event: Mapping[str, Any]) -> None:  # noqa: ANN401 - Flower's, which has no types
    """Have Flower take what a worker told; a message that came again for nothing is shown as lost before."""
    state.event(_as_it_was(state.tasks.get(event.get("uuid")), event))


def _as_it_was(before: Any, event: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ANN401 - as above
    """An event as Flower is to take it, by what it has of the task so far; None: nothing."""
    if before is None:
        return event
    if event["type"] == "task-received" and before.state == "STARTED":
        # Nothing but the end of its process has a message come again; the time stays while it is at work.
        before.retried = event["timestamp"]
    found_nothing = str(event.get("result", "")).strip("'") == Ending.NOTHING.value
    if event["type"] == "task-succeeded" and found_nothing and before.retried:
        told = {name: value for name, value in event.items() if name not in {"result", "runtime"}}
        return {**told, "type": "task-retried", "exception": Outcome.LOST.value}
    return event


class Settling:
    """Looks now and then, and settles what has been over for a while; made in the thread of Flower's loop.

    Args:
        opening: opens the farm whose ledger knows; tried again at the next look where that is away.
        after_s: how long an event may take.
    """

    def __init__(self, opening: Callable[[], Farm], *, after_s: float) -> None:
        self._opening = opening
        self._farm: Farm | None = None
        self._after_s = after_s
        self._first: dict[str, float] = {}
        self._asking = ThreadPoolExecutor(1, "settling")
        self._log = structlog.get_logger()

    async def look(self, events: Any) -> None:  # noqa: ANN401 - Flower's, which has no types
        """Settle what has stood so for long enough and is not at work."""
        from tornado.ioloop import IOLoop

        held = _at_work(events)
        self._first = {task: at for task, at in self._first.items() if task in held}
        started = {task: seen for task, seen in held.items() if self._is_due(task)}
        if not started:
            return
        try:
            ask = partial(self._ends, started.values())
            ends = await IOLoop.current().run_in_executor(self._asking, ask)
        except LecternError as error:
            self._log.debug("not settled", code=error.code)
            return
        for task, end in ends.items():
            _tell(events, task, started[task].worker, end)

    def close(self) -> None:
        """Ask no more."""
        self._asking.shutdown()
        if self._farm is not None:
            self._farm.close()

    def _is_due(self, task: str) -> bool:
        now = time.monotonic()
        return now - self._first.setdefault(task, now) > self._after_s

    def _ends(self, started: Collection[Seen]) -> Mapping[str, End]:
        self._farm = self._farm or self._opening()
        ledger = self._farm.ledger
        working = {lease.worker for lease in read_leases(ledger)}
        jobs: dict[int, JobView] = {}
        found = {}
        for seen in started:
            if seen.job not in jobs:
                with suppress(InputError):
                    jobs[seen.job] = read_job(ledger, seen.job)
            end = end_of(seen, jobs.get(seen.job))
            # What it works at may be another step than the message named: one for which more was loaded.
            if end is not None and (seen.worker not in working or end.told != Ending.NOTHING.value):
                found[seen.task] = end
        return found


def _at_work(events: Any) -> dict[str, Seen]:  # noqa: ANN401 - as above
    """What Flower holds to be at work."""
    tasks = events.state.tasks
    found_by_state = events.state.search_engine.exact_postings["state"]
    ids = [task for state in _AT_WORK for task in found_by_state.get(state.lower(), ())]
    found = {}
    for task in (tasks.get(each) for each in ids):
        if task is not None and task.worker is not None:
            seen = seen_in(task.uuid, task.worker.hostname, str(task.name), str(task.kwargs))
            if seen is not None:
                found[task.uuid] = seen
    return found


def _tell(events: Any, task: str, worker: str, end: End) -> None:  # noqa: ANN401 - as above
    """Have Flower take it for the event that did not come."""
    if getattr(events.state.tasks.get(task), "state", "") not in _AT_WORK:
        return
    now = time.time()
    told = {"result": end.told} if end.kind == "task-succeeded" else {"exception": end.told}
    event = {"type": end.kind, "uuid": task, "hostname": worker, "timestamp": now, "local_received": now}
    events.state.event({**event, "clock": 0, "pid": 0, **told})
