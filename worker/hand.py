"""The process that works: what Celery starts for a worker, by fork or as a fresh interpreter.

Celery imports this module in the worker's main process and in each process that works, as `equip` says;
what it needs it finds in the environment and in the app's own settings, since a fresh interpreter has nothing
else.
"""

from __future__ import annotations

import gc
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from celery import Celery, Task, current_app, signals
from celery._state import connect_on_app_finalize
from celery.exceptions import Reject

from farm.bootstrap import Settings, open_farm, set_up_logging, set_up_spans, settings_of
from farm.policy.placement import Post
from farm.policy.vigilance import beat_every
from farm.voicedoor import scratch_of
from pipeline.plan.errors import LecternError
from pipeline.plan.messages import tell
from pipeline.scratch import sweep
from pipeline.steps.tidy import give_back_large
from tasks.app import queue_of
from tasks.bell import Bell
from tasks.measuring import Measures, Unmeasured
from tasks.sieve import TASK, Stranger, Why
from tasks.step import StepRunner, open_runner
from tasks.tidings import AttemptError, tell_celery
from tasks.transport import take_ours_alone
from worker.cards import CardWatch, TorchCards
from worker.leisure import Leisure
from worker.metering import CPU, VARIABLE, Metering
from worker.places import Places
from worker.proof import HAND, Proof, proof_of
from worker.redis_server import redis_url

#: "Finish the clip in work, and give the rest of the step back." Who does not listen yet is not ended by it.
DRAIN = signal.SIGURG
#: Celery's child ignores SIGINT and Celery itself uses the other one; this one means "leave the step now".
INTERRUPT = signal.SIGUSR2
#: What the main process hears when nobody can work here any more: to end when no step is in work, and fail.
GIVE_UP = signal.SIGUSR2
#: Where a worker's app keeps where it works, and at what.
POST = "lectern_post"


def equip(app: Celery, *, post: Post, spawns: bool) -> None:
    """Have a worker's app run steps.

    Args:
        app: before anything was started with it.
        post: where its worker works, and at what.
        spawns: whether the process that works is a fresh interpreter: a card cannot be used in a forked one
            whose parent has touched it (PyTorch's documentation, "Multiprocessing best practices").
    """
    take_ours_alone(app)
    app.conf.update(
        {
            "imports": (__name__,),
            "worker_pool_start_method": "spawn" if spawns else "fork",
            POST: (post.name, post.to_text()),
        }
    )


