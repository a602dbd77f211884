"""`lectern pools`: which workers are kept for which films, and how pools help each other out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal, sentence
from cli.workers import advice_line
from db.pools import Change
from farm import crews
from farm import pools as cases
from farm.attention import of_helper, of_pool, of_unopened, of_worker
from farm.bootstrap import open_farm
from farm.policy.pools import pool_named, pools_rendering
from farm.views.pools import PoolView
from farm.views.screen import Advice, WorkerView

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
#: What keeps a worker from all work.
_KEPT = frozenset(
    {
        *("worker-ordered-drain", "worker-disk", "worker-out"),
        *("worker-is-gone", "worker-is-left", "worker-is-silent"),
    }
)
_NUMBERS = (1, 3, 4)


def pools(context: typer.Context) -> Exit:
    """Show the pools: who is in them, what waits for them, and whom they help."""
    if context.invoked_subcommand is not None:
        return Exit.OK
    return list_(context)


def list_(context: typer.Context) -> Exit:
    """List the pools: who is in them, what waits for them, and whom they help."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        crew = crews.read(farm)
        found = cases.read(farm, crew)
    document = {"kind": "pools", "pools": [asdict(each) for each in found]}
    terminal.answer(document, _page(terminal, found, crew))
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
        staffed = not view.standby or cases.is_staffed(farm, view.standby)
        astray = cases.not_found(farm, change.preload or ())
    terminal = terminal_of(context)
    words = terminal.words
    lines = [words("pool-set" if new else "pool-as-before", pool=view.name)]
    lines.append(words("pool-lends" if view.lends else "pool-lends-not"))
    lines.append(words("pool-stands-by" if view.standby else "pool-no-standby", standby=view.standby))
    if view.preload:
        lines.append(words("pool-preloads", names=clean(" ".join(view.preload))))
    if not used:
        lines.append(words("pool-unused", pool=view.name))
    if not staffed:
        lines.append(words("pool-standby-empty", standby=view.standby))
    for each in astray:
        detail = sentence(each.error.code, each.error.facts, terminal.language)
        lines.append(words("pool-preload-astray", name=clean(each.name), detail=detail))
    document = {"kind": "pool-set", "changed": new, "used": used, "pool": asdict(view)}
    astray_told = [{"name": each.name, "error": asdict(each.error)} for each in astray]
    terminal.answer({**document, "standby_staffed": staffed, "not_found": astray_told}, lines)
    return Exit.OK


def _page(
    terminal: Terminal, found: Sequence[PoolView], crew: Sequence[WorkerView]
) -> Iterator[Cell | Table]:
    words = terminal.words
    heads = (
        "pool",
        "pool-workers",
        "pool-cards",
        "pool-waiting",
        "pool-running",
        "pool-helps",
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
            _helps(terminal, each, crew),
            words("yes" if each.lends else "no"),
            each.standby,
            clean(" ".join(each.preload)),
        )
        for each in found
    ]
    yield terminal.table(*heads, rows=rows, right=_NUMBERS)
    notes = [advice for each in found for advice in _notes(each, crew)]
    notes += [advice for worker in crew for advice in of_helper(worker)]
    if notes:
        yield ""
    yield from (advice_line(terminal, advice) for advice in notes)


def _notes(pool: PoolView, crew: Sequence[WorkerView]) -> Iterator[Advice]:
    """Who stands in for a pool, what keeps its own workers from work, and what they could not open."""
    yield from of_pool(pool)
    if not pool.taking:
        kept = [each for each in crew if pool_named(pool.name) in pools_rendering(each.capabilities)]
        yield from (advice for each in kept for advice in of_worker(each) if advice.what in _KEPT)
    yield from of_unopened(pool.unopened)


def _helps(terminal: Terminal, pool: PoolView, crew: Sequence[WorkerView]) -> str:
    """The pools that a pool's workers are helping, each with at how many steps."""
    helped = Counter(each.work.helps for each in crew if each.work and each.work.lender == pool.name)
    words = terminal.words
    told = (words("pool-helped", pool=name, steps=steps) for name, steps in sorted(helped.items()))
    return words("comma").join(told)


def _workers(terminal: Terminal, pool: PoolView) -> str:
    if pool.taking == pool.workers:
        return str(pool.workers or "")
    return terminal.words("pool-taking", taking=pool.taking, workers=pool.workers)


def _cards(terminal: Terminal, pool: PoolView) -> str:
    """How its cards are; nothing of one without cards."""
    if pool.cards_ill:
        return terminal.words("pool-cards-ill", well=pool.cards_well, ill=pool.cards_ill)
    return str(pool.cards_well or "")
