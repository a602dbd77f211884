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
from cli.options import terminal_of
from cli.terminal import Cell, Terminal, sentence, told
from db.posts import Cleared
from db.states import CardState, WorkerOrder
from farm import crews, replanning
from farm.attention import AWAY, of_stranded, of_worker
from farm.bootstrap import open_farm
from farm.views.screen import Advice, StrandedView, WorkerView
from pipeline.plan.errors import Fact

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="The worker, such as cpu0@host; without @host if only one is so called."
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever asks later.")]

_STYLES = {"working": "cyan", "idle": "", "left": "dim"}
_ORDERED = {
    "drain": "drain-ordered",
    "lock": "lock-ordered",
    "unlock": "unlock-ordered",
}
#: Columns that are aligned right.
_NUMBERS = frozenset({"warmth", "card-memory", "memory", "failed-lately"})
#: A UUID is told by its beginning where there is little room.
_UUID = 12
_GIGABYTE_MB, _MANY_GB = 1000, 10
#: How messages about cards name the command that gives a worker work again.
CLEAR = "lectern workers clear NAME"
_ADVICE_STYLES = {2: "bold red", 1: "yellow", 0: ""}


def workers(context: typer.Context) -> Exit:
    """Show who works, at what, and what keeps a worker from it."""
    if context.invoked_subcommand is not None:
        return Exit.OK
    terminal = terminal_of(context)
    with open_farm() as farm:
        found, waiting = crews.read(farm), replanning.stranded(farm)
    document = {
        "kind": "workers",
        "workers": [asdict(worker) for worker in found],
        "stranded": [asdict(each) for each in waiting],
    }
    terminal.answer(document, _page(terminal, found, waiting))
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
        worker, was = crews.clear(farm, name, reason=reason)
    terminal = terminal_of(context)
    words = terminal.words
    lines = [words("clear-ordered", worker=clean(worker))]
    if was.card is not CardState.WELL:
        lines.append(words("cleared-card", state=words.state(f"worker-card_{was.card.value}")))
    if was.blocked:
        lines.append(words("cleared-blocks", kinds=", ".join(was.blocked)))
    if was == Cleared():
        lines.append(words("cleared-nothing"))
    document = {"kind": "worker-ordered", "worker": worker, "order": "clear"}
    terminal.answer({**document, "card": was.card.value, "blocked": list(was.blocked)}, lines)
    return Exit.OK


def _order(context: typer.Context, verb: str, name: str, what: WorkerOrder, reason: str) -> Exit:
    with open_farm() as farm:
        worker = crews.order(farm, name, what, reason=reason)
    return _done(context, verb, worker)


def _done(context: typer.Context, verb: str, worker: str) -> Exit:
    terminal = terminal_of(context)
    document = {"kind": "worker-ordered", "worker": worker, "order": verb}
    terminal.answer(document, [terminal.words(_ORDERED[verb], worker=clean(worker))])
    return Exit.OK


def _page(
    terminal: Terminal, found: tuple[WorkerView, ...], waiting: tuple[StrandedView, ...]
) -> Iterator[Cell | Table]:
    if not found:
        yield terminal.words("no-workers-known")
        return
    yield workers_table(terminal, found)
    yield ""
    yield _devices_table(terminal, found)
    notes = [note for worker in found for note in notes_of(terminal, worker)]
    notes += (advice_line(terminal, advice) for advice in of_stranded(waiting))
    if notes:
        yield ""
    yield from notes


def workers_table(terminal: Terminal, found: Sequence[WorkerView]) -> Table:
    """One line for each worker: how it stands, what it is at, and how it has fared."""
    words, warm = terminal.words, any(each.temperature_c is not None for each in found)
    helps = any(each.work is not None and each.work.how for each in found)
    heads = ["worker", *(["warmth"] if warm else []), "state", "now"]
    heads += [*(["worker-helps"] if helps else []), "progress", "failed-lately"]
    rows: list[Sequence[Cell]] = [
        (
            worker.name,
            *([_warmth(worker)] if warm else []),
            Text(words.state(f"worker-{worker.state}"), style=_STYLES.get(worker.state, "yellow")),
            cut(Text(work_of(terminal, worker))),
            *([_help_of(terminal, worker)] if helps else []),
            words("ago", span=words.span(worker.work.progress_s)) if worker.work else "",
            str(worker.failures) if worker.failures else "",
        )
        for worker in found
    ]
    return terminal.table(*heads, rows=rows, right=_numbers(heads))


