"""`lectern watch`: live progress of a batch until it is over; leaving it leaves the farm working."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import typer
from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.documents import batch_document
from cli.exits import Exit
from cli.lines import batch_line, eta_of, jobs_table, progress_of, state_of
from cli.options import NewestBatch, terminal_of
from cli.terminal import Terminal
from farm import show
from farm.bootstrap import Farm, open_farm
from farm.results import are_coming, is_told, table_of
from farm.views.films import BatchView, JobView

_INTERVAL_S = 1.0
_REST = 20
_ARCHIVING_S = 15.0
_BAR = 24
#: Lines of the screen that the total, the notes and the prompt need.
_RESERVED = 6
_MOST_ROWS = 20
_SHOWN_FAILURES = 20


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at the ledger found: the batch, the jobs worth a line, and those that ended since."""

    batch: BatchView
    jobs: tuple[JobView, ...]
    ended: tuple[JobView, ...]


def watch(context: typer.Context, batch: NewestBatch = None) -> Exit:
    """Show a batch's progress until it is over.

    Ctrl-C leaves the farm working. With --json, waits until the batch is over and prints it once.
    """
    with open_farm() as farm:
        number = show.newest_batch(farm) if batch is None else batch
        return follow(farm, number, terminal_of(context))


def follow(farm: Farm, batch: int, terminal: Terminal) -> Exit:
    """Show progress until the batch is over, then its result; `Exit.FAILED` if a film could not be made."""
    looks = _looks(farm, batch)
    try:
        if terminal.json_wanted:
            *_, last = (look.batch for look in looks)
        elif terminal.out.is_terminal:
            last = draw(looks, terminal)
        else:
            last = tell(looks, terminal)
    except KeyboardInterrupt:
        terminal.note(terminal.words("farm-goes-on", batch=batch))
        return Exit.INTERRUPTED
    results = table_of(farm, batch)
    document = {**batch_document(last, show.jobs(farm, batch=batch)), "results": results}
    terminal.answer(document, _result(farm, last, results, terminal))
    return Exit.FAILED if last.counts.get("failed") or last.counts.get("canceled") else Exit.OK


def _looks(farm: Farm, batch: int) -> Iterator[Look]:
    """Look at the batch again and again, a last time when it is over.

    Films that are just being archived, and the table of what became of each row, are waited for a little; an
    archive that is away is not.
    """
    before: set[int] = set()
    patience = time.monotonic() + _ARCHIVING_S
    while True:
        begun = time.monotonic()
        jobs = show.lively(farm, batch, most=_MOST_ROWS)
        view = show.batch(farm, batch)
        gone = before - {job.id for job in jobs}
        before = {job.id for job in jobs}
        ended = [show.job(farm, job).job for job in sorted(gone)]
        yield Look(batch=view, jobs=jobs, ended=tuple(job for job in ended if job.over))
        if not view.over:
            patience = time.monotonic() + _ARCHIVING_S
        elif not (view.archive_pending or are_coming(farm, batch)) or time.monotonic() > patience:
            return
        # Looking takes longer in a long line; it never takes more than a small share of a processor.
        time.sleep(max(_INTERVAL_S, _REST * (time.monotonic() - begun)))


def draw(looks: Iterator[Look], terminal: Terminal) -> BatchView:
    """On a terminal: a total and a line for each active job, drawn in place."""
    with Live(console=terminal.out, auto_refresh=False, transient=True) as live:
        for look in looks:
            for job in look.ended:
                live.console.print(_line(job, terminal))
            live.update(_screen(look, terminal), refresh=True)
    return look.batch


def _screen(look: Look, terminal: Terminal) -> Group:
    rows = max(1, terminal.out.height - _RESERVED)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(width=_BAR)
    for _ in range(2):
        table.add_column(justify="right", no_wrap=True)
    # Only the words may take several lines: why a film waits is never cut off.
    table.add_column()
    for job in look.jobs[:rows]:
        table.add_row(
            Text(clean(job.row)),
            state_of(terminal, job),
            ProgressBar(total=100, completed=job.per_cent, width=_BAR),
            f"{job.per_cent} %",
            eta_of(terminal, job.eta_s),
            Text(progress_of(terminal, job)),
        )
    total = Table.grid()
    total.add_row(ProgressBar(total=100, completed=look.batch.per_cent, width=2 * _BAR))
    return Group(batch_line(terminal, look.batch), total, table, Text(terminal.words("leave"), style="dim"))


def tell(looks: Iterator[Look], terminal: Terminal) -> BatchView:
    """In a pipe or a log: a line whenever a job comes to something new, and the total now and then."""
    told: dict[int, tuple[object, ...]] = {}
    tenth = -1
    for look in looks:
        if look.batch.per_cent // 10 != tenth:
            tenth = look.batch.per_cent // 10
            terminal.say(batch_line(terminal, look.batch))
        for job in look.ended:
            terminal.say(_line(job, terminal))
        for job in look.jobs:
            if job.state == "queued" and not job.waiting:
                continue
            news = (job.state, job.stage, job.waiting, job.error)
            if told.get(job.id) != news:
                told[job.id] = news
                terminal.say(_line(job, terminal))
    return look.batch


def _line(job: JobView, terminal: Terminal) -> Text:
    """A job in one line: its row, its state, and what it is at."""
    line = Text(f"  {clean(job.row)}  ").append_text(state_of(terminal, job))
    if job.state == "completed":
        return line
    return line.append(f"  {progress_of(terminal, job)}")


def _result(farm: Farm, batch: BatchView, results: str, terminal: Terminal) -> Iterator[Text | Table | str]:
    """What became of a batch: where its films are, and of those that are none, why."""
    yield batch_line(terminal, batch)
    films = show.jobs(farm, batch=batch.id, state="completed", most=_MOST_ROWS)
    if films:
        yield jobs_table(terminal, films)
    if (rest := batch.counts.get("completed", 0) - len(films)) > 0:
        yield terminal.words("and-more", number=rest, batch=batch.id)
    if batch.archive_pending:
        yield terminal.words("archive-waits", films=batch.archive_pending)
    for state in ("failed", "canceled"):
        if number := batch.counts.get(state, 0):
            lost = show.jobs(farm, batch=batch.id, state=state, most=_SHOWN_FAILURES)
            yield jobs_table(terminal, lost)
            if number > len(lost):
                yield terminal.words("and-more", number=number - len(lost), batch=batch.id)
    place = "results-are" if is_told(farm, batch.id) else "results-not-yet"
    yield terminal.words(place, place=clean(results), batch=batch.id)
    if batch.counts.get("failed") or batch.counts.get("canceled"):
        yield terminal.words("how-to-requeue", batch=batch.id)
