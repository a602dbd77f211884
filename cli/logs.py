"""`lectern logs`: a film's log lines, from all processes of this host that wrote of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal
from farm.bootstrap import open_farm
from farm.loglines import LEDGER, JobLines, LogLine, lines_of
from worker.places import Places

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


def logs(context: typer.Context, asked: Asked, step: Step = None, attempt: Attempt = None) -> Exit:
    """Gather the log lines of a film, in order of time: of workers, dispatcher and watchdog.

    Files that were cut and compressed are read, too. Of attempts of which nothing is found here, such as
    those on other hosts, the last lines come from the ledger, and it is told where their logs are.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = lines_of(farm, asked, Places(home=farm.settings.home).logs, step=step, attempt=attempt)
    terminal.answer({"kind": "logs", **asdict(found)}, _page(found, terminal))
    return Exit.OK


def _page(found: JobLines, terminal: Terminal) -> Iterator[Cell]:
    for line in found.lines:
        yield from _shown(line, terminal)
    if not found.lines:
        yield terminal.words("logs-none", job=found.job)
    for each in found.elsewhere:
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
