"""One Celery worker: a main process that listens, and one child that works."""

from __future__ import annotations

import gc
import mmap
import os
import signal
import socket
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from celery import signals
from celery.apps.worker import Worker
from celery.exceptions import Reject
from celery.platforms import SecurityWarning

from farm.bootstrap import Settings, open_farm, set_up_logging
from pipeline.plan.errors import LecternError
from pipeline.plan.messages import tell
from pipeline.steps.tidy import give_back_large
from tasks.app import queue_of, register
from tasks.bell import Bell
from tasks.capabilities import capabilities_of
from tasks.step import StepRunner, open_runner
from worker.belt import celery_app
from worker.cards import CardWatch, TorchCards
from worker.leisure import Leisure
from worker.places import Places
from worker.redis_server import redis_url
from worker.threads import settle_threads

#: Celery's child ignores SIGINT and Celery itself uses the other one; this one means "leave the step now".
INTERRUPT = signal.SIGUSR2


def serve(
    settings: Settings,
    *,
    name: str,
    capabilities: Sequence[str] = (),
    beginning: Callable[[], None] = lambda: None,
) -> int:
    """Work until told to end; returns the exit code: 1 when it ended because it could not work (any more).

    SIGTERM or SIGINT lets the running step finish; a second one interrupts it, and the step is begun anew
    elsewhere without having used up an attempt.

    Args:
        settings: what the operator set.
        name: the worker's name on this host, such as ``cpu0``.
        capabilities: what it shall do; everything that it can unless given.
        beginning: called once when nothing stands against it.

    Raises:
        InputError: a setting is wrong, an engine is missing, or the ledger's schema is not this version's.
        AwayError: the ledger cannot be reached.
    """
    settle_threads(settings.worker.threads)
    # Celery warns root because of pickled messages; ours are JSON, and a container's only user is root.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    set_up_logging(settings)
    structlog.contextvars.bind_contextvars(process=name)
    places = Places(home=settings.home)
    places.make()
    child = _Child(settings, f"{name}@{socket.gethostname()}", tuple(capabilities))
    # Whatever is wrong is said now, in words. Nothing of it stays open: a connection that crosses a fork
    # belongs to nobody.
    with open_farm(settings) as farm:
        queues = [queue_of(capability) for capability in capabilities_of(farm, capabilities)]
    beginning()
    worker = _worker(settings, child, queues)
    worker.start()
    return int(worker.exitcode or child.failed)


def _worker(settings: Settings, child: _Child, queues: Sequence[str]) -> Worker:
    """Celery's worker, with one child that works, and with signals that mean what `serve` says."""
    app = celery_app(settings)
    register(app, child.run_step)
    signals.setup_logging.connect(_keep_logging, weak=False)
    signals.worker_process_init.connect(child.open, weak=False)
    signals.worker_process_shutdown.connect(child.close, weak=False)
    worker = Worker(
        app=app,
        hostname=child.node,
        pool_cls="prefork",
        concurrency=1,
        queues=queues,
        task_events=True,
        quiet=True,
        without_mingle=True,
        without_gossip=True,
    )
    signals.worker_shutting_down.connect(_Patience(worker).asked, weak=False)
    signals.worker_ready.connect(_hear_ctrl_c, weak=False)
    return worker


class _Child:
    """The process that works. It opens ledger, store and engines for itself, after the fork."""

    def __init__(self, settings: Settings, node: str, capabilities: tuple[str, ...]) -> None:
        self.settings = settings
        self.node = node
        self.capabilities = capabilities
        self._runner: StepRunner | None = None
        self._cards = CardWatch(
            TorchCards(),
            memory=Places(home=settings.home).restarts(node.partition("@")[0]),
            leave=self._end_worker,
        )
        # New models are known as soon as a heartbeat can tell of them.
        self._leisure = Leisure(every_s=settings.lease.beat_s)
        # Shared with the processes that are forked from this one.
        self._failed = mmap.mmap(-1, 1)

    @property
    def failed(self) -> bool:
        """Whether a process could not be made ready, or ended so that its card is freed."""
        return bool(self._failed[0])

    def open(self, **_: object) -> None:
        """Make the process ready: called by Celery in each new child.

        Whatever cannot be opened ends the worker as a whole, since a child alone would be replaced at once,
        and fail again. Celery itself would log the error, and have the child take messages all the same.
        """
        # A supervisor may signal the whole group: what becomes of a running step, the main process decides.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            self._runner = runner = self._started_runner()
        except LecternError as error:
            structlog.get_logger().error(error.code, told=tell(error.code, error.facts, "en"))
        except Exception:  # noqa: BLE001 - whatever it was, nobody else ends this worker
            structlog.get_logger().exception("cannot work")
        else:
            signal.signal(INTERRUPT, self._interrupt)
            self._leisure.start(self._cards.look, runner.look_around)
            return
        self._end_worker()

    def _end_worker(self) -> None:
        """Have the main process end when no step is in work; its exit code has it started anew."""
        self._failed[0] = 1
        os.kill(os.getppid(), signal.SIGTERM)

    def _started_runner(self) -> StepRunner:
        import cv2

        give_back_large()
        cv2.setNumThreads(self.settings.worker.threads)
        settings = self.settings
        bell = Bell(redis_url(settings.redis.url, settings.home))
        runner = open_runner(open_farm(settings), self.node, self.capabilities, bell)
        runner.start()
        # What was loaded by now stays: looking through it for garbage again and again costs more than a step.
        gc.collect()
        gc.freeze()
        return runner

    def close(self, **_: object) -> None:
        """Leave: called by Celery when a child ends in good order."""
        self._leisure.stop()
        if self._runner is not None:
            self._runner.close()

    def run_step(self, step: int) -> None:
        """Run one step: the task.

        Raises:
            Reject: there is no runner, and the worker is ending: the message is for another one.
        """
        if self._runner is None:
            raise Reject("no runner", requeue=True)
        with self._leisure.working():
            self._runner.run(step)
            self._cards.look()
        if self._runner.spent:
            self._end_worker()

    def _interrupt(self, _number: int, _frame: object) -> None:
        if self._runner is not None:
            self._runner.interrupt()


class _Patience:
    """Counts how often the worker was asked to end; from the second time on its step is interrupted."""

    def __init__(self, worker: Any) -> None:  # noqa: ANN401 - Celery has no types
        self._worker = worker
        self._asked = 0

    def asked(self, **_: object) -> None:
        """Called by Celery in the main process's signal handler."""
        self._asked += 1
        if self._asked > 1 and self._worker.pool is not None:
            for pid in self._worker.pool.info["processes"]:
                os.kill(pid, INTERRUPT)


def _hear_ctrl_c(**_: object) -> None:
    """Take Ctrl-C for SIGTERM: to Celery the first is a failure, and the second one kills the step."""
    signal.signal(signal.SIGINT, lambda _number, _frame: os.kill(os.getpid(), signal.SIGTERM))


def _keep_logging(**_: object) -> None:
    """Keep Celery from setting up logging: a receiver of this signal is how one says so."""
