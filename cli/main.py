"""The console script `lectern`: takes the command line apart, runs a command, answers with an exit code."""

from __future__ import annotations

import ast
import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn, TextIO

import typer

from cli.arguments import take_apart
from cli.exits import Exit, exit_of
from cli.helping import HelpfulCommand, HelpfulGroup
from cli.language import of_locale
from cli.logfile import keep_log_lines, log_of
from cli.options import terminal_of
from cli.terminal import Terminal
from cli.usage import check_command, usage_error
from pipeline.loading import loading
from pipeline.plan.errors import DefectError, LecternError

_ABOUT = (
    "Make talking-portrait films by the hundred: a spreadsheet of scripts and a portrait in, finished, "
    "captioned films out."
)
_SERVERS = "cli.serve:"
_EVERYWHERE = "Every command also takes --json (an answer for machines) and --lang en|zh."

#: The commands of the top level, and where each function is; `cli.sections` has the order of the help.
COMMANDS: Mapping[str, str] = {
    "submit": "cli.submit:submit",
    "status": "cli.status:status",
    "watch": "cli.watch:watch",
    "show": "cli.show:show",
    "why": "cli.why:why",
    "trace": "cli.trace:trace",
    "logs": "cli.logs:logs",
    "list": "cli.show:list_",
    "results": "cli.results:results",
    "nightly": "cli.nightly:nightly",
    "render": "cli.render:render",
    "write": "cli.write:write",
    "say": "cli.say:say",
    "hold": "cli.operate:hold",
    "release": "cli.operate:release",
    "pause": "cli.operate:pause",
    "resume": "cli.operate:resume",
    "interrupt": "cli.operate:interrupt",
    "cancel": "cli.operate:cancel",
    "requeue": "cli.operate:requeue",
    "set": "cli.operate:set_",
    "start-after": "cli.operate:start_after",
    "up": "cli.serve:up",
    "worker": "cli.serve:worker",
    "dispatcher": "cli.serve:dispatcher",
    "watchdog": "cli.serve:watchdog",
    "health": "cli.health:health",
    "flower": "cli.serve:flower",
    "doctor": "cli.doctor:doctor",
    "engines": "cli.engines:engines",
    "verify": "cli.verify:verify",
    "gc": "cli.gc:gc",
    "audit": "cli.audit:audit",
    "usage": "cli.accounts:usage",
    "report": "cli.morning:report",
    "states": "cli.states:states",
    "backup": "cli.backup:backup",
    "restore": "cli.backup:restore",
    "rebuild": "cli.backup:rebuild",
    "replan": "cli.replan:replan",
    "forget": "cli.forget:forget",
}
#: What is done with profiles, whatever of a person they hold.
_OF_PROFILES: Mapping[str, str] = {
    "list": "cli.profiles:list_",
    "show": "cli.profiles:show",
    "renew": "cli.profiles:renew",
    "withdraw": "cli.profiles:withdraw",
    "grant": "cli.profiles:grant",
    "remove": "cli.profiles:remove",
}
#: The same for commands in groups, with what each group is about.
GROUPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "db": (
        "The ledger's schema, and who may do what in it.",
        {
            "upgrade": "cli.ledger:upgrade",
            "current": "cli.ledger:current",
            "check": "cli.ledger:check",
            "grants": "cli.roles:grants",
        },
    ),
    "config": (
        "What is set, and where it comes from.",
        {"show": "cli.settings:show", "check": "cli.settings:check"},
    ),
    "models": (
        "Trained weights that you bring, each with its licence.",
        {
            "list": "cli.models:list_",
            "show": "cli.models:show",
            "add": "cli.models:add",
            "fetch": "cli.models:fetch",
            "verify": "cli.models:verify",
            "accept": "cli.models:accept",
            "remove": "cli.models:remove",
        },
    ),
    "departments": (
        "Who pays for films: what each may use, and what it has used today.",
        {
            "list": "cli.departments:list_",
            "show": "cli.departments:show",
            "add": "cli.departments:add",
            "set": "cli.departments:set_",
            "grant": "cli.departments:grant",
            "remove": "cli.departments:remove",
        },
    ),
    "workers": (
        "Show who works, at what, and what keeps a worker from it; or tell one what to do.",
        {
            "drain": "cli.workers:drain",
            "lock": "cli.workers:lock",
            "unlock": "cli.workers:unlock",
            "clear": "cli.workers:clear",
        },
    ),
    "pools": (
        "Which workers are kept for which films; or set how a pool helps others and is helped.",
        {"list": "cli.pools:list_", "set": "cli.pools:set_"},
    ),
    "dead": (
        "What failed for good: films, why, and what to do about them; and messages that are none of ours.",
        {
            "list": "cli.dead:list_",
            "show": "cli.dead:show",
            "requeue": "cli.dead:requeue",
            "discard": "cli.dead:discard",
            "messages": "cli.messages:messages",
        },
    ),
    "words": (
        "Words that no script of a department may hold.",
        {"list": "cli.stopwords:list_", "add": "cli.stopwords:add", "remove": "cli.stopwords:remove"},
    ),
    "windows": (
        "Windows of time: when films may begin that are kept for the night.",
        {
            "list": "cli.windows:list_",
            "add": "cli.windows:add",
            "set": "cli.windows:change",
            "remove": "cli.windows:remove",
            "forecast": "cli.windows:forecast",
        },
    ),
    "notices": (
        "What other programs were told of films, and what is to be told them anew.",
        {
            "list": "cli.notices:list_",
            "show": "cli.notices:show",
            "replay": "cli.notices:replay",
            "test": "cli.notices:test",
        },
    ),
    "pronounce": (
        "How words are pronounced.",
        {"list": "cli.pronounce:list_", "add": "cli.pronounce:add", "remove": "cli.pronounce:remove"},
    ),
    "archive": ("The folder that finished films are delivered to.", {"init": "cli.archive:init"}),
    "voices": (
        "The voices that can be used here; and people's voices, each with its consent.",
        {"add": "cli.profiles:add_voice", **_OF_PROFILES},
    ),
    "portraits": (
        "People's portraits, each with its consent.",
        {"add": "cli.profiles:add_portrait", **_OF_PROFILES},
    ),
}
#: Groups that are commands themselves when none of theirs is named.
BY_THEMSELVES: Mapping[str, str] = {
    "voices": "cli.engines:voices",
    "workers": "cli.workers:workers",
    "pools": "cli.pools:pools",
}


