"""`lectern health`: whether processes of this machine live, or are ready, as a container's checks ask."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, get_args

import typer

from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal, sentence
from farm.bootstrap import Settings, settings_of
from pipeline.plan.errors import InputError
from worker.exposition import USER
from worker.health import Role, port_of

#: Longer than any process takes that lives; health checks give up after 30 s (Docker), or as they are told.
_PATIENCE_S = 4.0
#: More than any of them has to say.
_MOST_BYTES = 1 << 20
#: Who listens everywhere is found here.
_NEAREST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what was set is looked up, nothing listens


@dataclass(frozen=True, kw_only=True)
class _Found:
    """How a process is.

    Attributes:
        process: what it is.
        state: ``lives`` or ``hangs``; asked whether it is ready, ``ready`` or ``waits``; or ``silent``.
        port: where it was asked.
        lacks: what one that is not ready lacks, as far as it says.
    """

    process: str
    state: str
    port: int
    lacks: Sequence[Mapping[str, Any]] = ()


def health(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="[NAME]", help="dispatcher, worker or watchdog; each of them unless given."),
    ] = "",
    *,
    ready: Annotated[
        bool, typer.Option("--ready", help="Ask whether they can do their work, and what they lack for it.")
    ] = False,
) -> Exit:
    """Tell whether this machine's processes live, for health checks of containers.

    Each is asked for `/healthz` on its port of [metrics]. A ledger or a Redis that is away changes nothing.
    With `--ready` it is asked for `/readyz`: who is not ready is to be left alone, and not to be restarted.
    """
    settings, terminal = settings_of(), terminal_of(context)
    known = get_args(Role)
    if name and name not in known:
        raise InputError("health-name-unknown", name=name, known=", ".join(known))
    wanted = [role for role in known if name in ("", role) and (name or port_of(settings, role)[1])]
    found = [_ask(settings, role, ready=ready) for role in wanted]
    document = {"kind": "health", "processes": [vars(each) for each in found]}
    lines = [line for each in found for line in _lines(each, terminal)]
    terminal.answer(document, lines or [terminal.words("health-none")])
    states = {each.state for each in found}
    if states & {"hangs", "waits"}:
        return Exit.FAILED
    return Exit.OK if states in ({"lives"}, {"ready"}) else Exit.AWAY


def _lines(found: _Found, terminal: Terminal) -> Iterator[str]:
    yield terminal.words(f"health-{found.state}", name=found.process, port=found.port)
    for lack in found.lacks:
        yield "  " + sentence(str(lack["code"]), lack["facts"], terminal.language)


def _ask(settings: Settings, role: Role, *, ready: bool) -> _Found:
    _, port = port_of(settings, role)
    if not port:
        return _Found(process=role, state="silent", port=port)
    well, ill, path = ("ready", "waits", "/readyz") if ready else ("lives", "hangs", "/healthz")
    status, _ = _get(settings, port, path)
    states = {HTTPStatus.OK.value: well, HTTPStatus.SERVICE_UNAVAILABLE.value: ill}
    state = states.get(status, "silent")
    if state != "waits":
        return _Found(process=role, state=state, port=port)
    _, told = _get(settings, port, f"{path}?verbose")
    return _Found(process=role, state=state, port=port, lacks=_lacks(told))


def _get(settings: Settings, port: int, path: str) -> tuple[int, bytes]:
    """The status and the body of an answer; 0: there was none."""
    host = _NEAREST.get(settings.metrics.host, settings.metrics.host)
    known = base64.b64encode(f"{USER}:{settings.metrics.password}".encode()).decode()
    with closing(http.client.HTTPConnection(host, port, timeout=_PATIENCE_S)) as caller:
        try:
            caller.request("GET", path, headers={"Authorization": f"Basic {known}"})
            answer = caller.getresponse()
            return answer.status, answer.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException):
            return 0, b""


def _lacks(told: bytes) -> Sequence[Mapping[str, Any]]:
    """What a process says that it lacks; nothing where it does not tell us."""
    try:
        return [
            {name: each[name] for name in ("part", "code", "facts")} for each in json.loads(told)["lacks"]
        ]
    except (ValueError, KeyError, TypeError):
        return ()
