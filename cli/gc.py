"""`lectern gc`: removes from the store what nobody needs any more."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.exits import Exit
from cli.options import terminal_of
from farm.bootstrap import open_farm
from farm.gc import GIGABYTE, collect_garbage

_HOUR_S = 3600


def gc(
    context: typer.Context,
    grace_hours: Annotated[
        int | None, typer.Option("--grace-hours", metavar="HOURS", min=1, help="What is younger is kept.")
    ] = None,
) -> Exit:
    """Remove from the store what no job needs any more.

    Safe beside a working farm. Films stay, and everything that a job which can go on refers to. What was
    given for films that are over goes when their department says so (`lectern departments set NAME
    --retention`).

    Where store_gb in [gc] sets a limit, only what is too much goes: what was not used for longest, also of
    films that lie in the archive.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        hours = farm.settings.gc.grace_hours if grace_hours is None else grace_hours
        limit_gb = farm.settings.gc.store_gb
        done = collect_garbage(
            farm.ledger, farm.store, grace_s=hours * _HOUR_S, most=int(limit_gb * GIGABYTE)
        )
    line = terminal.words("gc-done", files=done.files, megabytes=done.bytes // 1_000_000, parts=done.parts)
    lines = [line]
    if done.sources:
        lines.append(terminal.words("gc-sources", sources=done.sources))
    if done.over:
        lines.append(terminal.words("gc-over", megabytes=done.over // 1_000_000, limit=f"{limit_gb:g}"))
    terminal.answer({"kind": "gc", **asdict(done)}, lines)
    return Exit.OK