def make_app(first: str) -> typer.Typer:
    """The command line; nothing is opened or read by making it.

    Args:
        first: the first word of what was typed. Only the command or group of this name is imported, so that
            asking for a status does not wait for what makes films. Without one there is nothing to run: the
            commands are there by their names and what they say of themselves, for the page that lists them.
    """
    app = typer.Typer(
        name="lectern",
        help=_ABOUT,
        epilog=_EVERYWHERE,
        add_completion=False,
        rich_markup_mode=None,
        cls=HelpfulGroup,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_before_commands)
    listing = first not in COMMANDS and first not in GROUPS
    for name, place in COMMANDS.items():
        if listing:
            app.command(name, help=_said_of_itself(place))(_no_command)
        elif name == first:
            app.command(name, cls=HelpfulCommand, epilog=_EVERYWHERE)(_function(place))
    for name, (about, parts) in GROUPS.items():
        if listing or name == first:
            alone = BY_THEMSELVES.get(name, "")
            group = typer.Typer(name=name, help=about, rich_markup_mode=None, cls=HelpfulGroup)
            # Without it, a group with a single command would be that command itself.
            group.callback(help=about, invoke_without_command=bool(alone))(
                _function(alone) if alone and not listing else _no_command
            )
            for part, place in {} if listing else parts.items():
                group.command(part, cls=HelpfulCommand, epilog=_EVERYWHERE)(_function(place))
            app.add_typer(group)
    return app


