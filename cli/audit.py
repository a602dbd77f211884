"""`lectern audit`: who did what, and when."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated

import typer

from cli.exits import Exit
from cli.lines import moment_of
from cli.options import terminal_of
from cli.terminal import Terminal
from farm import auditing
from farm.bootstrap import open_farm
from farm.views.letters import ActView

Job = Annotated[int | None, typer.Option("--job", "-j", metavar="JOB", help="Only acts on this job.")]
Batch = Annotated[int | None, typer.Option("--batch", "-b", metavar="BATCH", help="Only acts on this batch.")]
Most = Annotated[int, typer.Option("--most", metavar="N", min=1, help="At most so many lines.")]

#: So many jobs of an act are told by their numbers, and so much of what is told besides.
_TOLD = 6
_DETAIL = 120


def audit(context: typer.Context, *, job: Job = None, batch: Batch = None, most: Most = 1000) -> Exit:
    """Show who did what to which jobs, batches and workers, the latest first."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = auditing.acts(farm, job=job, batch=batch, most=most)
    document = {"kind": "audit", "acts": [asdict(each) for each in found]}
    rows = [
        (
            moment_of(each.at),
            each.by,
            terminal.words.state(f"verb-{each.verb}").removeprefix("verb-"),
            _object(terminal, each),
            _detail(each),
        )
        for each in found
    ]
    heads = ("audit-at", "audit-by", "audit-verb", "audit-to", "audit-detail")
    terminal.answer(document, [terminal.table(*heads, rows=rows) if rows else terminal.words("audit-none")])
    return Exit.OK


def _object(terminal: Terminal, act: ActView) -> str:
    """What an act was done to."""
    words = terminal.words
    if len(act.jobs) > 1:
        told = ", ".join(map(str, act.jobs[:_TOLD])) + (" …" if len(act.jobs) > _TOLD else "")
        return words("audit-jobs", number=len(act.jobs), jobs=told)
    if act.jobs:
        return words("audit-job", job=act.jobs[0])
    return words("audit-batch", batch=act.batches[0]) if act.batches else ""


def _detail(act: ActView) -> str:
    """What is told besides, the options of a requeue one by one; as much of it as fits."""
    told = act.detail
    with suppress(ValueError):
        given = json.loads(told)
        if isinstance(given, dict) and all(isinstance(value, str | int) for value in given.values()):
            told = ", ".join(f"{name}={value}" for name, value in given.items())
    return told if len(told) <= _DETAIL else f"{told[:_DETAIL]} …"
