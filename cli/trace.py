"""`lectern trace`: a film's waterfall, from its submission to the archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal
from farm.bootstrap import open_farm
from farm.course import CourseView, course
from farm.policy.waterfall import Bar, Piece
from pipeline.plan.moments import iso, iso_exact

_WIDEST = 60
_NARROWEST = 12
#: Where nobody looks on, a line may be long, but is to be read.
_ELSEWHERE = 160
_GAP = 2
_HEADS = ("stage", "worker", "trace-device", "trace-waited", "took", "note-head")
_DEVICE, _WAITED, _TOOK, _NOTE = 2, 3, 4, 5
_MADE_ELSEWHERE = "farm-made-elsewhere"
_WAIT, _RUN, _BAD = "·", "█", "▒"
_MINUTE_MS = 60_000

Asked = Annotated[
    str,
    typer.Argument(metavar="TRACE", help="A trace id, or the number of a job; `lectern show` has both."),
]
Clips = Annotated[bool, typer.Option("--clips", help="A line for each thing that was made, too.")]


def trace(context: typer.Context, asked: Asked, clips: Clips = False) -> Exit:  # noqa: FBT002 - a flag
    """Draw the waterfall of a film: when each part waited and ran, who made it, and what was found made.

    It comes from the ledger alone, however long ago the film was made. A wait begins when what a part needs
    was done: a hold, a shut window and those who went before count as waiting.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        view = course(farm, asked)
    terminal.answer(document_of(view), page_of(view, terminal, clips=clips))
    return Exit.OK


def document_of(view: CourseView) -> dict[str, object]:
    """What a machine is told; times are UTC to the millisecond, waits and runs milliseconds."""
    return {
        "kind": "trace",
        "job": view.job,
        "batch": view.batch,
        "row": view.row,
        "department": view.department,
        "state": view.state,
        "trace": view.trace,
        "span": view.root,
        "submitted": iso_exact(view.submitted),
        "ended": _moment(view.ended),
        "bars": [_bar_document(bar, view.now) for bar in view.bars],
        "holds": [
            {"reason": hold.reason, "since": iso_exact(hold.since), "until": _moment(hold.until)}
            for hold in view.holds
        ],
        "acts": [{**asdict(act), "at": iso_exact(act.at)} for act in view.acts],
    }


def _bar_document(bar: Bar, now: int) -> dict[str, object]:
    return {
        "stage": bar.stage,
        "part": bar.part,
        "parts": bar.parts,
        "attempt": bar.number,
        "span": bar.span,
        "waits": iso_exact(bar.waits),
        "begins": _moment(bar.begins),
        "ends": _moment(bar.ends),
        "waited_ms": (now if bar.begins is None else bar.begins) - bar.waits,
        "took_ms": None if bar.begins is None else (bar.ends or now) - bar.begins,
        "worker": bar.worker,
        "device": bar.device,
        "outcome": bar.outcome,
        "code": bar.code,
        "folded": bar.folded,
        "made": [
            {**asdict(piece), "begins": iso_exact(piece.begins), "ends": iso_exact(piece.ends)}
            for piece in bar.pieces
        ],
        "kept": bar.kept,
        "found": bar.found,
    }


def _moment(time: int | None) -> str:
    return "" if time is None else iso_exact(time)


def page_of(view: CourseView, terminal: Terminal, *, clips: bool = False) -> Iterator[Cell | Table]:
    """The waterfall for a person, as wide as the terminal lets it be."""
    words = terminal.words
    yield Text(
        words(
            "trace-head",
            job=view.job,
            row=clean(view.row),
            batch=view.batch,
            state=words.state(view.state),
            submitted=terminal.second(iso(view.submitted)),
        ),
        style="bold",
    )
    yield words("trace-id", trace=view.trace)
    yield from (_held(hold.reason, hold.since, terminal) for hold in view.holds)
    if not view.bars:
        yield words("trace-nothing")
        return
    yield ""
    table, drawn = _table(view, terminal, clips=clips)
    yield table
    yield ""
    if drawn:
        shortened = words("trace-shortened") if view.axis.shortened else ""
        yield words("trace-legend", wait=_WAIT, run=_RUN, bad=_BAD) + shortened
    if any(bar.kept or bar.found for bar in view.bars):
        yield words("trace-reused")
    for act in view.acts:
        yield words(
            "trace-act", at=terminal.second(iso(act.at)), verb=clean(words.deed(act.verb)), by=clean(act.by)
        )


def _held(reason: str, since: int, terminal: Terminal) -> str:
    words = terminal.words
    return words("trace-held", reason=words(f"trace-hold-{reason}"), since=terminal.second(iso(since)))


