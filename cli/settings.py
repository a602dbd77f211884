"""`lectern config`: what is set, where it comes from, and what is wrong with it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal, error_document, told
from farm import configuration
from farm.configuration import Setting

Named = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME...]", help="Sections or knobs, such as redis or redis.url; all unless given."
    ),
]
Origin = Annotated[bool, typer.Option("--origin", help="Tell where each value comes from.")]
Changed = Annotated[bool, typer.Option("--changed", help="Only what is not as by default.")]


def show(
    context: typer.Context, names: Named = None, *, origin: Origin = False, changed: Changed = False
) -> Exit:
    """Show what is set; of a secret only whether it is, and addresses without their passwords."""
    terminal = terminal_of(context)
    words = terminal.words
    wanted = tuple(names or ())
    found = [
        each
        for each in configuration.told_settings()
        if not (changed and each.origin == "default")
        and (not wanted or any(each.knob == name or each.knob.startswith(f"{name}.") for name in wanted))
    ]
    heads = ("knob", "knob-value", *(("knob-origin",) if origin else ()))
    rows = [
        (each.knob, _value(terminal, each), *((_origin(terminal, each),) if origin else ())) for each in found
    ]
    nothing = words("config-nothing")
    document = {"kind": "settings", "settings": [asdict(each) for each in found]}
    terminal.answer(document, [terminal.table(*heads, rows=rows) if rows else nothing])
    return Exit.OK


def check(context: typer.Context) -> Exit:
    """Check what is set, all of it; nothing is changed, and nothing is connected."""
    terminal = terminal_of(context)
    words = terminal.words
    problems = configuration.problems_of()
    doubts = () if problems else tuple(configuration.open_files())
    lines = []
    for error in (*problems, *doubts):
        what, cure = told(error.code, error.facts, terminal.language)
        lines += [what, f"  {cure}", f"  [{error.code}]"]
    if problems:
        lines.append(words("config-wrong", number=len(problems)))
    else:
        lines.append(words("config-right"))
    document = {
        "kind": "settings-check",
        "right": not problems,
        "problems": [error_document(each, terminal.language) for each in problems],
        "doubts": [error_document(each, terminal.language) for each in doubts],
    }
    terminal.answer(document, lines)
    return Exit.SETUP if problems else Exit.OK


def _value(terminal: Terminal, each: Setting) -> str:
    """A value as it is written in TOML."""
    if each.value is None:
        return terminal.words("knob-set" if each.given else "knob-not-set")
    if isinstance(each.value, bool):
        return str(each.value).lower()
    return f'"{clean(each.value)}"' if isinstance(each.value, str) else str(each.value)


def _origin(terminal: Terminal, each: Setting) -> str:
    words = terminal.words
    place = f"{each.place}:{each.line}" if each.line else each.place
    where = clean(place) if place else words("knob-default")
    return words("knob-from-file", where=where, file=clean(each.secret_file)) if each.secret_file else where
