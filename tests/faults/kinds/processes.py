"""Processes that are killed, stopped, or asked to end in the middle of their work."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable
from random import Random

import psutil

from farm.bootstrap import environment_of
from tests.faults.ground import PATIENCE_S, SENTENCES, Ground, Running, is_gone, until
from tests.faults.kinds.kind import Clock, Effect, FaultKind
from tests.faults.shim import Files
from worker.child import Child, Program

#: What a killed process started is gone within this time.
_AT_ONCE_S = 1.0


def _rendering(ground: Ground, chance: Random) -> Running:
    """A film in mid-chunk, at a random moment of it."""
    running = ground.rendering(ground.sow(), clips=chance.randrange(1, SENTENCES - 2))
    time.sleep(chance.uniform(0, 0.1))
    return running


def _kill_with_all_below(victim: psutil.Process) -> float:
    """Kill a process and see that whatever it started ends with it; when it was killed."""
    below = victim.children(recursive=True)
    victim.kill()
    since = time.monotonic()
    until(lambda: all(is_gone(each) for each in below), "what it started is gone", seconds=_AT_ONCE_S)
    return since


def _kill_worker(ground: Ground, chance: Random, which: Callable[[Ground, str], psutil.Process]) -> Effect:
    running = _rendering(ground, chance)
    since = _kill_with_all_below(which(ground, running.worker))
    return Effect(clock=Clock.WORKER, seconds=ground.running_again(running, since))


def _kill_hand(ground: Ground, chance: Random) -> Effect:
    return _kill_worker(ground, chance, Ground.hand)


def _kill_main(ground: Ground, chance: Random) -> Effect:
    return _kill_worker(ground, chance, Ground.process)


def _lose_host(ground: Ground, chance: Random) -> Effect:
    """Nobody who looks after this host can act; the dispatcher plays another host's."""
    running = _rendering(ground, chance)
    main = ground.process(running.worker)
    guards = [psutil.Process(ground.child.pid)]
    guards += [ground.process(name) for name in ground.standing.processes if name == "watchdog"]
    for guard in guards:
        guard.send_signal(signal.SIGSTOP)
    try:
        since = _kill_with_all_below(main)
        return Effect(clock=Clock.HOST, seconds=ground.running_again(running, since))
    finally:
        for guard in guards:
            guard.send_signal(signal.SIGCONT)


def _kill_watchdog(ground: Ground, chance: Random) -> Effect:
    """Nobody sees a worker's process end until the watchdog is back."""
    running = _rendering(ground, chance)
    ground.process("watchdog").kill()
    ground.hand(running.worker).kill()
    since = time.monotonic()
    return Effect(clock=Clock.WATCHDOG, seconds=ground.running_again(running, since))


def _kill_supervisor(ground: Ground, chance: Random) -> Effect:
    running = _rendering(ground, chance)
    since = _kill_with_all_below(psutil.Process(ground.child.pid))
    ground.child.wait(PATIENCE_S)
    # Its own patience with what ends again and again is no part of what is measured.
    ground.child.start()
    return Effect(clock=Clock.SUPERVISOR, seconds=ground.running_again(running, since))


def _kill_dispatcher(ground: Ground, _chance: Random) -> Effect:
    ground.process("dispatcher").kill()
    ground.begun(ground.sow(1))
    return Effect()


def _kill_leader_of_two(ground: Ground, _chance: Random) -> Effect:
    settings = ground.settings.model_copy(
        update={"redis": ground.settings.redis.model_copy(update={"url": ground.standing.redis_url})}
    )
    first = ground.process("dispatcher")
    model = ground.child.program
    assert model.log is not None, "a farm of tests logs into files"
    log = model.log.with_name("second.log")
    second = Child(
        Program(
            name="second",
            argv=(*model.argv[:4], "dispatcher", "second"),
            environment={**model.environment, **environment_of(settings)},
            folder=model.folder,
            log=log,
        )
    )
    second.start()
    try:
        until(lambda: "dispatching" in log.read_text("utf-8"), "the second dispatcher watches")
        first.kill()
        ground.begun(ground.sow(1))
    finally:
        second.kill()
    return Effect()


def _stop_past_the_lease(ground: Ground, chance: Random) -> Effect:
    running = _rendering(ground, chance)
    stopped = [ground.hand(running.worker), ground.process(running.worker)]
    for each in stopped:
        each.send_signal(signal.SIGSTOP)
    since = time.monotonic()
    ground.running_again(running, since)
    for each in stopped:
        # By now somebody may have ended who gave no sign of life.
        with contextlib.suppress(psutil.NoSuchProcess):
            each.send_signal(signal.SIGCONT)
    return Effect()


