"""`lectern dead`: what failed for good, and what an operator does about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.lines import moment_of
from cli.operate import tell_changed
from cli.options import JobNumber, terminal_of
from cli.show import attempts_table
from cli.terminal import Cell, Terminal, sentence, told
from db.operations import jobs_of
from farm import dead as letters
from farm import retry as retrying
from farm.bootstrap import Farm, open_farm
from farm.views import AutopsyView, DeadView
from pipeline.plan.errors import InputError

Jobs = Annotated[list[int] | None, typer.Argument(metavar="[JOB]...", help="Numbers of jobs.")]
Batch = Annotated[int | None, typer.Option("--batch", "-b", metavar="BATCH", help="All of this batch.")]
Error = Annotated[str | None, typer.Option("--error", metavar="CODE", help="Only what met this error.")]
All = Annotated[bool, typer.Option("--all", help="All that met the error of --error.")]
Most = Annotated[int, typer.Option("--most", metavar="N", min=1, help="At most so many lines.")]


def list_(context: typer.Context, *, error: Error = None, batch: Batch = None, most: Most = 1000) -> Exit:
    """List what failed for good, the newest first."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = letters.listed(farm, code=error, batch=batch, most=most)
    document = {"kind": "dead-letters", "letters": [asdict(each) for each in found]}
    lines: list[Cell | Table] = [terminal.words("dead-none")]
    if found:
        lines = [dead_table(terminal, found), "", terminal.words("dead-next")]
    terminal.answer(document, lines)
    return Exit.OK


def show(context: typer.Context, job: JobNumber) -> Exit:
    """Show how a film failed: error, attempts, log, and the input that it failed on."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = letters.autopsies(farm, job)
    document = {"kind": "dead-letter", "job": job, "letters": [asdict(each) for each in found]}
    terminal.answer(document, [line for each in found for line in _page(terminal, each)])
    return Exit.OK


def retry(
    context: typer.Context,
    jobs: Jobs = None,
    *,
    batch: Batch = None,
    everything: All = False,
    error: Error = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Make it otherwise, such as --set quality=draft; repeatable."
        ),
    ] = None,
) -> Exit:
    """Try what failed again, with finished clips kept.

    With --set it is made otherwise than it was submitted; clips that look the same are kept.
    """
    with open_farm() as farm:
        done = retrying.retry(farm, _chosen(farm, jobs, batch, error, everything=everything), settings or ())
    return tell_changed(context, "retried-jobs", done)


def discard(
    context: typer.Context,
    jobs: Jobs = None,
    *,
    batch: Batch = None,
    everything: All = False,
    error: Error = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever asks later.")
    ] = "",
) -> Exit:
    """Put what failed away; `lectern retry` brings it back."""
    with open_farm() as farm:
        done = letters.discard(farm, _chosen(farm, jobs, batch, error, everything=everything), reason=reason)
    return tell_changed(context, "discarded-jobs", done)


def _chosen(
    farm: Farm, jobs: list[int] | None, batch: int | None, error: str | None, *, everything: bool
) -> tuple[int, ...]:
    """The jobs that are meant.

    Raises:
        InputError: ``dead-which``, ``ledger-batch-unknown``.
    """
    if sum((bool(jobs), batch is not None, everything)) != 1 or (everything and error is None):
        raise InputError("dead-which")
    if jobs:
        return tuple(jobs)
    if batch is not None:
        jobs_of(farm.ledger, batch)
    return letters.chosen(farm, code=error, batch=batch)


def dead_table(terminal: Terminal, found: tuple[DeadView, ...]) -> Table:
    """One line for each dead letter."""
    rows = [
        (
            str(each.job),
            each.row,
            terminal.words.state(each.stage),
            str(each.attempts),
            moment_of(each.ended) if each.ended else "",
            each.worker,
            each.error.code,
            told(each.error.code, each.error.facts, terminal.language)[0],
        )
        for each in found
    ]
    heads = ("job", "row", "stage", "tries", "ended", "worker", "error-head", "note-head")
    return terminal.table(*heads, rows=rows, right=(0, 3))


def _page(terminal: Terminal, found: AutopsyView) -> Iterator[Cell | Table]:
    words, letter = terminal.words, found.letter
    title = words(
        "dead-title",
        row=clean(letter.row),
        job=letter.job,
        batch=letter.batch,
        stage=words.state(letter.stage),
        chunk=letter.chunk + 1,
    )
    yield Text(title, style="bold")
    yield Text(sentence(letter.error.code, letter.error.facts, terminal.language), style="red")
    yield Text(f"[{letter.error.code}]", style="dim")
    if found.text:
        yield ""
        yield words("dead-text")
        yield from (f"  {clean(line)}" for line in found.text)
    kept = [found.profile, found.voice, *(f"{name}={value}" for name, value in found.options.items())]
    yield ""
    yield words("dead-with", with_=clean("; ".join(part for part in (*kept, found.portrait) if part)))
    if found.tries:
        yield ""
        yield attempts_table(found.tries, terminal)
    if found.log:
        yield ""
        yield words("dead-log")
        yield from (Text(f"  {clean(line)}", style="dim") for line in found.log.splitlines()[-20:])
