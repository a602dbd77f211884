"""`lectern windows`: when work may begin that is kept for the night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal
from farm import nightfall, windows
from farm.bootstrap import open_farm
from farm.nightfall import MissedView, Night
from farm.windows import WaitedFor, WindowView

Name = Annotated[str, typer.Argument(metavar="NAME", help="The window, such as night.")]
Window = Annotated[str, typer.Argument(metavar="[NAME]", help="The window; the only one if left out.")]
Times = Annotated[
    list[str],
    typer.Argument(metavar="TIMES", help="Such as 22:00-07:00 Asia/Shanghai, weekends all day."),
]

#: So many films are named.
_SHOWN = 12


def list_(context: typer.Context) -> Exit:
    """List the windows, and whether each is open now."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found, zone = windows.listed(farm), farm.ledger.calendar.zone
    document = {"kind": "windows", "windows": [asdict(each) for each in found]}
    rows = [(each.name, standing_of(terminal, each), each.times) for each in found]
    heads = ("window", "now", "window-times")
    lines: list[Cell | Table] = [terminal.words("windows-none")]
    if rows:
        lines = [terminal.table(*heads, rows=rows)]
        if any(each.zone != zone for each in found):
            lines += ["", terminal.words("windows-clock", zone=zone)]
    terminal.answer(document, lines)
    return Exit.OK


def add(context: typer.Context, name: Name, times: Times) -> Exit:
    """Enter a window of time: days and times, with commas between, and a time zone.

    Films that are submitted with --off-peak begin and go on while it is open. Without a time zone it goes by
    the farm's own, `[quota] zone`. Days are mon to sun, mon-fri, weekdays, weekends or daily; times are
    22:00-07:00 or all day. What goes on past midnight belongs to the day on which it begins.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        added = windows.add(farm, name, " ".join(times))
    lines = [terminal.words("window-is", window=added.name, times=added.times), *_now(terminal, added)]
    terminal.answer({"kind": "window-changed", **asdict(added), "before": ""}, lines)
    return Exit.OK


def change(context: typer.Context, name: Name, times: Times) -> Exit:
    """Have a window open at other times from now on, also for what waits for it."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        changed, before = windows.change(farm, name, " ".join(times))
    lines = [
        terminal.words("window-is", window=changed.name, times=changed.times),
        terminal.words("window-was", times=before),
        *_now(terminal, changed),
    ]
    terminal.answer({"kind": "window-changed", **asdict(changed), "before": before}, lines)
    return Exit.OK


def remove(context: typer.Context, name: Name) -> Exit:
    """Forget a window that no film and no department uses."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        removed = windows.remove(farm, name)
    line = terminal.words("window-removed", window=removed)
    terminal.answer({"kind": "window-removed", "name": removed}, [line])
    return Exit.OK


def forecast(context: typer.Context, name: Window = "") -> Exit:
    """Tell which films of a window will not be finished when it shuts, and what that rests on.

    The queue is played through on the workers that are there, at the pace that was measured on earlier films.
    Films that are held for another reason are left out.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        night = nightfall.foresee(farm, name)
    terminal.answer({"kind": "window-forecast", **night_document(night)}, night_lines(terminal, night))
    return Exit.OK


def night_lines(terminal: Terminal, night: Night) -> Iterator[str | Text]:
    """What will not be finished by a window's end, and what the estimate rests on."""
    words = terminal.words
    if not night.films:
        yield words("night-empty", window=night.window)
        return
    if not night.shuts:
        yield words("night-endless", window=night.window, films=night.films)
        return
    shuts, many = terminal.moment(night.shuts), len(night.unfinished)
    name = "night-late" if many else "night-all"
    style = "yellow" if many else ""
    yield Text(words(name, window=night.window, films=night.films, shuts=shuts, late=many), style=style)
    shown = [f"{clean(each.row)} ({each.job})" if each.job else clean(each.row) for each in night.unfinished]
    if shown:
        yield words("night-rows", rows=", ".join(shown[:_SHOWN]) + (" …" if many > _SHOWN else ""))
    workers = words("night-workers", workers=night.workers) if night.workers else words("night-nobody")
    yield Text(words("night-basis", workers=workers, paces=words("semicolon").join(_paces(terminal, night))))


def missed_lines(terminal: Terminal, missed: Sequence[MissedView]) -> Iterator[Text]:
    """Which films will not be there when they are wanted; nothing where all will be."""
    if not missed:
        return
    films = [f"{clean(each.row)} ({terminal.moment(each.deadline)})" for each in missed]
    shown = ", ".join(films[:_SHOWN]) + (" …" if len(films) > _SHOWN else "")
    yield Text(terminal.words("missed", films=len(films), rows=shown), style="yellow")


def _paces(terminal: Terminal, night: Night) -> Iterator[str]:
    """How long rendering takes for a second of film, and what that rests on."""
    words = terminal.words
    for one in night.paces:
        basis = words(f"basis-{one.basis}")
        if one.attempts:
            basis = words("basis-of", basis=basis, device=one.device or "–", attempts=one.attempts)
        picture = f"{one.engine} {one.width} × {one.height}"
        yield words("night-pace", what=picture, ms=one.ms, basis=basis)


def night_document(night: Night) -> dict[str, object]:
    """The same for a machine."""
    return asdict(night)


def standing_of(terminal: Terminal, window: WindowView) -> Text:
    """Whether a window is open now, and until when."""
    if not window.until:
        return Text(terminal.words("window-open"), style="cyan")
    name, style = ("window-open-until", "cyan") if window.open else ("window-shut-until", "yellow")
    return Text(terminal.words(name, until=terminal.moment(window.until)), style=style)


def waiting_lines(terminal: Terminal, waiting: Iterable[WaitedFor]) -> Iterator[str]:
    """When the films of a batch begin that are made in windows, one line for each window."""
    for each in waiting:
        window, until = each.window, terminal.moment(each.window.until) if each.window.until else ""
        name = "films-wait-always" if not until else "films-wait-open" if window.open else "films-wait-shut"
        begin, words = each.films - each.held, terminal.words
        if not begin:
            name = "films-wait-held"
        elif each.held and name == "films-wait-shut":
            name = "films-wait-shut-quota"
        held = words("films-quota-holds", held=each.held) if each.held else ""
        told = {"window": window.name, "times": window.times, "until": until, "held": held}
        yield words(name, films=each.films, begin=begin, **told)


def waiting_document(waiting: Iterable[WaitedFor]) -> list[dict[str, object]]:
    """The same for a machine."""
    return [{**asdict(each.window), "films": each.films, "quota_held": each.held} for each in waiting]


def _now(terminal: Terminal, window: WindowView) -> list[str]:
    return [clean(terminal.words("window-now", standing=standing_of(terminal, window).plain))]
