"""`lectern words`: what no script of a department may hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from farm import stopwords
from farm.bootstrap import open_farm
from farm.departments import DEPARTMENT
from pipeline.plan.errors import InputError

Words = Annotated[list[str] | None, typer.Argument(metavar="[WORD]...", help="Words, or phrases in quotes.")]
File = Annotated[Path | None, typer.Option("--file", "-f", help="A text file with a word on each line.")]
Department = Annotated[str, typer.Option("--department", help="Whose scripts.")]

#: So many words are told one by one.
_TOLD = 20


def list_(context: typer.Context, department: Department = DEPARTMENT) -> Exit:
    """List the words that no script of a department may hold."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        words = stopwords.listed(farm, department)
    lines = [clean(word) for word in words]
    if not words:
        lines = [terminal.words("stopwords-none", department=clean(department))]
    terminal.answer({"kind": "words", "department": department, "words": list(words)}, lines)
    return Exit.OK


def add(
    context: typer.Context,
    words: Words = None,
    *,
    file: File = None,
    department: Department = DEPARTMENT,
) -> Exit:
    """Refuse scripts that hold one of these words, from now on.

    A word is found in any case and width; Chinese words also within others and with spaces in them. Batches
    that are queued already go on.
    """
    wanted = _wanted(words, file)
    with open_farm() as farm:
        changed = stopwords.add(farm, department, wanted)
    return _tell(context, "stopwords-added", department, wanted, changed)


def remove(
    context: typer.Context,
    words: Words = None,
    *,
    file: File = None,
    department: Department = DEPARTMENT,
) -> Exit:
    """Allow these words again."""
    wanted = _wanted(words, file)
    with open_farm() as farm:
        changed = stopwords.remove(farm, department, wanted)
    return _tell(context, "stopwords-removed", department, wanted, changed)


def _wanted(words: Sequence[str] | None, file: Path | None) -> tuple[str, ...]:
    """The words that were given in either way, each once.

    Raises:
        InputError: ``command-no-words``, or as `stopwords.words_in`.
    """
    given = (*(words or ()), *(stopwords.words_in(file) if file is not None else ()))
    if not given:
        raise InputError("command-no-words")
    return tuple(dict.fromkeys(given))


def _tell(
    context: typer.Context, name: str, department: str, wanted: Sequence[str], changed: Sequence[str]
) -> Exit:
    terminal = terminal_of(context)
    shown = ", ".join(clean(word) for word in changed[:_TOLD]) + (" …" if len(changed) > _TOLD else "")
    lines = [terminal.words(name, number=len(changed), words=shown, department=clean(department))]
    if unchanged := len(wanted) - len(changed):
        lines.append(terminal.words("stopwords-unchanged", number=unchanged))
    document = {"kind": "words-changed", "department": department, "changed": list(changed)}
    terminal.answer(document, lines)
    return Exit.OK
