"""`lectern up`, `worker`, `dispatcher`, `watchdog`, `flower`: the farm's processes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import structlog
import typer

from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal
from farm.bootstrap import Settings, set_up_logging, settings_of
from farm.configuration import open_files
from farm.policy.placement import Post
from worker import dispatching, host
from worker import flower as window
from worker import up as supervisor
from worker import watchdog as watching
from worker.up import Standing


def up(context: typer.Context) -> Exit:
    """Run the whole farm on this machine until Ctrl-C.

    Redis, dispatcher, workers and Flower are started and watched over. Ctrl-C lets the clips in work be
    finished; a second one leaves them for the next start, and nothing is lost.
    """
    terminal = terminal_of(context)
    settings = settings_of()
    if not sys.stderr.isatty() or settings.log.to != "files":
        # On a terminal a person reads words; its lines are in command.log, as any command's.
        set_up_logging(settings, name="up")
    _tell_open_secrets()
    note, words = _noting(settings, terminal), terminal.words
    code = supervisor.up(
        settings,
        starting=lambda: note(words("farm-starts", home=str(settings.home))),
        ready=lambda standing: _standing(standing, terminal, settings),
        ending=lambda: note(words("clips-end", seconds=round(settings.worker.drain_s))),
    )
    note(words("farm-ended"))
    return Exit(code)


def worker(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", help="Run this one alone, such as render-0 or cpu0.")] = "",
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Do only this, such as `render.warp`; may be repeated.")
    ] = None,
) -> Exit:
    """Run this machine's workers, for a farm of several machines.

    One works with each card, and some with the processors; they are started again when they end. Its machines
    need a ledger in PostgreSQL, a Redis and a store that all of them see: LECTERN_LEDGER__URL,
    LECTERN_REDIS__URL, LECTERN_STORE__ROOT.
    """
    settings, terminal, wanted = _service(name or "crew"), terminal_of(context), tuple(only or ())
    note, words = _noting(settings, terminal), terminal.words

    def at_work(posts: Sequence[Post]) -> None:
        for post in posts:
            told = {"name": post.name, "work": " ".join(post.capabilities)}
            code = "worker-on-card" if post.device else "worker-on-processors"
            note(words(code, device=post.device, **told))
        note(words("workers-start"))

    if name:
        return Exit(host.serve_one(settings, name, wanted=wanted, beginning=lambda post: at_work([post])))
    code = host.serve(
        settings,
        wanted=wanted,
        beginning=at_work,
        ending=lambda: note(words("clips-end", seconds=round(settings.worker.drain_s))),
    )
    return Exit(code)


def _service(name: str) -> Settings:
    """The settings of a service, whose log lines are its output, for a container or the journal."""
    settings = settings_of()
    set_up_logging(settings, name=name)
    _tell_open_secrets()
    return settings


def _tell_open_secrets() -> None:
    """Say once, at the start, which secrets every user of this machine can read."""
    for error in open_files():
        structlog.get_logger().warning("secret open to others", code=error.code, **error.facts)


def _noting(settings: Settings, terminal: Terminal) -> Callable[[str], None]:
    """How a service tells a note: in words, or as a log line where its standard output holds such alone."""

    def note(told: str) -> None:
        if settings.log.to == "files":
            terminal.note(told)
        else:
            structlog.get_logger().info("told", told=told)

    return note


def dispatcher(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", help="Its name on this host.")] = "dispatcher",
) -> Exit:
    """Run a dispatcher, for a farm of several machines.

    Of several, one leads and the others watch it.
    """
    terminal, settings = terminal_of(context), _service(name)
    note = _noting(settings, terminal)
    code = dispatching.serve(
        settings,
        name=name,
        beginning=lambda: note(terminal.words("dispatcher-starts", name=name)),
    )
    return Exit(code)


def watchdog(context: typer.Context) -> Exit:
    """Watch over the workers of this machine, for a farm of several.

    What a process held that ended goes back into the line at once. One that hangs is ended, and started anew
    by whatever started it. `lectern up` has a watchdog of its own.
    """
    terminal, settings = terminal_of(context), _service("watchdog")
    note = _noting(settings, terminal)
    return Exit(watching.serve(settings, beginning=lambda: note(terminal.words("watchdog-starts"))))


def flower(context: typer.Context) -> Exit:
    """Show what Celery does in a browser, for a farm of several machines.

    Flower is behind a password, and only to look: nobody can stop anything there. `lectern up` shows one of
    its own; where it does, this tells its address and ends.
    """
    terminal, settings = terminal_of(context), _service("flower")
    note, words = _noting(settings, terminal), terminal.words
    place = window.password_place(settings)
    code = window.serve(
        settings, beginning=lambda url: note(words("farm-flower", url=url, user=window.USER, file=place))
    )
    return Exit(code)


def _standing(standing: Standing, terminal: Terminal, settings: Settings) -> None:
    words = terminal.words
    workers = len(standing.workers)
    lines = [words("farm-is-up", workers=workers)]
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
    if terminal.json_wanted or settings.log.to == "files":
        terminal.answer(document, lines)
        return
    for line in lines:
        _noting(settings, terminal)(line)
