"""`lectern status`: the one screen for whoever is woken at night."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.documents import farm_document
from cli.exits import Exit
from cli.lines import batch_line, counts_of, stop_line
from cli.options import terminal_of
from cli.terminal import Cell, Terminal, told
from cli.workers import advice_line, cut, size_of, workers_table
from farm import show as views
from farm.bootstrap import Settings, open_farm
from farm.views.films import Told
from farm.views.screen import Advice, DiskView, FailureView, FarmView, QueueView
from pipeline.plan.errors import LecternError
from worker import strangers
from worker.redis_server import await_redis, redis_url

#: The screen that all of it fits on, without the line of the next prompt.
_LINES = 39
_MOST_ADVICE = 5
#: How many workers, batches and failures are told: the first choice that there is room for.
_CHOICES = (
    (20, 3, 4),
    (14, 3, 4),
    (11, 3, 4),
    (9, 3, 4),
    (8, 2, 3),
    (8, 1, 2),
    (8, 1, 1),
    (6, 1, 1),
    (4, 0, 1),
    (0, 0, 0),
)
_MOST_JOBS = 20
_AWAY_REDIS = "farm-redis-away"
_ARCHIVE = "archive"
_NOT_UP = "farm-not-up"


def status(context: typer.Context) -> Exit:
    """Show on one screen how the farm is, and what to do next."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        redis = _redis(farm.settings)
        poison = strangers.number_of(farm.settings) if redis is None else None
        view = views.whole(farm, most=_MOST_JOBS, redis=redis, poison=poison)
    terminal.answer(farm_document(view), page_of(view, terminal))
    return Exit.OK


def _redis(settings: Settings) -> Told | None:
    """Why Redis does not answer at once; None: it does."""
    try:
        await_redis(redis_url(settings.redis.location, settings.home), 0.0)
    except LecternError as error:
        return Told(code=error.code, facts=error.facts)
    return None


def page_of(view: FarmView, terminal: Terminal) -> Iterator[Cell | Table]:
    """What needs somebody, then how everything is."""
    stopped = [stop_line(terminal, stop) for stop in view.stops]
    top: list[Cell | Table] = [*_head(view, terminal), *stopped, "", _facts(view, terminal)]
    yield from top
    used = sum(len(terminal.out.render_lines(each, pad=False)) for each in top)
    workers, batches, failures = _choice(view, _LINES - used)
    if view.workers:
        yield ""
        yield workers_table(terminal, view.workers[:workers])
        if (rest := len(view.workers) - workers) > 0:
            yield terminal.words("more-workers", number=rest)
    if view.batches:
        yield ""
        yield from (cut(batch_line(terminal, batch)) for batch in view.batches[:batches])
        if (rest := len(view.batches) - batches) > 0:
            yield terminal.words("more-batches", number=rest)
    if view.failures:
        yield ""
        yield from _failures(view, failures, terminal)


def _choice(view: FarmView, left: int) -> tuple[int, int, int]:
    """How many workers, batches and failures are told on so many lines."""
    for choice in _CHOICES[:-1]:
        workers, batches, failures = choice
        heights = (
            _height(len(view.workers), workers, heads=1),
            _height(len(view.batches), batches, heads=0),
            _height(len(view.failures), failures, heads=2),
        )
        if sum(heights) <= left:
            return choice
    return _CHOICES[-1]


def _height(number: int, most: int, *, heads: int) -> int:
    """The lines that so many of a kind take, of which some are told, below a blank one."""
    return 1 + heads + min(number, most) + (number > most) if number else 0


def _facts(view: FarmView, terminal: Terminal) -> Table:
    facts: list[tuple[str, Text]] = [
        ("farm", _farm(view, terminal)),
        ("films", counts_of(terminal, view.counts) or Text(terminal.words("nothing-submitted"))),
        *_queue(view.queue, terminal),
        ("disks", _disks(view, terminal)),
        ("archive-head", _archive(view, terminal)),
    ]
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for name, value in facts:
        grid.add_row(Text(terminal.words(name), style="bold"), value)
    return grid


def _head(view: FarmView, terminal: Terminal) -> Iterator[Text]:
    """One line when all is well; else what to do, the gravest first; then what is worth knowing."""
    words = terminal.words
    grave = [advice for advice in view.attention if advice.level]
    if not grave:
        active, queued = view.counts.get("active", 0), view.counts.get("queued", 0)
        what = "all-well" if active or queued else "all-well-idle"
        yield Text(words(what, active=active, queued=queued), style="bold green")
    else:
        yield Text(words("needs-one" if len(grave) == 1 else "needs", number=len(grave)), style="bold")
    shown = view.attention[:_MOST_ADVICE]
    yield from (_item(advice, terminal) for advice in shown if advice.level)
    if any(not advice.level for advice in shown):
        yield Text(words("worth-knowing"))
        yield from (_item(advice, terminal) for advice in shown if not advice.level)
    if (rest := len(view.attention) - len(shown)) > 0:
        yield Text(words("more-advice", number=rest))


