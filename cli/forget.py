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
from db.forgetting import FilmMade
from farm import forget as forgetting
from farm.bootstrap import Farm, open_farm
from farm.caller import caller
from farm.forget import Forgotten

#: So many jobs are told one by one.
_TOLD = 20


def forget(
    context: typer.Context,
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="Whose profiles; `lectern portraits list` shows them.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")] = False,
) -> Exit:
    """Forget a person: remove their portraits, voices, consents, recordings, speech and clips for good.

    Their jobs that are not over are canceled. Films that were made stay where they are, and are listed. It
    cannot be undone; what is broken off is gone on with by the same command.
    """
    terminal = terminal_of(context)
    question = terminal.words("ask-forget", person=clean(person))
    if not yes and terminal.can_ask and not terminal.ask(question):
        return Exit.DECLINED
    with open_farm() as farm:
        forgotten = forgetting.forget(farm, person, by=caller())
        done = forgotten.told
        document = {
            "kind": "forgotten",
            "profiles": len(done.profiles),
            "files": len(done.files) + forgotten.beside,
            "canceled": list(done.canceled),
            "films": [
                {"job": film.job, "row": film.row, "title": film.title, "film": _place(farm, film)}
                for film in done.made
            ],
            "astray": [film.job for film in forgotten.astray],
        }
        lines = list(_lines(farm, forgotten, terminal))
    terminal.answer(document, lines)
    return Exit.OK


def _lines(farm: Farm, forgotten: Forgotten, terminal: Terminal) -> Iterator[str | Table]:
    words, done = terminal.words, forgotten.told
    person, files = clean(done.person), len(done.files) + forgotten.beside
    yield words("person-forgotten", person=person, profiles=len(done.profiles), files=files)
    if done.canceled:
        yield words("person-canceled", number=len(done.canceled))
        yield words("person-half-made", hours=f"{farm.settings.gc.grace_hours:g}")
    if not done.made:
        yield words("person-no-films")
        return
    yield words("person-films", number=len(done.made))
    rows = [(str(film.job), film.title, _place(farm, film)) for film in done.made]
    yield terminal.table("job", "title", "file-film", rows=rows, right=(0,))
    if forgotten.astray:
        told = ", ".join(str(film.job) for film in forgotten.astray[:_TOLD])
        more = " …" if len(forgotten.astray) > _TOLD else ""
        yield words("person-astray", number=len(forgotten.astray), jobs=told + more, root=str(farm.archive))


def _place(farm: Farm, film: FilmMade) -> str:
    """Where a film lies: in the archive, or still in the store."""
    if film.path:
        return str(farm.archive / film.path)
    return str(farm.store.root / film.film.path) if film.film is not None else ""
