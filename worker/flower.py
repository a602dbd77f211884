"""Flower, the window on Celery: behind a password, only to look, and never open to a network by itself.

It hears Celery's events, which may be lost; the ledger is what holds. What it has heard is kept over a
restart, up to a number of tasks. A farm without it, or with one that is slow, works as well.
"""

from __future__ import annotations

import os
import signal
import sys
from ast import literal_eval
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from celery import Celery

from farm.bootstrap import Settings, open_farm
from farm.post import is_loopback
from pipeline.plan.errors import AwayError, InputError
from worker.belt import celery_app
from worker.flower_pages import address
from worker.flower_settling import Settling, hear
from worker.logkeeping import keeping_own_logs
from worker.places import Places, free_port, secret, told_state
from worker.redis_server import check_redis, redis_url
from worker.systemd import Systemd

USER = "lectern"
_COLUMNS: Mapping[str, str] = {
    "name": "Step",
    "args": "Job, department, film",
    "kwargs": "Trace",
    "state": "State",
    "result": "What came of it",
    "worker": "Worker",
    "received": "Received",
    "runtime": "Runtime",
}
#: The oldest go when there are more; to keep so many takes a fraction of a second each time.
_MOST_TASKS = 10_000
_KEPT_EVERY_MS = 30_000
_LOOKED_EVERY_MS = 1_000


def password(settings: Settings) -> str:
    """The password of Flower's one user: the one that was set, else one made by chance, kept in the home."""
    return settings.flower.password or secret(Places.of(settings).flower_password)


def password_place(settings: Settings) -> str:
    """Where a person finds it: its file, or the knob that it was set by."""
    if settings.flower.password:
        return "[flower] password"
    return str(Places.of(settings).flower_password)


def check(settings: Settings) -> None:
    """Return if it may listen where it is told to.

    Raises:
        InputError: ``farm-flower-open``: a password would go over a network that anybody may listen to.
    """
    flower = settings.flower
    if not flower.behind_proxy and not is_loopback(flower.host):
        raise InputError("farm-flower-open", host=flower.host)


def serve(settings: Settings, *, beginning: Callable[[str], None]) -> int:
    """Serve Flower for a farm of several machines; returns the exit code.

    Where `lectern up` shows it on this home already, nothing is started.

    Args:
        settings: what the operator set.
        beginning: told the address before the first page is served.

    Raises:
        InputError: ``farm-flower-open``, ``farm-port-taken``, or as `worker.belt.celery_app`.
        AwayError: the ledger's database lets us in by no password or user that is set.
    """
    check(settings)
    places = Places.of(settings)
    if shown := str((told_state(places) or {}).get("flower_url") or ""):
        beginning(shown)
        return 0
    places.make()
    password(settings)
    _check_ledger(settings)
    port = free_port(max(0, settings.flower.port), settings.flower.host)
    check_redis(redis_url(settings.redis.location, settings.home))
    app = celery_app(settings)
    beginning(address(settings, port))
    show(app, settings, port)
    return 0


def _check_ledger(settings: Settings) -> None:
    """Return if the ledger's database lets us in, or is away or not yet made, which is waited for.

    Raises:
        AwayError: ``ledger-refused``, ``ledger-untrusted`` or ``ledger-no-rights``.
    """
    try:
        with suppress(InputError):
            open_farm(settings).close()
    except AwayError as error:
        if error.code != "ledger-away":
            raise


def show(app: Celery, settings: Settings, port: int) -> None:
    """Serve Flower until it is told to end.

    Nobody without the password sees a page or reaches the API, and nobody at all can stop a worker or
    revoke a task here: that is what ``lectern cancel`` and ``lectern pause`` are for, which remember it.

    Raises:
        InputError: ``farm-flower-open``.
    """
    from flower.app import Flower
    from flower.command import extract_settings, setup_logging
    from flower.urls import settings as pages
    from tornado.ioloop import PeriodicCallback
    from tornado.options import options

    check(settings)
    places = Places.of(settings)
    places.flower.mkdir(mode=0o700, parents=True, exist_ok=True)
    _set(options, settings, places, port)
    # The one way past the password that Flower knows.
    os.environ.pop("FLOWER_UNAUTHENTICATED_API", None)
    extract_settings()
    setup_logging()
    window = Flower(capp=app, options=options, **pages)
    window.events.on_event = partial(window.io_loop.add_callback, hear, window.events.state)
    window.start_http_server()
    starter = Systemd()
    # By the loop that answers: one that hangs tells nobody that it lives.
    window.io_loop.add_callback(starter.ready)
    if starter.every_s:
        PeriodicCallback(starter.alive, 1000 * starter.every_s).start()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit())
    settling = Settling(partial(open_farm, settings), after_s=settings.lease.expiry_s)
    PeriodicCallback(partial(settling.look, window.events), _LOOKED_EVERY_MS).start()
    if (logs := keeping_own_logs(settings)) is not None:
        PeriodicCallback(logs.turn, _LOOKED_EVERY_MS).start()
    try:
        with suppress(KeyboardInterrupt, SystemExit):
            window.start()
    finally:
        window.stop()
        settling.close()


def _set(options: Any, settings: Settings, places: Places, port: int) -> None:  # noqa: ANN401 - has no types
    """Set Flower's options, and have it name its columns, and show in them, what people here look for."""
    from flower import events
    from flower.views.tasks import TASK_COLUMNS

    flower = settings.flower
    options.address, options.port = flower.host, port
    options.basic_auth = [f"{USER}:{password(settings)}"]
    options.read_only = True
    options.xheaders = flower.behind_proxy
    options.url_prefix = flower.url_prefix.strip("/") or None
    options.persistent, options.db = True, str(places.flower / "seen")
    options.state_save_interval, options.max_tasks = _KEPT_EVERY_MS, _MOST_TASKS
    options.tasks_columns, options.format_task = ",".join(_COLUMNS), _format
    TASK_COLUMNS.update(_COLUMNS)
    events.PROMETHEUS_METRICS = _only_workers(events.PrometheusMetrics())


def _only_workers(metrics: Any) -> Any:  # noqa: ANN401 - has no types
    """Flower's metrics without those of tasks.

    Each has the task's name for a label, and ours are as many as there are steps; and they are shown to
    whoever asks, without a password.
    """
    metrics.observe_task = lambda *_: None
    return metrics


def _format(task: Any) -> Any:  # noqa: ANN401 - a task of Celery's, which has no types
    """A task as it is shown: what it was about in words, and how it ended in one place."""
    with suppress(ValueError, SyntaxError, KeyError, TypeError):
        told = literal_eval(str(task.kwargs))
        task.args = f"J{told['job']} · {told['department']} · {task.args}"
        task.kwargs = told["trace_id"]
    ended = task.exception if task.state in {"FAILURE", "RETRY"} else task.result
    task.result = str(ended or "").strip("'")
    return task
