"""One Celery worker: a main process that listens, and one process that works (`worker.hand`)."""

from __future__ import annotations

import os
import signal
import socket
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, signals
from celery.apps import worker as celery_worker
from celery.apps.worker import Worker
from celery.platforms import SecurityWarning

from farm.bootstrap import Settings, check_telemetry, open_farm, set_up_logging, settle_environment
from farm.policy.placement import Post
from farm.policy.vigilance import beat_every
from tasks.app import queue_of
from tasks.capabilities import capabilities_of
from worker import metering
from worker.belt import celery_app
from worker.hand import DRAIN, GIVE_UP, INTERRUPT, equip
from worker.health import exposing, life_over
from worker.looping import Looping, watch_loop
from worker.places import Places
from worker.proof import proving
from worker.readiness import readiness_of
from worker.redis_server import check_redis, redis_url
from worker.threads import settle_threads

#: A Redis that is frozen keeps the loop for as long as sockets wait, a few times over: that is no hang.
_LEAST_S = 60.0


def serve(
    settings: Settings,
    *,
    post: Post,
    beginning: Callable[[], None] = lambda: None,
    alone: bool = False,
) -> int:
    """Work until told to end; returns the exit code: 1 when it ended because it could not work (any more).

    SIGTERM or SIGINT drains it: the clip in work is finished, for at most `[worker] drain_s`, and the rest of
    the step goes on elsewhere; a second one interrupts it at once. Neither uses up an attempt.

    Args:
        settings: what the operator set.
        post: where it works, and at what.
        beginning: called once when nothing stands against it.
        alone: whether nobody above it answers for it, so that it does so itself.

    Raises:
        InputError: a setting is wrong, an engine is missing, the ledger has another schema, or the
            port of [metrics] is taken.
        AwayError: the ledger cannot be reached.
    """
    # Before anything looks for a card, and for all processes below.
    os.environ.update(post.environment)
    settle_threads(settings.worker.threads)
    # Celery warns root because of pickled messages; ours are JSON, and a container's only user is root.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    set_up_logging(settings, name=post.name)
    places = Places.of(settings)
    places.make()
    check_telemetry(settings)
    if metering.VARIABLE not in os.environ:
        # Nobody keeps it: it keeps its own counts.
        os.environ[metering.VARIABLE] = str(metering.folder_in(places.run, post.name))
        metering.begin(Path(os.environ[metering.VARIABLE]))
    # Whatever is wrong is said now, in words. Nothing of it stays open: a connection that crosses a fork
    # belongs to nobody.
    with open_farm(settings) as farm:
        queues = [queue_of(capability) for capability in capabilities_of(farm, post.capabilities)]
    check_redis(redis_url(settings.redis.location, settings.home))
    # The process that works reads its settings from here, also where it is a fresh interpreter.
    settle_environment(settings)
    life = life_over(settings, [post.name])
    folder = Path(os.environ[metering.VARIABLE])
    ready = readiness_of(settings, [post], life)
    answers = exposing(settings, "worker", life, ready=ready, metrics=lambda: metering.exposition(folder))
    with answers if alone else nullcontext():
        beginning()
        # Redis may be away for now: then it is waited for, which is no reason to be started anew.
        life.ready()
        life.accompany()
        app = celery_app(settings)
        # A card needs a fresh interpreter. Elsewhere a forked one works sooner: it need not import for 1.3 s
        # of processor time what is there already (kill -9 to the next claim took half of the time, measured).
        equip(app, post=post, spawns=bool(post.device))
        node, beat_s = f"{post.name}@{socket.gethostname()}", beat_every(settings.lease.beat_s)
        with proving(places.proofs, role="main", node=node, beat_s=beat_s) as witness:
            main = _Main(app, node, queues)
            if settings.worker.no_progress_s >= _LEAST_S:
                watch_loop(main.consumer, witness, every_s=beat_s)
            return main.run()


class _Main:
    """Celery's worker, with one process that works, and with signals that mean what `serve` says."""

    def __init__(self, app: Celery, node: str, queues: Sequence[str]) -> None:
        self._asked = 0
        self._failed = False
        signals.setup_logging.connect(_keep_logging, weak=False)
        # What it prints when it is asked to end would be no line of a log.
        celery_worker.safe_say = lambda told, *_: structlog.get_logger().info("ending", told=told)
        self._worker = Worker(
            app=app,
            hostname=node,
            pool_cls="prefork",
            concurrency=1,
            queues=queues,
            task_events=True,
            quiet=True,
            without_mingle=True,
            without_gossip=True,
        )
        signals.worker_shutting_down.connect(self._asked_to_end, weak=False)
        signals.worker_ready.connect(_hear_ctrl_c, weak=False)

    @property
    def consumer(self) -> Looping:
        """What listens."""
        consumer: Looping = self._worker.consumer
        return consumer

    def run(self) -> int:
        """Listen until told to end; the exit code."""
        signal.signal(GIVE_UP, self._give_up)
        self._worker.start()
        return int(self._worker.exitcode or self._failed)

    def _asked_to_end(self, **_: object) -> None:
        """Called by Celery in its signal handler; from the second time on the step is interrupted."""
        self._asked += 1
        pool: Any = self._worker.pool
        if pool is None:
            return
        for pid in pool.info["processes"]:
            with suppress(ProcessLookupError):
                os.kill(pid, DRAIN if self._asked == 1 else INTERRUPT)

    def _give_up(self, _number: int, _frame: object) -> None:
        self._failed = True
        os.kill(os.getpid(), signal.SIGTERM)


def _hear_ctrl_c(**_: object) -> None:
    """Take Ctrl-C for SIGTERM: to Celery the first is a failure, and the second one kills the step."""
    signal.signal(signal.SIGINT, lambda _number, _frame: os.kill(os.getpid(), signal.SIGTERM))


def _keep_logging(**_: object) -> None:
    """Keep Celery from setting up logging: a receiver of this signal is how one says so."""