class StepTask(Task):  # type: ignore[misc]
    """Runs a step: the task, and in the process that works everything that it takes."""

    name = TASK
    #: An attempt that failed is told by the ledger, and no riddle to Celery.
    throws = (AttemptError,)
    #: What the main process logs about a message names its film.
    Request = "worker.request:StepRequest"

    def __init__(self) -> None:
        self._draining = False
        self._runner: StepRunner | None = None
        self._leisure: Leisure | None = None
        self._cards: CardWatch | None = None
        self._proof: Proof | None = None
        self._measures: Measures = Unmeasured()
        self._end_spans: Callable[[], None] | None = None

    def open(self, settings: Settings, node: str) -> None:
        """Make this process ready to work as the worker of that name.

        Whatever cannot be opened ends the worker as a whole, since a process alone would be replaced at once,
        and fail again. Celery itself would log the error, and have it take messages all the same.
        """
        # A supervisor may signal the whole group: what becomes of a running step, the main process decides.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(DRAIN, self._drain)
        try:
            self._end_spans = set_up_spans(settings, instance=node)
            self._runner = runner = self._started_runner(settings, node)
        except LecternError as error:
            structlog.get_logger().error(error.code, told=tell(error.code, error.facts, "en"))
        except Exception:  # noqa: BLE001 - whatever it was, nobody else ends this worker
            structlog.get_logger().exception("cannot work")
        else:
            signal.signal(INTERRUPT, lambda _number, _frame: runner.interrupt())
            if self._draining:
                runner.drain()
            if self._proof is not None:
                self._proof.start()
            self._cards = cards = CardWatch(
                TorchCards(),
                memory=Places(home=settings.home).restarts(node.partition("@")[0]),
                leave=_end_worker,
            )
            # New models are known as soon as a heartbeat can tell of them.
            self._leisure = Leisure(every_s=settings.lease.beat_s)
            self._leisure.start(cards.look, runner.look_around, runner.heed, runner.preload)
            return
        _end_worker()

    def _drain(self, _number: int, _frame: FrameType | None) -> None:
        """Take nothing new; leave the running step, if there is one, after the clip in work."""
        self._draining = True
        if self._runner is not None:
            self._runner.drain()

    def _started_runner(self, settings: Settings, node: str) -> StepRunner:
        import cv2

        # Of whoever did this work before and was killed at it.
        sweep(scratch_of(settings))
        self._proof = proof_of(
            Places(home=settings.home).proofs,
            role=HAND,
            node=node,
            above=os.getppid(),
            beat_s=beat_every(settings.lease.beat_s),
        )
        give_back_large()
        cv2.setNumThreads(settings.worker.threads)
        bell = Bell(redis_url(settings.redis.location, settings.home))
        post = Post.from_text(*self.app.conf[POST])
        self._measures = _measures(post)
        runner = open_runner(
            open_farm(settings),
            node,
            post.capabilities,
            bell,
            post=post,
            disown=lambda step: self._disown(bell, step),
            listen=lambda takes: self._listen(node, takes=takes),
            witness=self._proof,
            measures=self._measures,
        )
        runner.start()
        # What was loaded by now stays: looking through it for garbage again and again costs more than a step.
        gc.collect()
        gc.freeze()
        return runner

    def _listen(self, node: str, *, takes: bool) -> None:
        """Have the main process take messages, or leave them to others; it remembers through a lost Redis."""
        if self._runner is not None:
            say = self.app.control.add_consumer if takes else self.app.control.cancel_consumer
            for capability in self._runner.capabilities:
                say(queue_of(capability), destination=[node])

    def _disown(self, bell: Bell, step: int) -> None:
        """Set aside the message in work, which is about a step that the ledger does not know."""
        origin, body = str(self.request.origin or ""), json.dumps([[step], {}])
        told = {"task": TASK, "id": self.request.id, "origin": origin, "body": body}
        queue = str((self.request.delivery_info or {}).get("routing_key") or "")
        stranger = Stranger(why=Why.STEP, task=TASK, origin=origin, body=body)
        bell.refuse(queue, json.dumps(told).encode(), stranger)

    def close(self) -> None:
        """Leave, in good order."""
        if self._leisure is not None:
            self._leisure.stop()
        if self._draining:
            self._measures.drained()
        if self._runner is not None:
            self._runner.close()
        if self._end_spans is not None:
            self._end_spans()
        if self._proof is not None:
            self._proof.close()

    def run(self, step: int) -> str:
        """Run one step; what is told of it.

        Raises:
            Reject: the worker is ending, or nobody can work here: the message is for another one.
            AttemptError: the step is dead.
            Retry: the step is queued again, which the ledger sees to.
        """
        if self._draining or self._runner is None or self._leisure is None or self._cards is None:
            raise Reject("no runner", requeue=True)
        with self._leisure.working():
            self._runner.run(step)
            self._cards.look()
        if self._runner.spent:
            _end_worker()
        return tell_celery(self._runner.tidings)


def _end_worker() -> None:
    """Have the main process end when no step is in work; its exit code has it started anew."""
    os.kill(os.getppid(), GIVE_UP)


def _measures(post: Post) -> Measures:
    """Who counts what this process does; nobody where there is no room to: work goes on."""
    try:
        return Metering(Path(os.environ[VARIABLE]), device=post.device or CPU)
    except (KeyError, OSError) as error:
        structlog.get_logger().warning("not measured", reason=str(error))
        return Unmeasured()


def _task() -> StepTask:
    task: StepTask = current_app.tasks[TASK]
    return task


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def _open(sender: str, **_: object) -> None:
    settings = settings_of()
    set_up_logging(settings, name=sender.partition("@")[0])
    _task().open(settings, sender)


@signals.worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def _close(**_: Any) -> None:  # noqa: ANN401 - whatever Celery tells of it
    _task().close()


@connect_on_app_finalize  # type: ignore[untyped-decorator]
def _register(app: Celery) -> None:
    app.register_task(StepTask())
