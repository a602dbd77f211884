"""The console script `lectern`: takes the command line apart, runs a command, answers with an exit code."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, TextIO

import typer

from cli import archive, doctor, engines, gc, ledger, operate, render, serve, show, submit, watch
from cli.arguments import take_apart
from cli.exits import Exit, exit_of
from cli.terminal import Terminal
from pipeline.plan.errors import DefectError, InputError, LecternError

_ABOUT = (
    "Make talking-portrait films by the hundred: a spreadsheet of scripts and a portrait in, finished, "
    "captioned films out."
)
_EVERYWHERE = "Every command also takes --json (an answer for machines) and --lang en|zh."

#: The commands of the top level in the order in which help lists them.
COMMANDS: Mapping[str, Callable[..., Exit]] = {
    "submit": submit.submit,
    "status": show.status,
    "watch": watch.watch,
    "show": show.show,
    "list": show.list_,
    "render": render.render,
    "cancel": operate.cancel,
    "pause": operate.pause,
    "resume": operate.resume,
    "retry": operate.retry,
    "up": serve.up,
    "worker": serve.worker,
    "dispatcher": serve.dispatcher,
    "doctor": doctor.doctor,
    "engines": engines.engines,
    "voices": engines.voices,
    "gc": gc.gc,
}
GROUPS: Mapping[str, tuple[str, Mapping[str, Callable[..., Exit]]]] = {
    "db": (
        "The ledger's schema.",
        {"upgrade": ledger.upgrade, "current": ledger.current, "check": ledger.check},
    ),
    "archive": ("The folder that finished films are delivered to.", {"init": archive.init}),
}


def make_app() -> typer.Typer:
    """The command line with all its commands; nothing is opened or read by making it."""
    app = typer.Typer(
        name="lectern",
        help=_ABOUT,
        epilog=_EVERYWHERE,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name, command in COMMANDS.items():
        app.command(name, epilog=_EVERYWHERE)(command)
    for name, (about, commands) in GROUPS.items():
        group = typer.Typer(name=name, help=about, rich_markup_mode=None)
        for part, command in commands.items():
            group.command(part, epilog=_EVERYWHERE)(command)
        app.add_typer(group)
    return app


def main() -> NoReturn:
    """Run the command line of this process and end it with the command's exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Chinese gets question marks instead of a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:], os.environ, sys.stdout, sys.stderr))


def run(arguments: Sequence[str], environment: Mapping[str, str], stdout: TextIO, stderr: TextIO) -> int:
    """Run one command; the exit code (`cli.exits.Exit`). No known error shows a traceback."""
    terminal = Terminal(json_wanted="--json" in arguments, language="en", stdout=stdout, stderr=stderr)
    try:
        request = take_apart(arguments, environment)
        terminal = Terminal(json_wanted=request.json, language=request.language, stdout=stdout, stderr=stderr)
        return _command(request.rest, terminal)
    except LecternError as error:
        terminal.error(error)
        return exit_of(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last stop before the person: no traceback there, but in the log
        place = _keep_traceback(environment)
        terminal.error(DefectError("command-unexpected", error=type(error).__name__, log=place))
        return Exit.UNEXPECTED


def _command(rest: Sequence[str], terminal: Terminal) -> int:
    try:
        code = make_app()(list(rest) or ["--help"], prog_name="lectern", obj=terminal, standalone_mode=False)
    except typer.TyperException as error:
        raise InputError("command-usage", reason=error.format_message()) from error
    except typer.Abort:
        return Exit.INTERRUPTED
    return code if isinstance(code, int) else Exit.OK


def _keep_traceback(environment: Mapping[str, str]) -> str:
    """Write the traceback where the person can find it to report it; the place."""
    home = Path(environment.get("LECTERN_HOME", "~/.lectern")).expanduser()
    for folder in (home / "logs", Path(tempfile.gettempdir())):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            log = folder / "command.log"
            with log.open("a", encoding="utf-8") as file:
                file.write(traceback.format_exc() + "\n")
            return str(log)
    return "-"
