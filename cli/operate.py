"""The operator's verbs: what may be done to jobs, batches, departments and pools that are in the farm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from cli.clean import clean
from cli.exits import Exit
from cli.lines import set_by, stop_line, until_of, whom_of
from cli.options import terminal_of
from cli.quotas import waiting_lines
from cli.terminal import Terminal
from cli.windows import waiting_document
from cli.windows import waiting_lines as window_lines
from db.acts import Operated
from db.quotas import read_starts
from db.standing import Wish
from farm import verbs
from farm.bootstrap import Farm, open_farm
from farm.choices import urgency_of
from farm.moments import moment_ahead
from farm.policy.pools import pool_named
from farm.policy.rights import priority_of
from farm.quotas import waiting_of
from farm.requeue import requeue as requeue_jobs
from farm.timechoice import deadline_or_none, window_or_none
from farm.verbs import Done, Told
from farm.whom import Whom
from pipeline.plan.errors import InputError

Jobs = Annotated[list[int] | None, typer.Argument(metavar="[JOB]...", help="Numbers of jobs.")]
Batches = Annotated[
    list[int] | None,
    typer.Option("--batch", "-b", metavar="BATCH", help="All jobs of this batch; repeatable."),
]
Departments = Annotated[
    list[str] | None,
    typer.Option("--department", metavar="NAME", help="All jobs of this department; repeatable."),
]
Pools = Annotated[
    list[str] | None,
    typer.Option("--pool", metavar="NAME", help="All jobs of this pool; repeatable."),
]
StoppedDepartments = Annotated[
    list[str] | None,
    typer.Option(
        "--department",
        metavar="NAME",
        help="This department, with all that it submits meanwhile; repeatable.",
    ),
]
StoppedPools = Annotated[
    list[str] | None,
    typer.Option(
        "--pool", metavar="NAME", help="This pool, with all that is submitted for it meanwhile; repeatable."
    ),
]
Until = Annotated[
    str,
    typer.Option(
        "--until", metavar="TIME", help="When it ends by itself, such as 07:00 or 2026-11-27 07:00."
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever asks later.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Tell what would be changed, and change nothing.")]

FromPools = Annotated[
    list[str] | None,
    typer.Option("--from-pool", metavar="NAME", help="All jobs of this pool; repeatable."),
]
Urgency = Annotated[
    str, typer.Option("--urgency", metavar="WORD", help="How urgent they are: urgent, normal or bulk.")
]
Priority = Annotated[
    str, typer.Option("--priority", metavar="N", help="From -50 to 50; the higher number goes first.")
]
Pool = Annotated[
    str,
    typer.Option(
        "--pool", metavar="NAME", help="Whose workers render them; any: those that are kept for none."
    ),
]
Window = Annotated[
    str,
    typer.Option("--window", metavar="NAME", help="The window that they are made in alone; no: any time."),
]
Deadline = Annotated[
    str,
    typer.Option(
        "--deadline",
        metavar="TIME",
        help="When they are wanted, such as 2026-11-27 07:00; a date alone is its end; no: whenever.",
    ),
]

#: So many numbers are told one by one.
_TOLD = 20
#: What ends a wait for a time.
_NOW = "now"


def _stopping(act: Callable[[Farm, Whom, Told], Done]) -> Callable[..., Exit]:
    """A command that stops films until somebody, or a time, ends that."""

    def command(
        context: typer.Context,
        jobs: Jobs = None,
        *,
        batches: Batches = None,
        departments: StoppedDepartments = None,
        pools: StoppedPools = None,
        until: Until = "",
        reason: Reason = "",
        dry_run: Dry = False,
    ) -> Exit:
        whom = _whom(jobs, batches, departments, pools)
        return _operate(context, act.__name__, act, whom, until=until, reason=reason, dry_run=dry_run)

    command.__doc__ = act.__doc__
    return command


def _freeing(act: Callable[[Farm, Whom, Told], Done]) -> Callable[..., Exit]:
    """A command that ends what such a one began."""

    def command(
        context: typer.Context,
        jobs: Jobs = None,
        *,
        batches: Batches = None,
        departments: StoppedDepartments = None,
        pools: StoppedPools = None,
        reason: Reason = "",
        dry_run: Dry = False,
    ) -> Exit:
        whom = _whom(jobs, batches, departments, pools)
        return _operate(context, act.__name__, act, whom, reason=reason, dry_run=dry_run)

    command.__doc__ = act.__doc__
    return command


@_stopping
def hold(farm: Farm, whom: Whom, told: Told) -> Done:
    """Keep films from beginning of which nothing was begun; all others go on. `lectern release` ends it."""
    return verbs.hold(farm, whom, told)


@_freeing
def release(farm: Farm, whom: Whom, told: Told) -> Done:
    """Let films begin that were held."""
    return verbs.release(farm, whom, told)


@_stopping
def pause(farm: Farm, whom: Whom, told: Told) -> Done:
    """Stop films, those that have begun, too, until `lectern resume`.

    Clips that are being made are finished, nothing new is begun.
    """
    return verbs.pause(farm, whom, told)


@_stopping
def interrupt(farm: Farm, whom: Whom, told: Told) -> Done:
    """Stop films at once, until `lectern resume`.

    Clips that are being made are given up within seconds, those that were finished stay; no attempt is used
    up.
    """
    return verbs.interrupt(farm, whom, told)


@_freeing
def resume(farm: Farm, whom: Whom, told: Told) -> Done:
    """Let everything go on that was held, paused or interrupted."""
    return verbs.resume(farm, whom, told)


def cancel(
    context: typer.Context,
    jobs: Jobs = None,
    *,
    batches: Batches = None,
    departments: Departments = None,
    pools: Pools = None,
    reason: Reason = "",
    dry_run: Dry = False,
) -> Exit:
    """Cancel jobs; `lectern requeue` brings them back.

    What is being made stops within seconds, what is finished stays.
    """
    whom = _whom(jobs, batches, departments, pools)
    return _operate(context, "cancel", verbs.cancel, whom, reason=reason, dry_run=dry_run)


def requeue(
    context: typer.Context,
    jobs: Jobs = None,
    *,
    batches: Batches = None,
    reason: Reason = "",
    dry_run: Dry = False,
) -> Exit:
    """Queue failed or canceled jobs again: they go on from where they stopped.

    Only what is missing is made.
    """

    def act(farm: Farm, whom: Whom, told: Told) -> Done:
        done = requeue_jobs(farm, whom.found(farm), reason=told.reason, dry_run=told.dry_run)
        if told.dry_run:
            return Done(jobs=done)
        return Done(jobs=done, quota=waiting_of(farm, read_starts(farm.ledger, done.changed)))

    return _operate(context, "requeue", act, _whom(jobs, batches), reason=reason, dry_run=dry_run)


def start_after(
    context: typer.Context,
    time: Annotated[
        str, typer.Argument(metavar="TIME", help="Such as 22:00 or 2026-11-27 07:00; now: wait no longer.")
    ],
    jobs: Jobs = None,
    *,
    batches: Batches = None,
    reason: Reason = "",
    dry_run: Dry = False,
) -> Exit:
    """Have films wait for a time of which nothing was begun; another time replaces the one before."""
    verb, until = ("start-now", "") if time.strip().casefold() == _NOW else ("start-after", time)
    whom = _whom(jobs, batches)
    return _operate(context, verb, verbs.start_after, whom, until=until, reason=reason, dry_run=dry_run)


def set_(
    context: typer.Context,
    jobs: Jobs = None,
    *,
    batches: Batches = None,
    departments: Departments = None,
    pools: FromPools = None,
    urgency: Urgency = "",
    priority: Priority = "",
    pool: Pool = "",
    window: Window = "",
    deadline: Deadline = "",
    reason: Reason = "",
    dry_run: Dry = False,
) -> Exit:
    """Give films another urgency, priority, pool, window or deadline than they were submitted with.

    All that is given holds at once, at the next look at the line, within what the department may have; what
    was rendered stays. Films that are being made outside of their new window finish the clip in work.
    """
    if not any(word.strip() for word in (urgency, priority, pool, window, deadline)):
        raise InputError("command-nothing-to-set", command=context.command_path)
    whom = _whom(jobs, batches, departments, pools)

    def act(farm: Farm, whom: Whom, told: Told) -> Done:
        wish = Wish(
            urgency=urgency_of(urgency) if urgency else None,
            priority=priority_of(priority) if priority else None,
            pool=pool_named(pool) if pool else None,
            window=window_or_none(window) if window else None,
            deadline=deadline_or_none(farm, deadline) if deadline else None,
        )
        return verbs.set_to(farm, whom, told, wish)

    return _operate(context, "set", act, whom, reason=reason, dry_run=dry_run)


def _whom(
    jobs: list[int] | None,
    batches: list[int] | None,
    departments: list[str] | None = None,
    pools: list[str] | None = None,
) -> Whom:
    return Whom(
        jobs=tuple(jobs or ()),
        batches=tuple(batches or ()),
        departments=tuple(dict.fromkeys(departments or ())),
        pools=tuple(dict.fromkeys(pools or ())),
    )


def _operate(
    context: typer.Context,
    verb: str,
    act: Callable[[Farm, Whom, Told], Done],
    whom: Whom,
    *,
    until: str = "",
    reason: str,
    dry_run: bool,
) -> Exit:
    if whom.kinds != 1:
        raise InputError("command-jobs-or-batch", command=context.command_path)
    with open_farm() as farm:
        ends = moment_ahead(farm, until) if until.strip() else None
        told = Told(reason=" ".join(reason.split()), until=ends, dry_run=dry_run)
        done = act(farm, whom, told)
    terminal = terminal_of(context)
    lines = [*_stop_lines(terminal, verb, done, dry_run=dry_run)]
    if not whom.stands or done.jobs.changed or done.jobs.unchanged:
        lines += _job_lines(terminal, verb, done.jobs, dry_run=dry_run)
    lines += waiting_lines(terminal, done.quota)
    lines += window_lines(terminal, done.windows)
    return _answer(terminal, done, lines, dry_run=dry_run)


def tell_changed(context: typer.Context, verb: str, done: Operated, *, dry_run: bool = False) -> Exit:
    """Tell which jobs an act changed, and which it left as they are; of a dry run what it would have."""
    terminal = terminal_of(context)
    lines = [*_job_lines(terminal, verb, done, dry_run=dry_run)]
    return _answer(terminal, Done(jobs=done), lines, dry_run=dry_run)


def _answer(terminal: Terminal, done: Done, lines: list[str], *, dry_run: bool) -> Exit:
    if dry_run:
        lines.append(terminal.words("nothing-done"))
    document: dict[str, object] = {
        "kind": "changed",
        "changed": list(done.jobs.changed),
        "unchanged": list(done.jobs.unchanged),
        "why": {str(job): str(why) for job, why in done.jobs.why.items()},
        "back": list(done.jobs.back),
        "stops": [asdict(each) for each in done.stops],
        "quota": asdict(done.quota),
        "windows": waiting_document(done.windows),
        "dry_run": dry_run,
    }
    terminal.answer(document, lines)
    return Exit.OK


def _job_lines(terminal: Terminal, verb: str, done: Operated, *, dry_run: bool) -> Iterator[str]:
    words = terminal.words
    if done.changed:
        name = f"would-{verb}" if dry_run else f"done-{verb}"
        yield words(name, number=len(done.changed), jobs=_numbers(done.changed))
    if done.back:
        yield words("would-back" if dry_run else "done-back", number=len(done.back), jobs=_numbers(done.back))
    whys: dict[str, list[int]] = {}
    for job in done.unchanged:
        whys.setdefault(str(done.why.get(job, "")), []).append(job)
    for why, jobs in whys.items():
        yield words(f"unchanged-{why}", number=len(jobs), jobs=_numbers(jobs))
    if not done.changed and not done.unchanged:
        yield words("unchanged-none")


def _numbers(jobs: tuple[int, ...] | list[int]) -> str:
    return ", ".join(str(job) for job in jobs[:_TOLD]) + (" …" if len(jobs) > _TOLD else "")


def _stop_lines(terminal: Terminal, verb: str, done: Done, *, dry_run: bool) -> Iterator[str]:
    words, lifts = terminal.words, verb in {"release", "resume"}
    for each in done.stops:
        told = {"whom": whom_of(terminal, each), "until": until_of(terminal, each)}
        if lifts:
            name, told = f"stop-lifted-{each.kind}", told | set_by(terminal, each)
        else:
            # What an interrupt sets is a pause; what runs is given up besides.
            name = f"stop-{each.kind if dry_run else verb}"
        yield words(f"{name}-dry" if dry_run else name, **told)
    for name in done.free:
        yield words("stop-free", name=clean(name))
    for each in done.still:
        yield stop_line(terminal, each)
    if done.stops:
        yield words("stop-films", films=done.films)
    if done.unserved:
        yield words("pool-unserved")
