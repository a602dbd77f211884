"""`lectern states`: the states of jobs, steps and attempts, and what leads from one to another."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.exits import Exit
from cli.options import terminal_of
from db.transitions import ACTS, MACHINES, as_dot


def states(
    context: typer.Context,
    dot: Annotated[  # noqa: FBT002 - an option of the command line
        bool, typer.Option("--dot", help="As a drawing for Graphviz: `lectern states --dot | dot -Tsvg`.")
    ] = False,
) -> Exit:
    """Tell the states of jobs, steps and attempts, and what leads from one to another."""
    terminal = terminal_of(context)
    document = {
        "kind": "states",
        "machines": [
            {
                "name": machine.name,
                "moves": [
                    {"from": move.before, "to": move.after, "acts": list(move.acts)} for move in machine.moves
                ],
            }
            for machine in MACHINES
        ],
    }
    terminal.answer(document, as_dot().splitlines() if dot else list(_told()))
    return Exit.OK


def _told() -> list[str]:
    lines: list[str] = []
    for machine in MACHINES:
        lines += [machine.name]
        wide = max(len(move.before) for move in machine.moves)
        far = max(len(move.after) for move in machine.moves)
        lines += [
            f"  {move.before:{wide}} -> {move.after:{far}}   {', '.join(move.acts)}" for move in machine.moves
        ]
        lines += [""]
    width = max(map(len, ACTS))
    return lines + [f"{act:{width}}   {told}" for act, told in ACTS.items()]
