"""`lectern logs`: a film's log lines, from all processes that wrote of it where this host can read."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal
from db.reads import read_job
from db.states import ArchiveState
from farm.accounts import period_of
from farm.bootstrap import Farm, open_farm
from farm.logfollowing import Follower
from farm.loglines import (
    LEDGER,
    LEVELS,
    Elsewhere,
    JobLines,
    LogLine,
    Only,
    Wanted,
    lines_of,
    shelves_of,
    wanted_of,
)
from pipeline.plan.errors import InputError

#: How often it is looked for new lines.
_LOOK_S = 0.5
_STYLES = {"debug": "dim", "warning": "yellow", "error": "red", "critical": "red"}
#: What stands in every line of a film, or before each already.
_KNOWN = {
    "job",
    "trace_id",
    "span_id",
    "row",
    "process",
    "worker",
    "device",
    "stage",
    "step",
    "attempt",
    "exception",
}

Asked = Annotated[
    str, typer.Argument(metavar="JOB", help="The number of a job, or a trace id; `lectern show` has both.")
]
Step = Annotated[int | None, typer.Option("--step", metavar="N", help="Only lines of this step.")]
Attempt = Annotated[
    int | None, typer.Option("--attempt", metavar="N", help="Only of attempts of this number.")
]


Since = Annotated[
    str,
    typer.Option("--since", metavar="TIME", help="Only since then: 2026-11-20, yesterday, “today 08:00”."),
]
Level = Annotated[
    str, typer.Option("--level", metavar="LEVEL", help="Only as grave: debug, info, warning, error.")
]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written, until it is over.")]


def logs(
    context: typer.Context,
    asked: Asked,
    *,
    step: Step = None,
    attempt: Attempt = None,
    since: Since = "",
    level: Level = "debug",
    follow: Follow = False,
) -> Exit:
    """Gather the log lines of a film, in order of time: of workers, dispatcher and watchdog.

    Files that were cut and compressed are read, too. Of attempts of which nothing is found here, such as
    those on other hosts, the last lines come from the ledger, and it is told where their logs are.
    """
    terminal = terminal_of(context)
    if level not in LEVELS:
        raise InputError("command-level-unknown", level=level, known=", ".join(LEVELS))
    with open_farm() as farm:
        begin = period_of(farm, since=since).since / 1000 if since else 0.0
        only = Only(step=step, attempt=attempt, since=begin, level=level)
        if follow:
            return _follow(farm, asked, only, terminal)
        found = lines_of(farm, asked, shelves_of(farm.settings), only=only)
    terminal.answer({"kind": "logs", **asdict(found)}, _page(found, terminal))
    return Exit.OK


def _follow(farm: Farm, asked: str, only: Only, terminal: Terminal) -> Exit:
    """What there is, and then each line as it comes; to a machine, one object in each line."""
    shelves = shelves_of(farm.settings)
    follower = Follower(shelves)
    found = lines_of(farm, asked, shelves, only=only)
    # What came between is found twice.
    told = set(map(repr, found.lines))
    _tell(found.lines, terminal)
    try:
        while True:
            # It is looked once more after the end.
            over, wanted = _stand(farm, found.job)
            new = [line for line in follower.look(wanted) if only.wants(line) and repr(line) not in told]
            told.clear()
            _tell(new, terminal)
            if over:
                break
            time.sleep(_LOOK_S)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    elsewhere = lines_of(farm, asked, shelves, only=only).elsewhere
    if not terminal.json_wanted:
        for line in _elsewhere(elsewhere, terminal):
            terminal.note(line)
    return Exit.OK


def _stand(farm: Farm, job: int) -> tuple[bool, Wanted]:
    """Whether a film is over, delivery and all; and what its lines are known by."""
    view = read_job(farm.ledger, job)
    return view.line.ended_at is not None and view.line.archive is not ArchiveState.PENDING, wanted_of(view)


def _tell(lines: Iterable[LogLine], terminal: Terminal) -> None:
    for line in lines:
        if terminal.json_wanted:
            terminal.hand_out(json.dumps(asdict(line), ensure_ascii=False).encode() + b"\n")
        else:
            for each in _shown(line, terminal):
                terminal.say(each)


def _page(found: JobLines, terminal: Terminal) -> Iterator[Cell]:
    for line in found.lines:
        yield from _shown(line, terminal)
    if not found.lines:
        yield terminal.words("logs-none", job=found.job)
    yield from _elsewhere(found.elsewhere, terminal)


def _elsewhere(told: Iterable[Elsewhere], terminal: Terminal) -> Iterator[Text]:
    for each in told:
        word = "logs-elsewhere-kept" if each.kept else "logs-elsewhere"
        facts = {"worker": clean(each.worker), "host": clean(each.host)}
        yield Text(terminal.words(word, attempts=each.attempts, lines=each.kept, **facts), style="yellow")


def _shown(line: LogLine, terminal: Terminal) -> Iterator[Text]:
    """A line for a person, with its exception below it."""
    facts = line.facts
    at = terminal.second(line.at) if line.at else ""
    stage = facts.get("stage", "")
    part = ".".join(str(facts[name]) for name in ("step", "attempt") if name in facts)
    where = str(facts.get("worker", "")) if line.source == LEDGER else line.source
    said = f"{at}  {clean(where)}  {f'{stage} {part}'.strip()}  {line.level}  {clean(line.event)}"
    if line.source != LEDGER:
        said += "".join(f"  {name}={_told(value)}" for name, value in facts.items() if name not in _KNOWN)
    yield Text(said, style=_STYLES.get(line.level, ""))
    for each in str(facts.get("exception", "")).splitlines():
        indent = len(each) - len(each.lstrip())
        yield Text(f"    {' ' * indent}{clean(each)}", style="dim")


def _told(value: object) -> str:
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