def _no_command() -> None:
    """Do nothing before a command."""


def _tell_version(context: typer.Context, wanted: bool) -> None:  # noqa: FBT001 - as the parser hands it over
    if wanted:
        number = version("lectern")
        terminal_of(context).answer({"kind": "version", "version": number}, [f"lectern {number}"])
        raise typer.Exit


def _before_commands(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Tell which Lectern this is.", is_eager=True, callback=_tell_version),
    ] = False,
) -> None:
    """Take the options that stand before any command."""


def _function(place: str) -> Callable[..., Exit]:
    module, _, name = place.partition(":")
    command: Callable[..., Exit] = getattr(importlib.import_module(module), name)
    return command


def _said_of_itself(place: str) -> str:
    """The docstring of a command's function, read without importing its module."""
    module, _, name = place.partition(":")
    source = Path(__file__).with_name(f"{module.removeprefix('cli.')}.py").read_bytes()
    for part in ast.parse(source).body:
        if isinstance(part, ast.FunctionDef) and part.name == name:
            return ast.get_docstring(part) or ""
    raise LookupError(place)


def main() -> NoReturn:
    """Run the command line of this process and end it with the command's exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Chinese gets question marks instead of a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    environment = os.environ
    begin = partial(keep_log_lines, environment)
    sys.exit(run(sys.argv[1:], environment, sys.stdout, sys.stderr, begin=begin, load=loading))


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    stdout: TextIO,
    stderr: TextIO,
    *,
    begin: Callable[[], None] = lambda: None,
    load: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> int:
    """Run one command; the exit code (`cli.exits.Exit`). No known error shows a traceback.

    Args:
        arguments: what was typed.
        environment: the process's.
        stdout: where its answer goes.
        stderr: where everything else is told.
        begin: called once everything that the command consists of is loaded; not for one that serves, whose
            log lines are what it has to say.
        load: within this the command is loaded.
    """
    terminal = Terminal(
        json_wanted="--json" in arguments, language=of_locale(environment), stdout=stdout, stderr=stderr
    )
    try:
        request = take_apart(arguments, environment)
        terminal = Terminal(
            json_wanted=request.json,
            language=request.language,
            stdout=stdout,
            stderr=stderr,
            zone=_farm_zone,
        )
        return _command(request.rest, terminal, begin, load)
    except LecternError as error:
        terminal.error(error)
        return exit_of(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last stop before the person: no traceback there, but in the log
        place = _keep_traceback(environment)
        terminal.error(DefectError("command-unexpected", error=type(error).__name__, log=place))
        return Exit.UNEXPECTED


def _farm_zone() -> str:
    # Reading settings is what a command does that shows times; others need not wait for it.
    told: Callable[[], str] = importlib.import_module("cli.clock").farm_zone
    return told()


def _command(
    rest: Sequence[str],
    terminal: Terminal,
    begin: Callable[[], None],
    load: Callable[[], AbstractContextManager[None]],
) -> int:
    groups = {name: parts for name, (_, parts) in GROUPS.items()}
    check_command(rest, COMMANDS, groups, alone=BY_THEMSELVES)
    try:
        first = rest[0] if rest else ""
        with load():
            app = make_app(first)
        if not COMMANDS.get(first, "").startswith(_SERVERS):
            begin()
        code = app(list(rest) or ["--help"], prog_name="lectern", obj=terminal, standalone_mode=False)
    except typer.TyperException as error:
        raise usage_error(error, rest) from error
    except typer.Abort:
        return Exit.INTERRUPTED
    return code if isinstance(code, int) else Exit.OK


def _keep_traceback(environment: Mapping[str, str]) -> str:
    """Write the traceback where the person can find it to report it; the place."""
    for log in (log_of(environment), Path(tempfile.gettempdir()) / log_of(environment).name):
        with suppress(OSError):
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a", encoding="utf-8") as file:
                file.write(traceback.format_exc() + "\n")
            return str(log)
    return "-"
