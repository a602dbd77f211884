"""`lectern cancel | pause | resume | requeue`: what an operator may do to jobs that are in the farm."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Annotated

import typer

from cli.exits import Exit
from cli.options import terminal_of
from db.acts import Operated
from db.operations import jobs_of
from farm import cancel as canceling
from farm import pause as pausing
from farm import requeue as requeueing
from farm.bootstrap import Farm, open_farm
from pipeline.plan.errors import InputError

Jobs = Annotated[list[int] | None, typer.Argument(metavar="[JOB]...", help="Numbers of jobs.")]
Batch = Annotated[int | None, typer.Option("--batch", "-b", metavar="BATCH", help="All jobs of this batch.")]

#: So many numbers are told one by one.
_TOLD = 20


def cancel(context: typer.Context, jobs: Jobs = None, batch: Batch = None) -> Exit:
    """Cancel jobs; `lectern requeue` brings them back.

    What is being made stops within seconds, what is finished stays.
    """
    return _operate(context, "canceled-jobs", canceling.cancel, jobs, batch)


def pause(context: typer.Context, jobs: Jobs = None, batch: Batch = None) -> Exit:
    """Pause jobs until `lectern resume`.

    What is being made is finished, nothing new is started.
    """
    return _operate(context, "paused-jobs", pausing.pause, jobs, batch)


def resume(context: typer.Context, jobs: Jobs = None, batch: Batch = None) -> Exit:
    """Let paused jobs go on."""
    return _operate(context, "resumed-jobs", pausing.resume, jobs, batch)


def requeue(context: typer.Context, jobs: Jobs = None, batch: Batch = None) -> Exit:
    """Try failed or canceled jobs again.

    Only what is missing is made.
    """
    return _operate(context, "requeued-jobs", requeueing.requeue, jobs, batch)


def _operate(
    context: typer.Context,
    words: str,
    act: Callable[[Farm, Collection[int]], Operated],
    jobs: list[int] | None,
    batch: int | None,
) -> Exit:
    if bool(jobs) == (batch is not None):
        raise InputError("command-jobs-or-batch", command=context.command_path)
    with open_farm() as farm:
        done = act(farm, jobs_of(farm.ledger, batch) if batch is not None else jobs or ())
    return tell_changed(context, words, done)


def tell_changed(context: typer.Context, words: str, done: Operated, *, dry_run: bool = False) -> Exit:
    """Tell which jobs an act changed, and which it left as they are; of a dry run what it would have."""
    terminal = terminal_of(context)
    lines = []
    for name, numbers in ((words, done.changed), ("unchanged-jobs", done.unchanged)):
        if numbers:
            told = ", ".join(str(job) for job in numbers[:_TOLD]) + (" …" if len(numbers) > _TOLD else "")
            lines.append(terminal.words(name, number=len(numbers), jobs=told))
    if dry_run:
        lines.append(terminal.words("nothing-done"))
    document: dict[str, object] = {
        "kind": "changed",
        "changed": list(done.changed),
        "unchanged": list(done.unchanged),
        "dry_run": dry_run,
    }
    terminal.answer(document, lines)
    return Exit.OK
