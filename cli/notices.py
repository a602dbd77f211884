"""`lectern notices`: what other programs were told of films, and what is to be told them anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal
from db.outbox import Delivery, Try
from db.states import DeliveryState
from farm import notices
from farm.bootstrap import open_farm
from farm.notices import Tested
from pipeline.plan.errors import InputError
from pipeline.plan.moments import iso

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The notice, as `lectern notices list` says.")]
Numbers = Annotated[
    list[int] | None,
    typer.Argument(metavar="[NUMBER]...", help="The notices, as `lectern notices list` says."),
]
GivenUp = Annotated[bool, typer.Option("--given-up", help="Only those that were given up.")]
AllGivenUp = Annotated[bool, typer.Option("--given-up", help="All that were given up.")]
Most = Annotated[int, typer.Option("--most", metavar="N", min=1, help="At most so many lines.")]

_STYLES = {DeliveryState.DUE: "yellow", DeliveryState.SENT: "", DeliveryState.GIVEN_UP: "bold red"}


def list_(context: typer.Context, *, given_up: GivenUp = False, most: Most = 30) -> Exit:
    """List the latest notices, the newest first, and how they fared."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = notices.read_latest(farm, most=most, state=DeliveryState.GIVEN_UP if given_up else None)
    document = {"kind": "notices", "notices": [_told(each) for each in found]}
    # With one program, there is nothing to tell apart.
    several = any(each.to for each in found)
    rows: list[tuple[Cell, ...]] = [
        (
            str(each.id),
            terminal.second(iso(each.created_at)),
            each.event.value,
            _of(terminal, each),
            *([each.to or "-"] if several else []),
            _standing(terminal, each),
            str(each.tries),
        )
        for each in found
    ]
    to = ("notice-to",) if several else ()
    heads = ("notice", "notice-at", "notice-event", "notice-of", *to, "state", "notice-tries")
    table = terminal.table(*heads, rows=rows, right=(0, len(heads) - 1)) if rows else None
    terminal.answer(document, [table or terminal.words("notices-none")])
    return Exit.OK


def show(context: typer.Context, number: Number) -> Exit:
    """Show what is posted, and each try with its answer."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        delivery, tries, body = notices.read_one(farm, number)
    document = {"kind": "notice", **_told(delivery), "body": body.decode()}
    told = [
        {"number": each.number, "at": iso(each.at), "status": each.status or None, "detail": each.detail}
        for each in tries
    ]
    terminal.answer({**document, "tries_made": told}, _page(terminal, delivery, tries, body))
    return Exit.OK


def replay(context: typer.Context, numbers: Numbers = None, *, given_up: AllGivenUp = False) -> Exit:
    """Have notices sent anew by the dispatcher, under the ids that they had.

    Whoever has taken one already knows it by its id.
    """
    terminal = terminal_of(context)
    if not numbers and not given_up:
        raise InputError("command-incomplete", command="lectern notices replay")
    with open_farm() as farm:
        chosen = notices.replay(farm, tuple(numbers or ()), given_up=given_up)
    line = terminal.words("notices-replayed" if chosen else "notices-none-given-up", number=len(chosen))
    terminal.answer({"kind": "notices-replayed", "notices": list(chosen)}, [line])
    return Exit.OK


def test(context: typer.Context) -> Exit:
    """Send a signed notice that says nothing to each address, now, and show the answers."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        tested = notices.send_test(farm)
    told = [
        {
            "to": each.to,
            "id": each.key,
            "status": each.status or None,
            "taken": not each.detail,
            "detail": each.detail,
        }
        for each in tested
    ]
    # What is asked of one address stands on top; of several, the first that has not taken it.
    first = next((each for each in told if not each["taken"]), told[0])
    document = {"kind": "notice-test", **first, "tests": told}
    terminal.answer(document, [_trial(terminal, each, several=len(tested) > 1) for each in tested])
    return Exit.OK if first["taken"] else Exit.AWAY


def _trial(terminal: Terminal, tested: Tested, *, several: bool) -> Text:
    taken = not tested.detail
    word = "notice-taken" if taken else "notice-refused"
    line = terminal.words(word, status=tested.status, detail=clean(tested.detail))
    if several:
        line = terminal.words("notice-at-place", to=clean(tested.to), told=line)
    return Text(line, style="green" if taken else "bold red")


def _told(delivery: Delivery) -> dict[str, object]:
    return {
        "number": delivery.id,
        "id": delivery.key,
        "event": delivery.event.value,
        "batch": delivery.batch,
        "job": delivery.job,
        "row": delivery.body.get("row"),
        "to": delivery.to or None,
        "state": delivery.state.value,
        "tries": delivery.tries,
        "created": iso(delivery.created_at),
        "due": iso(delivery.due_at) if delivery.state is DeliveryState.DUE else None,
        "ended": iso(delivery.ended_at) if delivery.ended_at is not None else None,
    }


def _of(terminal: Terminal, delivery: Delivery) -> str:
    """What it tells of."""
    if delivery.job is None:
        return terminal.words("notice-batch", batch=delivery.batch)
    return terminal.words("notice-film", row=str(delivery.body["row"]), job=delivery.job)


def _standing(terminal: Terminal, delivery: Delivery) -> Text:
    told = terminal.words(f"notice-{delivery.state.value}", at=terminal.second(iso(delivery.due_at)))
    return Text(told, style=_STYLES[delivery.state])


def _page(
    terminal: Terminal, delivery: Delivery, tries: tuple[Try, ...], body: bytes
) -> Iterator[Cell | Table]:
    head = Text(f"{delivery.id}  {delivery.event.value}  ").append(clean(_of(terminal, delivery)))
    if delivery.to:
        head.append(f"  {clean(delivery.to)}")
    yield head.append("  ").append_text(_standing(terminal, delivery))
    yield clean(body.decode())
    if tries:
        yield ""
        rows = [
            (str(each.number), terminal.second(iso(each.at)), str(each.status or "-"), each.detail or "-")
            for each in tries
        ]
        heads = ("notice-try", "notice-at", "notice-status", "notice-detail")
        yield terminal.table(*heads, rows=rows, right=(0,))
