"""What a process tells of itself: whether it lives, whether it can do its work, and its figures."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from http import HTTPStatus
from typing import Literal

from farm.bootstrap import Settings
from farm.policy.readiness import Lack
from farm.policy.vigilance import patience_for
from farm.post import is_loopback
from pipeline.plan.errors import InputError
from pipeline.plan.messages import remembered
from worker.exposition import Answer, Answers, Asked, Exposition, unknown_caller
from worker.life import Below, Life
from worker.places import Places
from worker.readiness import Readiness

Role = Literal["dispatcher", "worker", "watchdog"]
_JSON = "application/json"


@contextmanager
def exposing(
    settings: Settings,
    role: Role,
    life: Life,
    *,
    ready: Readiness,
    metrics: Callable[[], bytes] | None = None,
) -> Iterator[None]:
    """Answer probes and Prometheus while it lasts, on the port that is set for this kind of process, if any.

    Args:
        settings: what the operator set.
        role: what kind of process this is.
        life: whether it lives.
        ready: whether it can do its work; what that rests on is looked at meanwhile.
        metrics: its figures in Prometheus's text format, at once; none: `/metrics` is not there.

    Raises:
        InputError: ``metrics-port-taken``, ``metrics-host-wrong`` or ``metrics-not-open``.
    """
    knob, port = port_of(settings, role)
    if not port:
        yield
        return
    answers: dict[str, Answers] = {
        "/healthz": lambda asked: _health(life, asked),
        "/readyz": lambda asked: _readiness(life, ready, asked),
    }
    if metrics is not None:
        answers["/metrics"] = lambda asked: _figures(metrics, asked)
    with (
        Exposition(
            settings.metrics.host, port, knob=knob, answers=answers, password=checked_password(settings)
        ),
        ready.kept(),
    ):
        yield


def life_over(settings: Settings, workers: Collection[str]) -> Life:
    """The life of a process that keeps workers of this host, or is one; given by their names on it."""
    patience = patience_for(settings.lease.beat_s, settings.worker.no_progress_s)
    nodes = [f"{name}@{socket.gethostname()}" for name in workers]
    below = Below(Places(home=settings.home).proofs, patience, nodes)
    return Life(hung_s=settings.metrics.hung_s, below=below)


def port_of(settings: Settings, role: Role) -> tuple[str, int]:
    """Which knob has the port of a kind of process, and the port; 0: it answers nobody."""
    ports: Mapping[Role, int] = {
        "dispatcher": settings.metrics.dispatcher_port,
        "worker": settings.metrics.worker_port,
        "watchdog": settings.metrics.watchdog_port,
    }
    return f"{role}_port", ports[role]


def checked_password(settings: Settings) -> str:
    """The password that is asked for; empty: none, and that is meant so.

    Raises:
        InputError: ``metrics-not-open``: the network could read what nobody opened to it, or the password.
    """
    knobs = settings.metrics
    if not knobs.open and not is_loopback(knobs.host):
        raise InputError("metrics-not-open", host=knobs.host)
    return knobs.password


def _health(life: Life, asked: Asked) -> Answer:
    hangs = life.hangs()
    document = {"hangs": [asdict(each) for each in hangs]}
    return _told(asked, well=not hangs, word="hangs" if hangs else "ok", document=document)


def _readiness(life: Life, ready: Readiness, asked: Asked) -> Answer:
    hangs, lacks = life.hangs(), ready.lacks()
    well = not hangs and not lacks
    document = {
        "lacks": [_lack(each) for each in lacks],
        "hangs": [asdict(each) for each in hangs],
        **ready.told(),
    }
    return _told(asked, well=well, word="ready" if well else "not ready", document=document)


def _lack(lack: Lack) -> Mapping[str, object]:
    what, cure = remembered(lack.code, lack.facts, "en")
    return {"part": lack.part, "code": lack.code, "facts": dict(lack.facts), "what": what, "cure": cure}


def _told(asked: Asked, *, well: bool, word: str, document: Mapping[str, object]) -> Answer:
    """One or two words for a probe; with `?verbose` all that is known, for whoever may hear it."""
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    if "verbose" not in asked.query:
        return Answer(status=status, body=f"{word}\n".encode())
    if not asked.trusted:
        return unknown_caller()
    body = json.dumps({"ok": well, **document}, indent=1) + "\n"
    return Answer(status=status, body=body.encode(), kind=_JSON)


def _figures(metrics: Callable[[], bytes], asked: Asked) -> Answer:
    if not asked.trusted:
        return unknown_caller()
    from prometheus_client import CONTENT_TYPE_LATEST

    return Answer(status=HTTPStatus.OK, body=metrics(), kind=CONTENT_TYPE_LATEST)
