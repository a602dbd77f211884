"""`lectern forget`: nothing of a person's voice and picture is left but the films that were made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal
from db.forgetting import FilmMade, Forgetting
from farm import forget as forgetting
from farm.bootstrap import Farm, open_farm
from farm.caller import caller


def forget(
    context: typer.Context,
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="Whose profiles; `lectern portraits list` shows them.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")] = False,
) -> Exit:
    """Forget a person: remove their portraits, voices, consents, cached speech and clips for good.

    Their jobs that are not over are canceled. Films that were made stay where they are, and are listed. It
    cannot be undone; what is broken off is gone on with by the same command.
    """
    terminal = terminal_of(context)
    question = terminal.words("ask-forget", person=clean(person))
    if not yes and terminal.can_ask and not terminal.ask(question):
        return Exit.DECLINED
    with open_farm() as farm:
        done = forgetting.forget(farm, person, by=caller())
        document = {
            "kind": "forgotten",
            "profiles": len(done.profiles),
            "files": len(done.files),
            "canceled": list(done.canceled),
            "films": [
                {"job": film.job, "row": film.row, "title": film.title, "film": _place(farm, film)}
                for film in done.made
            ],
        }
        lines = list(_lines(farm, done, terminal))
    terminal.answer(document, lines)
    return Exit.OK


def _lines(farm: Farm, done: Forgetting, terminal: Terminal) -> Iterator[str | Table]:
    words = terminal.words
    person = clean(done.person)
    yield words("person-forgotten", person=person, profiles=len(done.profiles), files=len(done.files))
    if done.canceled:
        yield words("person-canceled", number=len(done.canceled))
    if not done.made:
        yield words("person-no-films")
        return
    yield words("person-films", number=len(done.made))
    rows = [(str(film.job), film.title, _place(farm, film)) for film in done.made]
    yield terminal.table("job", "title", "file-film", rows=rows, right=(0,))


def _place(farm: Farm, film: FilmMade) -> str:
    """Where a film lies: in the archive, or still in the store."""
    if film.path:
        return str(farm.archive / film.path)
    return str(farm.store.root / film.film.path) if film.film is not None else ""
