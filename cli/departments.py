"""`lectern departments`: who pays for films, what each may use, and what it has used today."""

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
from cli.rights import with_rights
from cli.terminal import Cell, Terminal
from farm import departments as cases
from farm import pools
from farm.bootstrap import Farm, open_farm
from farm.gc import GIGABYTE
from farm.policy.departments import NONE
from farm.policy.retention import days_of
from farm.views.departments import DepartmentView

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The department; `lectern departments list` shows them.")
]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="Its name, such as customer-service.")]
GrantFilms = Annotated[int, typer.Option("--films", metavar="N", min=1, help="How many films.")]
Until = Annotated[
    str,
    typer.Option(
        "--until",
        metavar="TIME",
        help="A date, which counts to its end, or a date and time: what is not begun by then lapses.",
    ),
]
_RIGHT = (1, 2, 3, 4, 5)
_HOUR = 3600


def list_(context: typer.Context) -> Exit:
    """List the departments: what each may use, and what it has used today."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = cases.listed(farm)
    document = {"kind": "departments", "departments": [asdict(each) for each in found]}
    terminal.answer(document, _page(terminal, found))
    return Exit.OK


def show(context: typer.Context, name: Name) -> Exit:
    """Show one department: its rights and limits, its grants, and what its members have used today."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = cases.shown(farm, name)
    terminal.answer({"kind": "department", "department": asdict(found)}, _sheet(terminal, found))
    return Exit.OK


@with_rights(NewName)
def add(context: typer.Context, name: str, words: Mapping[str, str | None]) -> Exit:
    """Add a department. What is not named is as usual: weight 100, no limit, and no right to be urgent."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        added = cases.add(farm, name, words)
        doubts = _doubts(terminal, farm, words["pool"] and added.limits["pool"])
    lines = [terminal.words("department-added", name=clean(added.name)), *_sheet(terminal, added), *doubts]
    terminal.answer({"kind": "department", "department": asdict(added)}, lines)
    return Exit.OK


@with_rights(Name)
def set_(context: typer.Context, name: str, words: Mapping[str, str | None]) -> Exit:
    """Change what a department may use; what is not named stays as it is.

    It counts at once, also for films that wait; they keep the urgency, priority, pool and window that they
    were submitted with (`lectern set` changes those). What has begun is never stopped by it.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        changed = cases.change(farm, name, words)
        doubts = _doubts(terminal, farm, changed.after.get("pool"))
    told = terminal.words
    lines = [
        told("department-changed", right=right, before=clean(changed.before[right]), after=clean(after))
        for right, after in changed.after.items()
    ]
    head = "department-set" if lines else "department-as-before"
    lines.insert(0, told(head, name=clean(changed.name)))
    if changed.released:
        lines.append(told("department-released", films=changed.released))
    if changed.kept:
        lines.append(told("department-keeps", name=clean(changed.name)))
    if changed.beyond:
        lines.append(told("department-beyond", films=changed.beyond))
    terminal.answer({"kind": "department-set", **asdict(changed)}, [*lines, *doubts])
    return Exit.OK


def _doubts(terminal: Terminal, farm: Farm, pool: str | None) -> list[str]:
    """That nobody is in a pool that was named just now: its name may be wrong, or its workers are to come."""
    if not pool or pool == NONE or pools.is_staffed(farm, pool):
        return []
    return [terminal.words("department-pool-empty", pool=pool)]


def grant(context: typer.Context, name: Name, *, films: GrantFilms, until: Until) -> Exit:
    """Let a department have films made beyond its daily quota, until a time.

    They are used once a day's own are, also by films that wait already. Limits of members stay as they are.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        found, released = cases.grant(farm, name, films, until)
    words = terminal.words
    lines = [words("department-granted", name=clean(found.name), films=films, until=clean(until))]
    if released:
        lines.append(words("department-released", films=released))
    if found.held:
        lines.append(words("department-still-held", films=found.held, name=clean(found.name)))
        if found.left:
            lines.append(words("department-held-by-members", name=clean(found.name)))
    document = {"kind": "department-granted", "department": asdict(found), "released": released}
    terminal.answer(document, lines)
    return Exit.OK


def remove(context: typer.Context, name: Name) -> Exit:
    """Forget a department that nothing was ever submitted for."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        removed = cases.remove(farm, name)
    words = terminal.words("department-removed", name=clean(removed))
    terminal.answer({"kind": "department-removed", "name": removed}, [words])
    return Exit.OK


