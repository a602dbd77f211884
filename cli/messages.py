"""`lectern dead messages`: what lay in the farm's queues and is none of its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal
from farm.bootstrap import open_farm, settings_of
from pipeline.plan.moments import iso
from tasks.poison import KEPT, Poison
from worker import strangers

#: Enough of a message to know it by; the JSON document has more.
_EXCERPT = 60


def messages(
    context: typer.Context,
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Forget them, and count from nought again.")] = False,
    most: Annotated[
        int, typer.Option("--most", metavar="N", min=1, max=KEPT, help="At most so many lines.")
    ] = 20,
) -> Exit:
    """List messages in the farm's queues that are none of its own, the newest first.

    They were set aside before anybody worked at them. What they tell of their sender helps to find it.
    """
    terminal = terminal_of(context)
    if clear:
        with open_farm() as farm:
            number = strangers.clear(farm)
        terminal.answer(
            {"kind": "dead-messages-cleared", "number": number},
            [terminal.words("messages-cleared", number=number)],
        )
        return Exit.OK
    number, found = strangers.newest(settings_of(), most)
    document = {"kind": "dead-messages", "number": number, "messages": [_document(each) for each in found]}
    lines: list[Cell | Table] = [terminal.words("messages-none")]
    if found:
        counted = terminal.words("messages-number", number=number, shown=len(found))
        lines = [counted, "", _table(terminal, found), "", terminal.words("messages-next")]
    terminal.answer(document, lines)
    return Exit.OK


def _document(each: Poison) -> dict[str, object]:
    return {**asdict(each), "at": iso(each.at) if each.at else None}


def _table(terminal: Terminal, found: tuple[Poison, ...]) -> Table:
    """One line for each message."""
    rows = [
        (
            terminal.moment(iso(each.at)) if each.at else "",
            each.queue,
            terminal.words.state(f"stray-{each.why}"),
            each.origin,
            str(each.bytes),
            _excerpt(" ".join(part for part in (each.task, each.body) if part) or each.message),
        )
        for each in found
    ]
    heads = ("set-aside", "queue-head", "stray-head", "sender", "bytes-head", "message-head")
    return terminal.table(*heads, rows=rows, right=(4,))


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else f"{line[: _EXCERPT - 1]}…"