def _table(view: CourseView, terminal: Terminal, *, clips: bool) -> tuple[Table, bool]:
    """A line for each bar, and whether bars are drawn; what does not fit goes: the card, then the bars."""
    lines: list[tuple[Bar, Piece | None, list[Cell]]] = []
    for bar in view.bars:
        lines.append((bar, None, _cells(bar, view, terminal)))
        if clips:
            lines.extend(
                (bar, piece, _piece_cells(piece, number, terminal)) for number, piece in _numbered(bar)
            )
    room = terminal.out.width if terminal.out.is_terminal else _ELSEWHERE
    columns = [*range(len(_HEADS))]
    if _left(terminal, lines, columns, room) < _NARROWEST:
        columns.remove(_DEVICE)
    left = min(_WIDEST, _left(terminal, lines, columns, room))
    drawn = left >= _NARROWEST
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column in columns:
        if drawn and column == _NOTE:
            table.add_column("", no_wrap=True)
        table.add_column(
            terminal.words(_HEADS[column]),
            justify="right" if column in {_WAITED, _TOOK} else "left",
            overflow="fold",
        )
    for bar, piece, cells in lines:
        row: list[Cell] = [cells[column] for column in columns]
        if drawn:
            row.insert(len(row) - 1, _drawn(view, bar, piece, left))
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    return table, drawn


def _left(
    terminal: Terminal,
    lines: list[tuple[Bar, Piece | None, list[Cell]]],
    columns: list[int],
    room: int,
) -> int:
    """How many characters some columns leave to the bars."""
    taken = 0
    for column in columns:
        cells = (str(cells[column]) for _, _, cells in lines)
        taken += max(map(cell_len, [terminal.words(_HEADS[column]), *cells])) + _GAP
    return room - taken - _GAP


def _cells(bar: Bar, view: CourseView, terminal: Terminal) -> list[Cell]:
    words = terminal.words
    part = f" {bar.part}/{bar.parts}" if bar.parts > 1 else ""
    began = view.now if bar.begins is None else bar.begins
    return [
        f"{words.state(bar.stage)}{part}",
        clean(bar.worker),
        clean(bar.device),
        _length(terminal, began - bar.waits),
        "" if bar.begins is None else _length(terminal, (bar.ends or view.now) - bar.begins),
        _note(bar, terminal),
    ]


def _piece_cells(piece: Piece, number: int, terminal: Terminal) -> list[Cell]:
    return [
        Text(f"  {terminal.words(f'trace-{piece.kind}')} {number}", style="dim"),
        "",
        "",
        "",
        _length(terminal, piece.ends - piece.begins),
        Text(piece.key[:12], style="dim"),
    ]


def _numbered(bar: Bar) -> Iterator[tuple[int, Piece]]:
    """What was made, each kind counted by itself."""
    seen: Counter[str] = Counter()
    for piece in bar.pieces:
        seen[piece.kind] += 1
        yield seen[piece.kind], piece


def _note(bar: Bar, terminal: Terminal) -> Text:
    """How it ended, and what was made and found."""
    words = terminal.words
    told: list[tuple[str, str]] = []
    if bar.begins is None:
        told.append((words("trace-waiting"), "yellow"))
    elif not bar.outcome:
        told.append((words("outcome-running"), "cyan"))
    elif bar.code == _MADE_ELSEWHERE:
        told.append((words("outcome-waited"), "yellow"))
    elif bar.outcome != "ok":
        told.append((words(f"outcome-{bar.outcome}"), "red"))
    if bar.code:
        told.append((clean(bar.code), "red"))
    if bar.folded:
        told.append((words("trace-folded", times=bar.folded), "yellow"))
    if bar.pieces:
        told.append((words("trace-made", number=len(bar.pieces)), ""))
    if bar.kept:
        told.append((words("trace-kept", number=bar.kept), "green"))
    if bar.found:
        told.append((words("trace-found", number=bar.found), "green"))
    return Text(words("comma")).join(Text(text, style=style) for text, style in told)


def _drawn(view: CourseView, bar: Bar, piece: Piece | None, width: int) -> Text:
    """A bar: its wait, then its run; whatever took any time at all is drawn as one character at least."""

    def column(time: int) -> int:
        return min(width - 1, int(view.axis.place(time) * width))

    if piece is not None:
        first, last = column(piece.begins), column(piece.ends)
        return Text(" " * first).append(_RUN * max(1, last - first), style="dim cyan")
    waits = column(bar.waits)
    if bar.begins is None:
        return Text(" " * waits).append(_WAIT * max(1, column(view.now) - waits + 1), style="yellow")
    begins, ends = column(bar.begins), column(bar.ends or view.now)
    good = bar.outcome in {"", "ok"}
    drawn = Text(" " * waits).append(_WAIT * (begins - waits), style="dim")
    return drawn.append((_RUN if good else _BAD) * max(1, ends - begins), style="cyan" if good else "red")


def _length(terminal: Terminal, length_ms: int) -> str:
    """How long something took: below a minute to a tenth of a second."""
    length_ms = max(0, length_ms)
    if length_ms < _MINUTE_MS:
        return terminal.words("trace-seconds", seconds=f"{length_ms / 1000:.1f}")
    return terminal.words.span(round(length_ms / 1000))
