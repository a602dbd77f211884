"""A Redis that is killed, emptied, frozen, or full of messages that nobody should believe."""

from __future__ import annotations

import json
import os
import signal
import time
from random import Random

from pipeline.plan.trace import Trace
from tasks import poison
from tasks.app import Message, make_app, publish, queue_of
from tasks.sieve import TASK, Why
from tests.faults.ground import Ground, until
from tests.faults.kinds.kind import Clock, Effect, FaultKind
from worker.places import Places

#: Of the latest steps and of the oldest ones.
_MANY = 30
#: Tasks of which none is ours, and why each of them is none; garbage of three sorts goes with them.
_TASKS = (("other.task", (1,)), (TASK, ("no number",)), (TASK, ()), (TASK, (10**9,)))
_STRANGE = (Why.TASK, Why.BODY, Why.BODY, Why.STEP, Why.UNREADABLE, Why.SHAPE, Why.LONG)


def _kill(ground: Ground, _chance: Random) -> Effect:
    ground.rendering(ground.sow(3))
    ground.process("redis").kill()
    return _begun_anew(ground, time.monotonic())


def _wipe(ground: Ground, _chance: Random) -> Effect:
    ground.rendering(ground.sow(3))
    with ground.redis() as client:
        client.flushall()
    return _begun_anew(ground, time.monotonic())


def _restart_empty(ground: Ground, _chance: Random) -> Effect:
    ground.rendering(ground.sow(3))
    process = ground.process("redis")
    process.suspend()
    for file in Places(home=ground.home).redis.rglob("*"):
        if file.is_file() and file.name.startswith(("appendonly", "dump")):
            file.unlink()
    process.kill()
    return _begun_anew(ground, time.monotonic())


def _freeze(ground: Ground, chance: Random) -> Effect:
    ground.rendering(ground.sow(3))
    process = ground.process("redis")
    process.send_signal(signal.SIGSTOP)
    time.sleep(chance.uniform(2, 2 + ground.settings.lease.expiry_s))
    process.send_signal(signal.SIGCONT)
    ground.begun(ground.sow(1))
    return Effect()


def _begun_anew(ground: Ground, since: float) -> Effect:
    ground.begun(ground.sow(1))
    return Effect(clock=Clock.REDIS, seconds=time.monotonic() - since)


def _repeat(ground: Ground, chance: Random) -> Effect:
    """Messages three times over, in any order; of films long done and of none at all, too."""
    job = ground.sow(3)
    ground.rendering(job)
    everything = [
        (int(str(step)), str(what))
        for step, what in ground.ask("SELECT id, capability FROM steps ORDER BY id DESC")
    ]
    messages = [*everything[:_MANY], *everything[-_MANY:], (10**9, "speak")] * 3
    chance.shuffle(messages)
    app = make_app(ground.standing.redis_url, time_limit_s=60, steps_per_child=10, waits=False)
    for step, capability in messages:
        urgency = chance.choice(("bulk", "normal", "urgent"))
        trace = Trace(trace_id="1" * 32, span_id="1" * 16)
        publish(app, Message(step=step, capability=capability, label="again", urgency=urgency, trace=trace))
    app.close()
    return Effect()


def _strangers(ground: Ground, _chance: Random) -> Effect:
    """Tasks of another program, bodies that are none, and garbage: all of it is set aside and counted."""
    mark, queue = os.urandom(8).hex(), queue_of("speak")
    app = make_app(ground.standing.redis_url, time_limit_s=60, steps_per_child=10, waits=False)
    for number, (task, arguments) in enumerate(_TASKS):
        name = f"{mark}-{number}"
        app.send_task(task, args=arguments, queue=queue, task_id=name, retry=False, ignore_result=True)
    app.close()
    with ground.redis() as client:
        client.lpush(queue, f"garbage {mark}", json.dumps({"properties": {"of": mark}}), f"{mark}" * 10_000)

        def told() -> list[str]:
            return sorted(each.why for each in poison.newest(client) if mark in each.message)

        until(lambda: len(told()) == len(_STRANGE), "what is none of ours is set aside")
        assert told() == sorted(_STRANGE), told()
        assert poison.count(client) >= len(_STRANGE)
    ground.begun(ground.sow(1))
    return Effect()


KINDS = (
    FaultKind(name="redis-killed", words="kill -9 of Redis in the middle of a chunk", inflict=_kill),
    FaultKind(name="redis-wiped", words="FLUSHALL in the middle of a chunk", inflict=_wipe),
    FaultKind(
        name="redis-empty", words="Redis killed and started again without its data", inflict=_restart_empty
    ),
    FaultKind(
        name="redis-frozen", words="SIGSTOP of Redis for up to a lease's length and more", inflict=_freeze
    ),
    FaultKind(
        name="messages-repeated",
        words="every message three times, in any order, ancient and invented ones among them",
        inflict=_repeat,
    ),
    FaultKind(name="messages-foreign", words="messages that are none of ours", inflict=_strangers),
)
