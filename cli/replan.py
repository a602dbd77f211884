"""`lectern replan`: moves films to the versions of engines that are there, and tells what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal
from farm import replanning
from farm.bootstrap import open_farm
from farm.replanning import Move


def replan(
    context: typer.Context,
    batch: Annotated[int, typer.Argument(metavar="BATCH", help="Number of the batch.")],
    *,
    jobs: Annotated[
        list[str] | None, typer.Option("--job", metavar="ROW", help="Only the film of this row; repeatable.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be moved, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")] = False,
) -> Exit:
    """Move films that wait for versions of engines which no worker has any more to those that are there.

    A film keeps the versions that it was begun with. One that is moved is rendered again as a whole with the
    new version, so that all of its clips are alike; what was spoken as a whole stays. Finished films, and
    those whose versions somebody still has, are left alone.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        moves = replanning.moves_of(farm, batch, jobs or ())
        movable = any(move.stranded.movable for move in moves)
        asks = movable and not dry_run and not yes and terminal.can_ask
        if asks and not terminal.ask("\n".join([*_lines(terminal, moves), terminal.words("ask-replan")])):
            return Exit.DECLINED
        moved = () if dry_run else replanning.replan(farm, moves)
    lines = [] if asks else [*_lines(terminal, moves)]
    if not moves:
        lines = [terminal.words("replan-nothing", batch=batch)]
    elif movable:
        lines.append(terminal.words("replan-dry" if dry_run else "replanned", films=len(moved)))
    terminal.answer(_document(batch, moves, moved, dry_run=dry_run), lines)
    return Exit.OK


def _document(batch: int, moves: Iterable[Move], moved: Iterable[int], *, dry_run: bool) -> dict[str, object]:
    """What machines are told of a move."""
    told = [
        {
            "capability": move.stranded.capability,
            "needs": move.stranded.needs,
            "to": move.to,
            "movable": move.stranded.movable,
            "jobs": list(move.jobs),
            **asdict(move.price),
        }
        for move in moves
    ]
    return {"kind": "replanned", "batch": batch, "dry_run": dry_run, "moves": told, "moved": list(moved)}


def _lines(terminal: Terminal, moves: Iterable[Move]) -> Iterator[str]:
    """What is moved where, and what that costs."""
    words = terminal.words
    for move in moves:
        needs, films, to = clean(move.stranded.needs), len(move.jobs), clean(move.to)
        if not move.stranded.movable:
            yield words("replan-stuck", films=films, needs=needs, capability=move.stranded.capability)
        elif to:
            yield words("replan-films", films=films, needs=needs, to=to, clips=move.price.clips)
        else:
            yield words("replan-begun", films=films, needs=needs, sentences=move.price.sentences)
