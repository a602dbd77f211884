"""`lectern archive init`: makes a folder the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit
from cli.options import terminal_of
from farm.bootstrap import settings_of
from pipeline.apart import Apart
from pipeline.steps.archive import init_archive


def init(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="The folder; [archive] root of the settings unless given."),
    ] = None,
) -> Exit:
    """Mark a folder as the archive, so that an unmounted disk is never taken for an empty one.

    It is safe to run twice. The farm delivers to the folder that LECTERN_ARCHIVE__ROOT names.
    """
    terminal = terminal_of(context)
    settings = settings_of()
    root = settings.archive_root
    place = (folder or root).expanduser().absolute()
    with Apart(place, stuck_s=settings.archive.stuck_s) as apart:
        apart.run(init_archive, place)
    lines = [terminal.words("archive-ready", folder=str(place))]
    if place != root:
        lines.append(terminal.words("archive-elsewhere", root=str(root), folder=str(place)))
    terminal.answer({"kind": "archive", "folder": str(place), "used": place == root}, lines)
    return Exit.OK