def _item(advice: Advice, terminal: Terminal) -> Text:
    return Text("- ").append_text(advice_line(terminal, advice))


def _farm(view: FarmView, terminal: Terminal) -> Text:
    """Its processes: who leads, who watches, and whether Redis answers."""
    words, line = terminal.words, Text()
    hosts = [*view.watched, *view.unwatched]
    if any(advice.what == _NOT_UP for advice in view.attention):
        return Text(words("farm-is-not-up"), style="yellow")
    if view.dispatcher:
        line.append(words("dispatcher-leads", name=clean(view.leader)))
    else:
        line.append(words("dispatcher-none"), style="yellow")
    line.append(words("dot")).append(words("watchdogs", watched=len(view.watched), hosts=len(hosts)))
    line.append(words("dot"))
    if view.redis is None:
        line.append(words("redis-answers"))
    elif view.redis.code == _AWAY_REDIS:
        line.append(words("redis-away"), style="yellow")
    else:
        line.append(words("redis-unknown"))
    return line


def _queue(lines: Sequence[QueueView], terminal: Terminal) -> Iterator[tuple[str, Text]]:
    """What waits at each stage, and the longest wait; and what is in work."""
    words = terminal.words
    if not lines:
        return
    waiting = [_steps(line.stage, line.waiting, terminal) for line in lines if line.waiting]
    if later := sum(line.later for line in lines):
        waiting.append(words("queue-later", steps=later))
    waits = [(line.oldest_s, words.state(line.stage)) for line in lines if line.oldest_s is not None]
    if waits:
        oldest_s, stage = max(waits)
        waiting.append(words("queue-oldest", span=words.span(oldest_s), stage=stage))
    working = [_steps(line.stage, line.running, terminal) for line in lines if line.running]
    yield "waiting-head", Text(words("dot").join(waiting) or words("nothing-waits"))
    yield "in-work", Text(words("dot").join(working) or words("nothing-waits"))


def _steps(stage: str, steps: int, terminal: Terminal) -> str:
    return f"{terminal.words.state(stage)} {steps}"


def _disks(view: FarmView, terminal: Terminal) -> Text:
    """What is free on each disk, and how much has to be."""
    words, line = terminal.words, Text()
    for disk in view.disks:
        if line:
            line.append(words("dot"))
        of = words("comma").join(words(f"disk-{each}") for each in disk.of)
        if disk.error is not None:
            line.append(words("disk-unseen", of=of), style="yellow")
        else:
            room = words("disk-room", of=of, free=size_of(disk.free_mb), size=size_of(disk.size_mb))
            line.append(room, style="bold red" if disk.low else "")
    if floor := max((disk.floor_mb for disk in view.disks), default=0):
        line.append(words("dot")).append(words("disk-floor", floor=size_of(floor)))
    return line


def _archive(view: FarmView, terminal: Terminal) -> Text:
    """Whether films can be delivered, and how many wait."""
    words = terminal.words
    disk: DiskView | None = next((each for each in view.disks if _ARCHIVE in each.of), None)
    away = disk is not None and disk.error is not None
    line = Text(words("archive-is-away" if away else "archive-is-there"), style="yellow" if away else "")
    if view.archive_pending:
        line.append(words("dot")).append(words("archive-films", films=view.archive_pending))
    return line


def _failures(view: FarmView, most: int, terminal: Terminal) -> Iterator[Table | str]:
    """What attempts met lately, how often, and in words."""
    words = terminal.words
    yield words("failed-in", hours=view.failures_h)
    rows: list[Sequence[Cell]] = [
        (
            str(failure.times),
            str(failure.films),
            failure.error.code if failure.error else "",
            cut(Text(_met(failure, terminal))),
        )
        for failure in view.failures[:most]
    ]
    yield terminal.table("times", "films", "error-head", "last-met", rows=rows, right=(0, 1))
    if (rest := len(view.failures) - most) > 0:
        yield words("more-failures", number=rest)


def _met(failure: FailureView, terminal: Terminal) -> str:
    """An error in words."""
    if failure.error is None:
        return terminal.words("lost-worker")
    return told(failure.error.code, failure.error.facts, terminal.language)[0]
