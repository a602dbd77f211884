"""`lectern engines` and `lectern voices`: what can be used here, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal, sentence
from farm import inventory
from farm.bootstrap import open_workshop
from farm.inventory import EngineEntry, VoiceEntry
from pipeline.plan.errors import InputError


def engines(context: typer.Context) -> Exit:
    """List the engines, and why some cannot be used."""
    terminal = terminal_of(context)
    with open_workshop() as workshop:
        entries = inventory.engines(workshop)
    document = {
        "kind": "engines",
        "engines": [
            {
                "protocol": entry.protocol,
                "name": entry.name,
                "default": entry.default,
                "usable": entry.problem is None,
                "code": entry.problem.code if entry.problem else None,
            }
            for entry in entries
        ],
    }
    terminal.answer(document, _engines(entries, terminal))
    return Exit.OK


def voices(
    context: typer.Context,
    language: Annotated[
        str, typer.Option("--language", "-l", help="Only voices of this language, such as en or zh.")
    ] = "",
) -> Exit:
    """List the voices that can be used here, unless a command of the group is named."""
    terminal = terminal_of(context)
    if context.invoked_subcommand is not None:
        return Exit.OK
    with open_workshop() as workshop:
        entries = inventory.voices(workshop, language=language)
    if language and not entries:
        raise InputError("command-no-voice", language=language)
    document = {
        "kind": "voices",
        "voices": [
            {
                "engine": entry.engine,
                "name": entry.name,
                "languages": list(entry.languages),
                "label": entry.label,
            }
            for entry in entries
        ],
    }
    terminal.answer(document, _voices(entries, terminal))
    return Exit.OK


def _engines(entries: tuple[EngineEntry, ...], terminal: Terminal) -> Iterator[Table]:
    words = terminal.words
    rows = []
    for entry in entries:
        usable = (
            Text(words("yes"), style="green") if entry.problem is None else Text(words("no"), style="yellow")
        )
        why = (
            ""
            if entry.problem is None
            else sentence(entry.problem.code, entry.problem.facts, terminal.language)
        )
        name = entry.name + (f" ({words('default')})" if entry.default else "")
        rows.append((words(f"protocol-{entry.protocol}"), name, usable, why))
    yield terminal.table("protocol", "name", "usable", "why", rows=rows)


def _voices(entries: tuple[VoiceEntry, ...], terminal: Terminal) -> Iterator[Table]:
    rows = [(f"{entry.engine}/{entry.name}", ", ".join(entry.languages), entry.label) for entry in entries]
    yield terminal.table("voice", "languages", "label", rows=rows)
