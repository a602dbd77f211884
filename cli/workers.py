"""`lectern workers`: who works, at what, and what an operator has told them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.lines import moment_of
from cli.options import terminal_of
from cli.terminal import Cell, Terminal, sentence, told
from db.states import WorkerOrder
from farm import crews
from farm.bootstrap import open_farm
from farm.views import WorkerView
from pipeline.plan.errors import Fact

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="The worker, such as cpu0@host; without @host if only one is so called."
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever asks later.")]

_STYLES = {"working": "cyan", "idle": "", "gone": "dim"}
_ORDERED = {
    "drain": "drain-ordered",
    "lock": "lock-ordered",
    "unlock": "unlock-ordered",
    "clear": "clear-ordered",
}
#: A UUID is told by its beginning where there is little room.
_UUID = 12


def workers(context: typer.Context) -> Exit:
    """Show who works, at what, and what keeps a worker from it."""
    if context.invoked_subcommand is not None:
        return Exit.OK
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = crews.read(farm)
    document = {"kind": "workers", "workers": [asdict(worker) for worker in found]}
    terminal.answer(document, _page(terminal, found))
    return Exit.OK


def drain(context: typer.Context, name: Name, reason: Reason = "") -> Exit:
    """Have a worker finish the clip that it is at, give the rest back, and take nothing new.

    Others go on with what it gave back; finished clips are kept. It stays so, also when it is started anew,
    until `lectern workers unlock`.
    """
    return _order(context, "drain", name, WorkerOrder.DRAIN, reason)


def lock(context: typer.Context, name: Name, reason: Reason = "") -> Exit:
    """Have a worker finish the step that it is at, and take nothing new until `lectern workers unlock`."""
    return _order(context, "lock", name, WorkerOrder.LOCK, reason)


def unlock(context: typer.Context, name: Name, reason: Reason = "") -> Exit:
    """Have a worker that was drained or locked take work again."""
    return _order(context, "unlock", name, WorkerOrder.NONE, reason)


def clear(context: typer.Context, name: Name, reason: Reason = "") -> Exit:
    """Forget what a worker and its card failed at; nothing is kept from it, and its card counts as well."""
    with open_farm() as farm:
        worker = crews.clear(farm, name, reason=reason)
    return _done(context, "clear", worker)


def _order(context: typer.Context, verb: str, name: str, what: WorkerOrder, reason: str) -> Exit:
    with open_farm() as farm:
        worker = crews.order(farm, name, what, reason=reason)
    return _done(context, verb, worker)


def _done(context: typer.Context, verb: str, worker: str) -> Exit:
    terminal = terminal_of(context)
    document = {"kind": "worker-ordered", "worker": worker, "order": verb}
    terminal.answer(document, [terminal.words(_ORDERED[verb], worker=clean(worker))])
    return Exit.OK


def _page(terminal: Terminal, found: tuple[WorkerView, ...]) -> Iterator[Cell | Table]:
    if not found:
        yield terminal.words("no-workers-known")
        return
    yield workers_table(terminal, found)
    notes = [note for worker in found for note in notes_of(terminal, worker)]
    if notes:
        yield ""
    yield from notes


def workers_table(terminal: Terminal, found: tuple[WorkerView, ...]) -> Table:
    """One line for each worker; pool and version where anybody has told of them."""
    words = terminal.words
    pools, versions = any(each.pool for each in found), len({each.version for each in found}) > 1
    heads = ["worker", "card", *(["pool"] if pools else []), *(["version"] if versions else [])]
    heads += ["state", "now", "progress", "failed-lately"]
    rows: list[Sequence[Cell]] = [
        (
            worker.name,
            device_of(worker),
            *([worker.pool] if pools else []),
            *([worker.version] if versions else []),
            Text(words.state(f"worker-{worker.state}"), style=_STYLES.get(worker.state, "yellow")),
            work_of(terminal, worker),
            words("ago", span=words.span(worker.work.progress_s)) if worker.work else "",
            str(worker.failures) if worker.failures else "",
        )
        for worker in found
    ]
    return terminal.table(*heads, rows=rows, right=(len(heads) - 1,))


def device_of(worker: WorkerView) -> str:
    """What a worker computes with, in few letters."""
    device = worker.device
    return device if len(device) <= _UUID else f"{device[:_UUID]}…"


def work_of(terminal: Terminal, worker: WorkerView) -> str:
    """What a worker is at, in one line; empty when it is at nothing."""
    work = worker.work
    if work is None:
        return ""
    stage = terminal.words.state(work.stage)
    facts: Mapping[str, Fact] = {
        "row": clean(work.row),
        "job": work.job,
        "stage": stage,
    }
    if work.clips:
        return terminal.words("work-clip", **facts, chunk=work.chunk + 1, clip=work.clip, clips=work.clips)
    return terminal.words("work-step", **facts)


def notes_of(terminal: Terminal, worker: WorkerView) -> Iterator[Text]:
    """What is out of the ordinary with a worker, and what to do about it."""
    words, name = terminal.words, clean(worker.name)
    if worker.reason:
        told_ = words("worker-ordered-drain", worker=name, by=clean(worker.by), reason=clean(worker.reason))
        yield Text(told_, style="yellow")
    if worker.state == "gone":
        told_ = words("worker-is-gone", worker=name, span=words.span(worker.seen_s), host=clean(worker.host))
        yield Text(told_, style="dim")
        return
    if worker.state == "disk_low":
        detail = clean(worker.detail)
        yield Text(words("worker-disk", worker=name, detail=detail, host=clean(worker.host)), style="yellow")
    if worker.card is not None:
        detail = sentence(worker.card.code, worker.card.facts, terminal.language)
        yield Text(words("worker-out", worker=name, detail=detail), style="red")
    for capability, until in worker.blocked.items():
        told_ = words("worker-blocked", worker=name, capability=capability, until=moment_of(until))
        yield Text(told_, style="yellow")
    if worker.last_error is not None:
        error = told(worker.last_error.code, worker.last_error.facts, terminal.language)[0]
        yield Text(words("worker-failed", worker=name, times=worker.failures, error=error))