def _devices_table(terminal: Terminal, found: Sequence[WorkerView]) -> Table:
    """One line for each worker: what it computes with, and what it runs and holds."""
    cards, pools = any(each.card_total_mb for each in found), any(each.pool for each in found)
    heads = ["worker", "card", *(["card-name", "card-memory"] if cards else [])]
    opened = any(each.opened for each in found)
    heads += [*(["pool"] if pools else []), "version", "memory", *(["opened"] if opened else [])]
    rows: list[Sequence[Cell]] = [
        (
            worker.name,
            device_of(worker),
            *([worker.card_name, _card_memory(worker)] if cards else []),
            *([worker.pool] if pools else []),
            worker.version,
            size_of(worker.memory_mb) if worker.memory_mb and worker.state not in AWAY else "",
            *([_opened(worker)] if opened else []),
        )
        for worker in found
    ]
    return terminal.table(*heads, rows=rows, right=_numbers(heads))


def _opened(worker: WorkerView) -> str:
    """What it has opened before anybody asked; nothing of one that is away, with all that it had."""
    return "" if worker.state in AWAY else clean(" ".join(worker.opened))


def _help_of(terminal: Terminal, worker: WorkerView) -> str:
    """Which other pool it helps just now, why, and since when it is at this chunk."""
    work = worker.work
    if work is None or not work.how:
        return ""
    words = terminal.words
    return words(f"helps-{work.how}", pool=work.helps, span=words.span(work.since_s))


def _numbers(heads: Sequence[str]) -> tuple[int, ...]:
    return tuple(index for index, head in enumerate(heads) if head in _NUMBERS)


def _warmth(worker: WorkerView) -> str:
    return "" if worker.temperature_c is None else f"{worker.temperature_c} °C"


def size_of(megabytes: int) -> str:
    """So much memory or disk, as exact as a person needs it."""
    if megabytes < _GIGABYTE_MB:
        return f"{megabytes} MB"
    gigabytes = megabytes / _GIGABYTE_MB
    return f"{gigabytes:.1f} GB" if gigabytes < _MANY_GB else f"{gigabytes:.0f} GB"


def _card_memory(worker: WorkerView) -> str:
    if worker.card_used_mb is None or not worker.card_total_mb:
        return ""
    return f"{size_of(worker.card_used_mb)} / {size_of(worker.card_total_mb)}"


def device_of(worker: WorkerView) -> str:
    """What a worker computes with, in few letters."""
    device = worker.device
    return device if len(device) <= _UUID else f"{device[:_UUID]}…"


def cut(line: Text) -> Text:
    """The same on one line: what is too long for the terminal is cut off."""
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


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


def advice_line(terminal: Terminal, advice: Advice) -> Text:
    """Something out of the ordinary in words, with the command to type."""
    words, facts = terminal.words, dict(advice.facts)
    told_: dict[str, Fact] = {
        name: clean(fact) if isinstance(fact, str) else fact for name, fact in facts.items()
    }
    for name, fact in facts.items():
        if name.endswith("_s"):
            told_[name.removesuffix("_s")] = words.span(int(fact))
        elif name.endswith("_mb"):
            told_[name.removesuffix("_mb")] = size_of(int(fact))
        elif name == "stages":
            told_[name] = words("comma").join(map(words.state, str(fact).split()))
        elif name in {"until", "since"}:
            told_[name] = terminal.moment(str(fact))
    what = f"{advice.what}-idle" if advice.what == "farm-not-up" and not facts["films"] else advice.what
    if advice.error is not None:
        told_["error"] = told(advice.error.code, advice.error.facts, terminal.language)[0]
        detail = sentence(advice.error.code, advice.error.facts, terminal.language)
        # A message knows of no worker; where one is spoken of, its command can be typed as it stands.
        told_["detail"] = detail.replace(CLEAR, f"lectern workers clear {told_.get('worker', 'NAME')}")
    return Text(words(what, **told_), style=_ADVICE_STYLES[advice.level])


def notes_of(terminal: Terminal, worker: WorkerView) -> Iterator[Text]:
    """What is out of the ordinary with a worker, and what to do about it."""
    yield from (advice_line(terminal, advice) for advice in of_worker(worker))
