"""`lectern write`: scripts from briefs, for a person to read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.bars import Bars
from cli.clean import clean
from cli.exits import Exit
from cli.interrupt import Interrupts
from cli.options import terminal_of
from cli.terminal import Terminal, sentence
from farm.bootstrap import open_farm
from farm.writing import Note, Written, write_scripts


def write(
    context: typer.Context,
    briefs: Annotated[
        Path, typer.Argument(metavar="BRIEFS", help="CSV, Excel or JSON Lines: one row, one brief.")
    ],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the scripts go, such as scripts.csv.")
    ],
    translate: Annotated[
        str,
        typer.Option(
            "--translate", help="Languages in which each script is wanted besides, such as zh,en,ja."
        ),
    ] = "",
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", min=0, help="Another number gives other scripts; the one that is set unless given."
        ),
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help="The model that writes; the one that is set unless given.")
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Replace an earlier table, with what was changed in it.")
    ] = False,
) -> Exit:
    """Write scripts from a table of briefs, with a language model of yours.

    Columns: brief, audience, language, seconds; all others are kept, so that the result is a manifest to be
    read by a person and then submitted. A row with a script is only translated. Rows that cannot be written
    stay without a script, with the reason beside them, and end the command with exit code 5.
    """
    terminal = terminal_of(context)
    languages = [part for part in (each.strip() for each in translate.split(",")) if part]
    with open_farm() as farm, Interrupts() as interrupts, Bars(terminal) as bars:

        def show_progress(done: int, total: int) -> None:
            interrupts.check()
            bars.show("writing", done, total)

        written = write_scripts(
            farm,
            briefs,
            output,
            translate=dict.fromkeys(languages).keys(),
            replace=force,
            model=model,
            seed=seed,
            language=terminal.language,
            told=show_progress,
        )
    return _tell(written, terminal)


def _tell(written: Written, terminal: Terminal) -> Exit:
    file = clean(str(written.file))
    lines = [_line(note, terminal) for note in written.notes]
    name = "scripts-written" if written.scripts else "scripts-none"
    lines.append(terminal.words(name, number=written.scripts, model=clean(written.model), file=file))
    document = {
        "kind": "scripts",
        "file": str(written.file),
        "scripts": written.scripts,
        "model": written.model,
        "notes": [
            {"id": note.id, "code": note.code, "facts": dict(note.facts), "failed": note.failed}
            for note in written.notes
        ],
    }
    terminal.answer(document, lines)
    return Exit.FAILED if any(note.failed for note in written.notes) else Exit.OK


def _line(note: Note, terminal: Terminal) -> str:
    name = "script-missing" if note.failed else "script-doubtful"
    return terminal.words(name, id=clean(note.id), what=sentence(note.code, note.facts, terminal.language))