def _ask_to_end(ground: Ground, chance: Random) -> Effect:
    return _ask(ground, chance, times=1)


def _ask_to_end_twice(ground: Ground, chance: Random) -> Effect:
    return _ask(ground, chance, times=2)


def _ask(ground: Ground, chance: Random, *, times: int) -> Effect:
    running = _rendering(ground, chance)
    main = ground.process(running.worker)
    for turn in range(times):
        time.sleep(0.2 if turn else 0)
        with contextlib.suppress(psutil.NoSuchProcess):
            main.terminate()
    until(lambda: is_gone(main), "the worker has ended")
    return Effect()


def _kill_join(ground: Ground, _chance: Random) -> Effect:
    return _kill_at(ground, "join")


def _kill_archive(ground: Ground, _chance: Random) -> Effect:
    if ground.shim is not None:
        # A delivery takes no time here: it would be over before it is seen.
        ground.shim.files(Files.SLOW, 5_000)
    try:
        return _kill_at(ground, "archive")
    finally:
        if ground.shim is not None:
            ground.shim.files(Files.WELL)


def _kill_at(ground: Ground, stage: str) -> Effect:
    """Kill who works at a stage that is over soon: one film after another, until one is met there."""
    question = (
        "SELECT id, fence, coalesce(worker, ''), state FROM steps "
        "WHERE job_id = :job AND stage = :stage AND state IN ('running', 'done')"
    )
    while True:
        job, found = ground.sow(1), list[tuple[object, ...]]()

        def begun(job: int = job, found: list[tuple[object, ...]] = found) -> bool:
            ground.child.tend()
            found[:] = ground.ask(question, job=job, stage=stage)
            return bool(found)

        until(begun, f"film {job} is at {stage}")
        step, fence, worker, state = found[0]
        if state == "running":
            was = Running(step=int(str(step)), fence=int(str(fence)), worker=str(worker).partition("@")[0])
            ground.hand(was.worker).kill()
            return Effect(clock=Clock.WORKER, seconds=ground.running_again(was, time.monotonic()))


def _kill_idle(ground: Ground, _chance: Random) -> Effect:
    def at_rest() -> bool:
        ground.child.tend()
        return not ground.ask("SELECT id FROM steps WHERE state = 'running'")

    until(at_rest, "nothing is in work")
    ground.hand(ground.standing.workers[0]).kill()
    ground.begun(ground.sow(1))
    return Effect()


KINDS = (
    FaultKind(
        name="hand-killed",
        words="kill -9 of the process that works, in the middle of a chunk",
        inflict=_kill_hand,
    ),
    FaultKind(
        name="main-killed",
        words="kill -9 of a worker's main process in the middle of a chunk",
        inflict=_kill_main,
    ),
    FaultKind(name="join-killed", words="kill -9 of the process that joins a film", inflict=_kill_join),
    FaultKind(
        name="archive-killed", words="kill -9 of the process that delivers a film", inflict=_kill_archive
    ),
    FaultKind(name="idle-killed", words="kill -9 of a process that waits for work", inflict=_kill_idle),
    FaultKind(
        name="host-gone",
        words="kill -9 of a worker, with nobody left on its host to tell",
        inflict=_lose_host,
    ),
    FaultKind(
        name="watchdog-killed",
        words="kill -9 of the watchdog, and of a process that works while it is gone",
        inflict=_kill_watchdog,
    ),
    FaultKind(
        name="supervisor-killed",
        words="kill -9 of the supervisor, and with it of everything; it is started again",
        inflict=_kill_supervisor,
    ),
    FaultKind(name="dispatcher-killed", words="kill -9 of the only dispatcher", inflict=_kill_dispatcher),
    FaultKind(
        name="leader-killed",
        words="kill -9 of the leading one of two dispatchers",
        inflict=_kill_leader_of_two,
    ),
    FaultKind(
        name="worker-stopped",
        words="SIGSTOP of a worker until its step was taken away, then SIGCONT: a late writer",
        inflict=_stop_past_the_lease,
    ),
    FaultKind(name="worker-ended", words="SIGTERM of a worker in the middle of a chunk", inflict=_ask_to_end),
    FaultKind(name="worker-hurried", words="SIGTERM of a worker, twice", inflict=_ask_to_end_twice),
)
