"""`lectern pools`: which workers are kept for which films, and how pools help each other out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal
from cli.workers import advice_line
from db.pools import Change
from farm import pools as cases
from farm.attention import of_pool, of_unopened
from farm.bootstrap import open_farm
from farm.views.pools import PoolView

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The pool; any: workers and films that are kept for none.")
]
Lend = Annotated[
    bool | None,
    typer.Option("--lend/--no-lend", help="Have its idle workers render others' films, own work first."),
]
Standby = Annotated[
    str | None,
    typer.Option(
        "--standby",
        metavar="POOL",
        help='The pool that renders its films while none of its own workers can; "" for none.',
    ),
]
Preload = Annotated[
    str | None,
    typer.Option(
        "--preload",
        metavar="NAMES",
        help='Models and voices that its workers open when they start, with spaces between; "" for none.',
    ),
]
_NUMBERS = (1, 3, 4, 5)


def pools(context: typer.Context) -> Exit:
    """Show the pools: who is in them, what waits for them, and whom they help."""
    if context.invoked_subcommand is not None:
        return Exit.OK
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = cases.read(farm)
    document = {"kind": "pools", "pools": [asdict(each) for each in found]}
    terminal.answer(document, _page(terminal, found))
    return Exit.OK


def set_(
    context: typer.Context,
    name: Name,
    *,
    lend: Lend = None,
    standby: Standby = None,
    preload: Preload = None,
) -> Exit:
    """Set how a pool helps others and is helped; what is not named stays as it is.

    It counts from the next chunk on. Models are named as on the shelf, voices with their engine, such as
    coqui/xtts; they are opened by workers that start after this.
    """
    change = Change(lends=lend, standby=standby, preload=None if preload is None else tuple(preload.split()))
    with open_farm() as farm:
        view, new = cases.set_pool(farm, name, change)
        used = cases.is_used(farm, view)
    terminal = terminal_of(context)
    words = terminal.words
    lines = [words("pool-set" if new else "pool-as-before", pool=view.name)]
    lines.append(words("pool-lends" if view.lends else "pool-lends-not"))
    lines.append(words("pool-stands-by" if view.standby else "pool-no-standby", standby=view.standby))
    if view.preload:
        lines.append(words("pool-preloads", names=clean(" ".join(view.preload))))
    if not used:
        lines.append(words("pool-unused", pool=view.name))
    terminal.answer({"kind": "pool-set", "changed": new, "used": used, "pool": asdict(view)}, lines)
    return Exit.OK


def _page(terminal: Terminal, found: Sequence[PoolView]) -> Iterator[Cell | Table]:
    words = terminal.words
    heads = (
        "pool",
        "pool-workers",
        "pool-cards",
        "pool-waiting",
        "pool-running",
        "pool-lent",
        "pool-lends-head",
        "pool-standby",
        "pool-preload",
    )
    rows: list[Sequence[Cell]] = [
        (
            each.name,
            _workers(terminal, each),
            _cards(terminal, each),
            str(each.waiting or ""),
            str(each.running or ""),
            str(each.lent or ""),
            words("yes" if each.lends else "no"),
            each.standby,
            clean(" ".join(each.preload)),
        )
        for each in found
    ]
    yield terminal.table(*heads, rows=rows, right=_NUMBERS)
    notes = [advice for each in found for advice in (*of_pool(each), *of_unopened(each.unopened))]
    if notes:
        yield ""
    yield from (advice_line(terminal, advice) for advice in notes)


def _workers(terminal: Terminal, pool: PoolView) -> str:
    if pool.taking == pool.workers:
        return str(pool.workers or "")
    return terminal.words("pool-taking", taking=pool.taking, workers=pool.workers)


def _cards(terminal: Terminal, pool: PoolView) -> str:
    """How its cards are; nothing of one without cards."""
    if pool.cards_ill:
        return terminal.words("pool-cards-ill", well=pool.cards_well, ill=pool.cards_ill)
    return str(pool.cards_well or "")
