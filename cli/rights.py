"""The rights and limits of a department as they are typed: of one that is added, and of one that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

import typer

from cli.exits import Exit

Weight = Annotated[
    str | None,
    typer.Option(
        "--weight", metavar="N", help="Its share of the farm while others want it, too; 100 is usual."
    ),
]
PriorityLimit = Annotated[
    str | None,
    typer.Option("--priority-limit", metavar="N", help="The highest priority of its films, -50 to 50."),
]
Urgent = Annotated[bool | None, typer.Option("--urgent/--no-urgent", help="Whether its films may be urgent.")]
Films = Annotated[
    str | None,
    typer.Option(
        "--films", metavar="N", help="Films that may begin a day, further ones wait; none: any number."
    ),
]
Running = Annotated[
    str | None, typer.Option("--running", metavar="N", help="Films under way at once; none: any number.")
]
CardHours = Annotated[
    str | None,
    typer.Option("--card-hours", metavar="H", help="Hours on cards a day, such as 7.5; none: any number."),
]
MemberFilms = Annotated[
    str | None,
    typer.Option("--member-films", metavar="N", help="Films of each member a day; none: any number."),
]
MemberRunning = Annotated[
    str | None,
    typer.Option(
        "--member-running", metavar="N", help="Films of each member under way at once; none: any number."
    ),
]
MemberCardHours = Annotated[
    str | None,
    typer.Option(
        "--member-card-hours", metavar="H", help="Hours on cards of each member a day; none: any number."
    ),
]
Pool = Annotated[
    str | None,
    typer.Option(
        "--pool", metavar="NAME", help="Whose workers render films whose rows name no pool; or none."
    ),
]
Window = Annotated[
    str | None,
    typer.Option("--window", metavar="NAME", help="What films wait for whose rows do not say so; or none."),
]
Retention = Annotated[
    str | None,
    typer.Option(
        "--retention",
        metavar="TIME",
        help="How long sources are kept after a film is archived or canceled: keep, days:N, or never.",
    ),
]
StoreGb = Annotated[
    str | None,
    typer.Option(
        "--store-gb",
        metavar="N",
        help="GB that its sources, clips and films may take in the store, such as 0.5; none: any number.",
    ),
]


_Act = Callable[[typer.Context, str, Mapping[str, str | None]], Exit]


def with_rights(named: Any) -> Callable[[_Act], Callable[..., Exit]]:  # noqa: ANN401 - an annotation
    """Have an act on a department and what it may use be a command.

    It gets what was typed for each right, by its name; None where nothing was.

    Args:
        named: how the department is named, as an annotation of its argument.
    """
    return partial(_command, named)


def _command(named: Any, act: _Act) -> Callable[..., Exit]:  # noqa: ANN401 - likewise
    def command(
        context: typer.Context,
        name: str,
        *,
        weight: Weight = None,
        priority_limit: PriorityLimit = None,
        urgent: Urgent = None,
        films: Films = None,
        running: Running = None,
        card_hours: CardHours = None,
        member_films: MemberFilms = None,
        member_running: MemberRunning = None,
        member_card_hours: MemberCardHours = None,
        pool: Pool = None,
        window: Window = None,
        store_gb: StoreGb = None,
        retention: Retention = None,
    ) -> Exit:
        words = {
            "weight": weight,
            "priority-limit": priority_limit,
            "urgent": None if urgent is None else "yes" if urgent else "no",
            "films": films,
            "running": running,
            "card-hours": card_hours,
            "member-films": member_films,
            "member-running": member_running,
            "member-card-hours": member_card_hours,
            "pool": pool,
            "window": window,
            "store-gb": store_gb,
            "retention": retention,
        }
        return act(context, name, words)

    command.__annotations__["name"] = named
    command.__doc__ = act.__doc__
    return command
