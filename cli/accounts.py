"""`lectern usage`: who has used the farm, for how long and for how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.table import Table

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal
from farm import accounts
from farm.bootstrap import open_farm
from farm.policy.accounts import TICKS, Account, By, Line
from farm.policy.periods import Period
from farm.policy.prices import Prices, adds_up, rounded
from farm.tally import document_of, header_of, hours, label_of, row_of
from pipeline.plan.cells import to_csv
from pipeline.plan.errors import InputError
from pipeline.plan.moments import on_wall

Month = Annotated[
    str, typer.Option("--month", metavar="MONTH", help="A month, such as 2026-11; this one unless given.")
]
Since = Annotated[
    str,
    typer.Option("--since", metavar="TIME", help="Or since when: 2026-11-20, yesterday, “today 08:00”."),
]
Until = Annotated[
    str,
    typer.Option("--until", metavar="TIME", help="Until when, else now; a date alone is the last day."),
]
Department = Annotated[str, typer.Option("--department", metavar="NAME", help="Only of this department.")]


def usage(
    context: typer.Context,
    *,
    month: Month = "",
    since: Since = "",
    until: Until = "",
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="WHAT",
            help="A line for each department, member, project, batch, engine, card or day.",
        ),
    ] = By.DEPARTMENT.value,
    department: Department = "",
    csv: Annotated[bool, typer.Option("--csv", help="As a table that spreadsheets open.")] = False,
) -> Exit:
    """Tell who has used the farm: hours of cards and processors, good and wasted, films, storage, money.

    An attempt counts where it ended, with all of its time; what runs now is not in it yet. Hours of cards and
    of processors stand apart. Money is shown where [prices] are set.
    """
    terminal = terminal_of(context)
    grouping = _grouping(by)
    with open_farm() as farm:
        period = accounts.period_of(farm, months=month, since=since, until=until)
        found = accounts.accounted(farm, grouping, period, department=department)
        prices = accounts.prices_of(farm)
    if csv and not terminal.json_wanted:
        header, rows = header_of(grouping, prices), [*found.lines, found.total]
        told = [row_of(line, prices, total=line is found.total) for line in rows]
        terminal.hand_out(to_csv(header, told))
        return Exit.OK
    document = {"kind": "usage", "department": department, **document_of(found, period, prices)}
    terminal.answer(document, _page(terminal, found, period, prices, department))
    return Exit.OK


def _grouping(by: str) -> By:
    try:
        return By(by)
    except ValueError:
        raise InputError("accounts-by-unknown", by=by, known=", ".join(By)) from None


def _page(
    terminal: Terminal, found: Account, period: Period, prices: Prices, department: str
) -> Iterator[Cell | Table]:
    words = terminal.words
    since, until = (on_wall(at, period.zone) for at in (period.since, period.until))
    of = words("usage-department", department=clean(department)) if department else ""
    yield words("usage-period", since=since, until=until, zone=period.zone) + of
    if not found.lines:
        yield words("usage-nothing")
    else:
        yield ""
        yield usage_table(terminal, found, prices)
    yield ""
    yield words("usage-running")
    if prices.told and not adds_up((line.cost for line in found.lines), found.total.cost):
        yield words("usage-rounded")
    if found.unowned_bytes:
        yield words("usage-unowned", size=_size(found.unowned_bytes))
    if found.unpriced:
        yield words("usage-unpriced", cards=words("comma").join(map(clean, found.unpriced)))


def usage_table(terminal: Terminal, found: Account, prices: Prices) -> Table:
    """A line for each, and the total below."""
    by = found.by
    heads = [f"by-{by}", "card-hours", "processor-hours", "wasted-share"]
    heads += ["films", "film-length"] if by.has_films else []
    heads += ["stored-now"] if by.has_store else []
    heads += ["cost"] if prices.told else []
    rows = [_cells(terminal, line, by, prices, label_of(line, by, terminal.language)) for line in found.lines]
    rows.append(_cells(terminal, found.total, by, prices, terminal.words("in-total")))
    return terminal.table(*heads, rows=rows, right=range(1, len(heads)))


def _cells(terminal: Terminal, line: Line, by: By, prices: Prices, label: str) -> Sequence[Cell]:
    share = f"{100 * line.wasted_ms / line.held_ms:.0f} %" if line.held_ms else ""
    return (
        label,
        hours(line.card_ms),
        hours(line.processor_ms),
        share,
        *([str(line.films), terminal.words.span(line.ticks // TICKS)] if by.has_films else []),
        *([_size(line.store_bytes)] if by.has_store else []),
        *([f"{rounded(line.cost)} {prices.currency}".strip()] if prices.told else []),
    )


def _size(size: int) -> str:
    megabytes = size / 1_000_000
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"  # noqa: PLR2004 - a GB
