"""Arguments that several commands share, described once."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.terminal import Terminal

BatchNumber = Annotated[
    int, typer.Argument(metavar="BATCH", help="Number of a batch; `lectern list` shows them.")
]
NewestBatch = Annotated[
    int | None, typer.Argument(metavar="BATCH", help="Number of a batch; the newest one unless given.")
]
JobNumber = Annotated[
    int, typer.Argument(metavar="JOB", help="Number of a job; `lectern list BATCH` shows them.")
]
Context = typer.Context


def terminal_of(context: typer.Context) -> Terminal:
    """The terminal that this command speaks through."""
    terminal = context.obj
    if not isinstance(terminal, Terminal):
        raise TypeError(terminal)
    return terminal