def _page(terminal: Terminal, found: Sequence[DepartmentView]) -> Iterator[Cell | Table]:
    words = terminal.words
    rows: list[Sequence[Cell]] = [
        (
            each.name,
            each.limits["weight"],
            _of(terminal, str(each.films), each.limits["films"]),
            str(each.held or ""),
            _of(terminal, str(each.running), each.limits["running"]),
            _of(terminal, _hours(each.card_s), each.limits["card-hours"]),
            words("yes" if each.limits["urgent"] == "yes" else "no"),
            "" if each.store_bytes is None else _stored(terminal, each),
            _given(each.limits["pool"]),
            _given(each.limits["window"]),
        )
        for each in found
    ]
    heads = (
        "department",
        "department-weight",
        "department-films",
        "department-held",
        "department-running",
        "department-card-hours",
        "department-urgent",
        "department-store",
        "pool",
        "department-window",
    )
    yield terminal.table(*heads, rows=rows, right=_RIGHT)
    yield ""
    yield Text(words("department-next-day", moment=terminal.moment(found[0].next_day)), style="dim")


def _sheet(terminal: Terminal, found: DepartmentView) -> Iterator[Cell | Table]:
    """One department for a person."""
    words, limits = terminal.words, found.limits
    own = _of(terminal, str(found.films), limits["films"])
    if found.granted or found.left:
        own += words("department-with-grants", granted=found.granted, left=found.left)
    facts = [
        ("department", found.name),
        ("department-weight", limits["weight"]),
        ("department-priority", limits["priority-limit"]),
        ("department-urgent", words("yes" if limits["urgent"] == "yes" else "no")),
        ("department-films", own),
        ("department-held", str(found.held)),
        ("department-running", _of(terminal, str(found.running), limits["running"])),
        ("department-card-hours", _of(terminal, _hours(found.card_s), limits["card-hours"])),
        (
            "department-each-member",
            words(
                "department-of-members",
                films=_number(terminal, limits["member-films"]),
                running=_number(terminal, limits["member-running"]),
                hours=_number(terminal, limits["member-card-hours"]),
            ),
        ),
        ("pool", _limit(terminal, limits["pool"])),
        ("department-window", _limit(terminal, limits["window"])),
        ("department-store", _stored(terminal, found)),
        ("department-retention", _retention(terminal, limits["retention"])),
        ("department-words", words("department-stopwords", number=found.stopwords, name=clean(found.name))),
    ]
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for name, value in facts:
        grid.add_row(Text(words(name), style="bold"), Text(clean(value)))
    yield grid
    for table in (_grants(terminal, found), _members(terminal, found)):
        if table is not None:
            yield ""
            yield table
    yield ""
    yield Text(words("department-next-day", moment=terminal.moment(found.next_day)), style="dim")


def _grants(terminal: Terminal, found: DepartmentView) -> Table | None:
    """What was granted to it beyond its quota; None: nothing."""
    if not found.grants:
        return None
    return terminal.table(
        "department-grant",
        "films",
        "department-begun",
        "department-until",
        "department-by",
        rows=[
            (str(each.id), str(each.films), str(each.used), terminal.moment(each.until), each.by)
            for each in found.grants
        ],
        right=(0, 1, 2),
    )


def _members(terminal: Terminal, found: DepartmentView) -> Table | None:
    """What its members have used today; None: nobody anything."""
    if not found.members:
        return None
    return terminal.table(
        "department-member",
        "department-films",
        "department-card-hours",
        rows=[
            (
                each.name,
                _of(terminal, str(each.films), found.limits["member-films"]),
                _of(terminal, _hours(each.card_s), found.limits["member-card-hours"]),
            )
            for each in found.members
        ],
        right=(1, 2),
    )


def _of(terminal: Terminal, used: str, limit: str) -> str:
    return used if limit == NONE else terminal.words("department-used-of", used=used, limit=limit)


def _given(value: str) -> str:
    return "" if value == NONE else value


def _limit(terminal: Terminal, value: str) -> str:
    return terminal.words("department-none") if value == NONE else value


def _stored(terminal: Terminal, found: DepartmentView) -> str:
    """What it has in the store, in GB, of what it may have."""
    if found.store_bytes is None:
        return terminal.words("department-no-limit")
    return _of(terminal, f"{found.store_bytes / GIGABYTE:.3f}", found.limits["store-gb"])


def _retention(terminal: Terminal, value: str) -> str:
    days = days_of(value)
    if days is None:
        return terminal.words("department-kept")
    return terminal.words("department-kept-days", days=days) if days else terminal.words("department-let-go")


def _number(terminal: Terminal, value: str) -> str:
    return terminal.words("department-no-limit") if value == NONE else value


def _hours(seconds: int) -> str:
    return f"{seconds / _HOUR:.1f}"
