"""`lectern up`, `lectern worker`, `lectern dispatcher`: the farm's processes."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal
from farm.bootstrap import settings_of
from worker import dispatching, process
from worker import up as supervisor
from worker.up import Standing


def up(context: typer.Context) -> Exit:
    """Run the whole farm on this machine until Ctrl-C.

    Redis, dispatcher, workers and Flower are started and watched over. Ctrl-C lets the clips in work be
    finished; a second one leaves them for the next start, and nothing is lost.
    """
    terminal = terminal_of(context)
    settings = settings_of()
    code = supervisor.up(
        settings,
        starting=lambda: terminal.note(terminal.words("farm-starts", home=str(settings.home))),
        ready=lambda standing: _standing(standing, terminal),
        ending=lambda: terminal.note(terminal.words("farm-ends", seconds=round(settings.worker.drain_s))),
    )
    terminal.note(terminal.words("farm-ended"))
    return Exit(code)


def worker(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", help="Its name on this host.")] = "worker",
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Do only this, such as `render.warp`; may be repeated.")
    ] = None,
) -> Exit:
    """Run one worker, for a farm of several machines.

    Its machines need a ledger in PostgreSQL, a Redis and a store that all of them see: LECTERN_LEDGER__URL,
    LECTERN_REDIS__URL, LECTERN_STORE__ROOT.
    """
    settings = settings_of()
    terminal = terminal_of(context)
    code = process.serve(
        settings,
        name=name,
        capabilities=tuple(only or ()),
        beginning=lambda: terminal.note(terminal.words("worker-starts", name=name)),
    )
    return Exit(code)


def dispatcher(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", help="Its name on this host.")] = "dispatcher",
) -> Exit:
    """Run a dispatcher, for a farm of several machines.

    Of several, one leads and the others watch it.
    """
    terminal = terminal_of(context)
    code = dispatching.serve(
        settings_of(),
        name=name,
        beginning=lambda: terminal.note(terminal.words("dispatcher-starts", name=name)),
    )
    return Exit(code)


def _standing(standing: Standing, terminal: Terminal) -> None:
    words = terminal.words
    lines = [words("farm-is-up", workers=len(standing.workers))]
    if standing.flower_url:
        lines.append(
            words(
                "farm-flower",
                url=standing.flower_url,
                user=standing.flower_user,
                file=standing.flower_password_file,
            )
        )
    lines.append(words("farm-next"))
    document = {
        "kind": "farm-up",
        "pid": standing.pid,
        "home": standing.home,
        "workers": list(standing.workers),
        "flower": standing.flower_url,
    }
    terminal.answer(document, lines)
