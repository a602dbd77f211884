"""The dispatcher as a process."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from functools import partial
from types import FrameType

import structlog

from db import quotas
from farm import nightfall
from farm.bootstrap import Farm, Settings, open_farm, sending_spans
from farm.endings import Canceled
from farm.gauges import Gauges, parts_in
from farm.gc import GIGABYTE, collect_garbage
from farm.notices import Herald, addresses_of
from farm.policy.readiness import LEDGER
from farm.policy.vigilance import beat_every
from farm.reporting import Reporter, deliver
from farm.results import prefix_of
from farm.scaling import Vigil
from pipeline import spans
from tasks.bell import Bell
from tasks.chore import Chore
from tasks.dispatcher import Dispatcher, Pace
from worker.belt import celery_app
from worker.clocks import LOOK_S as LOOK_CLOCK_S
from worker.clocks import ClockWatch
from worker.health import exposing
from worker.life import Life
from worker.logkeeping import keeping_own_logs
from worker.places import Places
from worker.proof import DISPATCHER, proving
from worker.readiness import Readiness, look_at_redis, look_at_schema
from worker.redis_server import check_redis, redis_url

MINUTE_S, _HOUR_S = 60, 3600
#: What Prometheus, which asks as often, is told of the farm; and what takes longer to be read.
GAUGES_S, PROSPECTS_S = 15, 600
#: A look at the ledger that takes longer than this has got no answer.
_LOOK_S = 15.0


def serve(settings: Settings, *, name: str, beginning: Callable[[], None] = lambda: None) -> int:
    """Keep the queues thin until told to end; returns the exit code.

    Any number may run, on any hosts: one leads, the others watch it. `beginning` is called once when nothing
    stands against it.

    Raises:
        InputError: a setting is wrong, the ledger's schema is not this version's, the port of [metrics] is
            taken, or Redis lets nobody in.
        AwayError: the ledger cannot be reached at the start. Later it may come and go.
    """
    ending = _Ending()
    place = redis_url(settings.redis.location, settings.home)
    check_redis(place)
    bell = Bell(place)
    own_name = f"{name}@{socket.gethostname()}:{os.getpid()}"
    life = Life(hung_s=settings.metrics.hung_s)
    with open_farm(settings) as farm, sending_spans(settings, instance=own_name):
        gauges = Gauges(farm, expiry_s=settings.lease.expiry_s)
        clock = ClockWatch(farm.ledger)
        clocks = Chore("clock", clock.look, every_s=LOOK_CLOCK_S)
        ready = readiness_of(farm, gauges, clock)

        def figures() -> bytes:
            return gauges.exposition() + clock.exposition()

        with exposing(settings, "dispatcher", life, ready=ready, metrics=figures):
            beginning()
            dispatcher = Dispatcher(
                farm.ledger,
                celery_app(settings, waits=False),
                bell,
                (*chores_of(farm), *gauging(gauges), *telling(farm)),
                name=own_name,
                pace=Pace(
                    interval_s=settings.dispatcher.interval_s,
                    expiry_s=settings.lease.expiry_s,
                    surplus=settings.dispatcher.surplus,
                    poison_deaths=settings.retry.poison_deaths,
                ),
                stands=partial(stood, gauges, ready),
            )
            structlog.get_logger().info("dispatching")
            logs = keeping_own_logs(settings)

            def is_over() -> bool:
                """Asked before each look, by who still looks."""
                life.moved()
                if logs is not None:
                    logs.turn()
                clocks.turn()
                return ending()

            proofs, beat_s = Places(home=settings.home).proofs, beat_every(settings.lease.beat_s)
            life.ready()
            with proving(proofs, role=DISPATCHER, node=own_name, beat_s=beat_s):
                dispatcher.run(is_over)
            life.stopping()
            if logs is not None:
                logs.close()
            clocks.close()
    bell.close()
    return 0


def readiness_of(farm: Farm, gauges: Gauges, clock: ClockWatch) -> Readiness:
    """That of a dispatcher: one that stands by is ready as well, and tells that it does not lead."""
    ready = Readiness(told=lambda: {"leads": gauges.leads, **clock.told()})
    ready.rest_on(LEDGER, patience_s=_LOOK_S)
    look_at_redis(ready, farm.settings)
    look_at_schema(ready, farm.ledger.engine)
    return ready


def stood(gauges: Gauges, ready: Readiness, trouble: str, *, leading: bool) -> None:
    """Tell how a dispatcher's look went: Prometheus, and whoever asks whether it is ready."""
    gauges.stands(trouble, leading=leading)
    for part, is_up in parts_in(trouble, leading=leading).items():
        ready.found(part, "" if is_up else "ready-away", part=part, reason=trouble)


def chores_of(farm: Farm) -> tuple[Chore, ...]:
    """What is done now and then while a dispatcher leads this farm."""
    settings = farm.settings
    reporter = Reporter(
        farm.ledger,
        lambda results, wanted: farm.apart.run(deliver, results, wanted, farm.archive),
        prefix=prefix_of(farm),
        every_s=settings.results.every_s,
    )
    herald = Herald(farm.ledger, *addresses_of(settings))
    return (
        Chore("sweeping", lambda: _sweep(farm), every_s=settings.gc.every_hours * _HOUR_S),
        # The end of a batch is told within one look, whatever else is going on.
        # A day begins, a grant comes, or a quota is raised: who waits for that goes on within one look.
        Chore("quotas", lambda: quotas.release(farm.ledger), every_s=settings.dispatcher.interval_s),
        # Films that would miss their deadlines go first, each once.
        Chore("deadlines", lambda: nightfall.lift_late(farm), every_s=MINUTE_S),
        Chore("nights", Vigil(farm.ledger).turn, every_s=MINUTE_S),
        Chore("results", reporter.turn, every_s=settings.dispatcher.interval_s),
        Chore("notices", herald.turn, every_s=settings.dispatcher.interval_s),
    )


def gauging(gauges: Gauges) -> tuple[Chore, ...]:
    """The reading of what Prometheus is told while a dispatcher leads."""
    return (
        Chore("gauges", gauges.look, every_s=GAUGES_S),
        Chore("places", gauges.look_at_places, every_s=MINUTE_S),
        Chore("prospects", gauges.look_far, every_s=PROSPECTS_S),
    )


def telling(farm: Farm) -> tuple[Chore, ...]:
    """The telling of films that end without an attempt, while a dispatcher leads and anybody is told."""
    if not spans.is_told():
        return ()
    return (Chore("canceled films", Canceled(farm.ledger, pause_s=3 * GAUGES_S).turn, every_s=GAUGES_S),)


def _sweep(farm: Farm) -> None:
    knobs = farm.settings.gc
    most = int(knobs.store_gb * GIGABYTE)
    done = collect_garbage(farm.ledger, farm.store, grace_s=knobs.grace_hours * _HOUR_S, most=most)
    if done.files or done.artifacts or done.parts:
        structlog.get_logger().info("swept", artifacts=done.artifacts, files=done.files, bytes=done.bytes)
    if done.over:
        structlog.get_logger().warning("store over its limit", bytes=done.over)


class _Ending:
    """True once the process was asked to end."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._hear)

    def __call__(self) -> bool:
        return self._asked

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
