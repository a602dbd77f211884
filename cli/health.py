"""`lectern health`: whether processes of this machine live, as a container's health check asks."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, get_args

import typer

from cli.exits import Exit
from cli.options import terminal_of
from farm.bootstrap import Settings, settings_of
from pipeline.plan.errors import InputError
from worker.health import Role, port_of

#: Longer than any process takes that lives; health checks give up after 30 s (Docker), or as they are told.
_PATIENCE_S = 4.0
#: Who listens everywhere is found here.
_NEAREST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what was set is looked up, nothing listens


@dataclass(frozen=True, kw_only=True)
class _Found:
    """How a process is: ``lives``, ``hangs`` or ``silent``."""

    process: str
    state: str
    port: int


def health(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="[NAME]", help="dispatcher, worker or watchdog; each of them unless given."),
    ] = "",
) -> Exit:
    """Tell whether this machine's processes live, for health checks of containers.

    Each is asked for `/healthz` on its port of [metrics]. A ledger or a Redis that is away changes nothing.
    """
    settings, terminal = settings_of(), terminal_of(context)
    known = get_args(Role)
    if name and name not in known:
        raise InputError("health-name-unknown", name=name, known=", ".join(known))
    wanted = [role for role in known if name in ("", role) and (name or port_of(settings, role)[1])]
    found = [_ask(settings, role) for role in wanted]
    document = {"kind": "health", "processes": [vars(each) for each in found]}
    terminal.answer(
        document,
        [terminal.words(f"health-{each.state}", name=each.process, port=each.port) for each in found]
        or [terminal.words("health-none")],
    )
    states = {each.state for each in found}
    if "hangs" in states:
        return Exit.FAILED
    return Exit.OK if states == {"lives"} else Exit.AWAY


def _ask(settings: Settings, role: Role) -> _Found:
    host = _NEAREST.get(settings.metrics.host, settings.metrics.host)
    _, port = port_of(settings, role)
    state = "silent"
    if port:
        caller = http.client.HTTPConnection(host, port, timeout=_PATIENCE_S)
        try:
            caller.request("GET", "/healthz")
            answered = caller.getresponse().status
            state = {HTTPStatus.OK: "lives", HTTPStatus.SERVICE_UNAVAILABLE: "hangs"}.get(
                HTTPStatus(answered), "silent"
            )
        except (OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            caller.close()
    return _Found(process=role, state=state, port=port)
