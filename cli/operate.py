"""`lectern cancel | pause | resume | retry`: what an operator may do to jobs that are in the farm."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal
from farm import cancel as canceling
from farm import pause as pausing
from farm import retry as retrying
from farm.bootstrap import open_farm
from pipeline.plan.errors import InputError

Jobs = Annotated[list[int] | None, typer.Argument(metavar="[JOB]...", help="Numbers of jobs.")]
Batch = Annotated[int | None, typer.Option("--batch", "-b", metavar="BATCH", help="All jobs of this batch.")]


def cancel(context: typer.Context, jobs: Jobs = None, batch: Batch = None) -> Exit:
    """Cancel jobs: what is being made stops within seconds, what is done already stays.

    A canceled job can be brought back by `lectern retry`.
    """
    with open_farm() as farm:
        changed = canceling.cancel(farm, jobs=_wanted(jobs, batch), batch=batch)
    return _tell("canceled-jobs", changed, terminal_of(context))


def pause(context: typer.Context, jobs: Jobs = None, batch: Batch = None) -> Exit:
    """Pause jobs: what is being made is finished, nothing new is started until `lectern resume`."""
    with open_farm() as farm:
        changed = pausing.pause(farm, jobs=_wanted(jobs, batch), batch=batch)
    return _tell("paused-jobs", changed, terminal_of(context))


def resume(context: typer.Context, jobs: Jobs = None, batch: Batch = None) -> Exit:
    """Let paused jobs go on."""
    with open_farm() as farm:
        changed = pausing.resume(farm, jobs=_wanted(jobs, batch), batch=batch)
    return _tell("resumed-jobs", changed, terminal_of(context))


def retry(context: typer.Context, jobs: Jobs = None, batch: Batch = None) -> Exit:
    """Try failed jobs again: only what is missing is made."""
    with open_farm() as farm:
        changed = retrying.retry(farm, jobs=_wanted(jobs, batch), batch=batch)
    return _tell("retried-jobs", changed, terminal_of(context))


def _wanted(jobs: list[int] | None, batch: int | None) -> tuple[int, ...]:
    if bool(jobs) == (batch is not None):
        raise InputError("command-usage", reason="name either jobs or a batch (--batch)")
    return tuple(jobs or ())


def _tell(words: str, changed: tuple[int, ...], terminal: Terminal) -> Exit:
    numbers = ", ".join(str(job) for job in changed)
    line = (
        terminal.words(words, number=len(changed), jobs=numbers)
        if changed
        else terminal.words("nothing-to-change")
    )
    terminal.answer({"kind": "changed", "jobs": list(changed)}, [line])
    return Exit.OK
