"""`lectern submit`: a manifest becomes a batch, or a table of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit, exit_of
from cli.options import terminal_of
from cli.terminal import Terminal, error_document, told
from cli.watch import follow
from farm import submit as submitting
from farm.bootstrap import open_farm
from farm.defaults import assigned
from farm.manifest import Reading
from farm.precheck import BatchRefusedError
from farm.results import table_of
from farm.rows import Problem
from farm.submit import Manner, Receipt
from pipeline.plan.messages import Language

#: More than so many lines help nobody on a screen; --json tells all.
_MOST_PROBLEMS = 50


def submit(
    context: typer.Context,
    *,
    manifest: Annotated[
        Path, typer.Argument(metavar="MANIFEST", help="CSV, Excel or JSON Lines: one row, one film.")
    ],
    watch: Annotated[bool, typer.Option("--watch", help="Show progress until the batch is over.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Make a new batch although the same one was submitted before.")
    ] = False,
    key: Annotated[
        str | None,
        typer.Option("--key", help="Your own name for this submission; refused if it named other content."),
    ] = None,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Queue the good rows although others are bad.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse rows that have a warning.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A value for empty cells of a column; repeatable."),
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", help="A text file: the script of rows that have none.")
    ] = None,
    sheet: Annotated[str, typer.Option("--sheet", help="The workbook's sheet, if not the first one.")] = "",
) -> Exit:
    """Check a spreadsheet of films completely and queue them.

    A batch with a bad row is refused whole; nothing is ever half-submitted. The same content submitted twice
    is the same batch, and its number is told again.
    """
    terminal = terminal_of(context)
    manner = Manner(
        key=key, again=again, skip_invalid=skip_invalid, strict=strict, language=terminal.language
    )
    reading = Reading(settings=assigned(settings or ()), template=template, sheet=sheet)
    with open_farm() as farm:
        try:
            receipt = submitting.submit(farm, manifest, manner, reading=reading)
        except BatchRefusedError as refusal:
            return _refused(refusal, terminal)
        _problems(receipt.skipped, "left-out", terminal)
        _problems(receipt.warnings, "warnings", terminal)
        results = table_of(farm, receipt.batch)
        received = _received(receipt, results, terminal)
        if not watch:
            terminal.answer(_receipt(receipt, results, terminal.language), received)
            return Exit.OK
        for line in received:
            terminal.note(line)
        return follow(farm, receipt.batch, terminal)


def _refused(refusal: BatchRefusedError, terminal: Terminal) -> Exit:
    if terminal.json_wanted:
        terminal.failure(_refusal(refusal, terminal.language))
        return exit_of(refusal)
    _problems(refusal.problems, "problems", terminal)
    _problems(refusal.warnings, "warnings", terminal)
    terminal.error(refusal)
    return exit_of(refusal)


def _received(receipt: Receipt, results: str, terminal: Terminal) -> Iterator[Text]:
    words = terminal.words
    name = "batch-queued" if receipt.created else "batch-known"
    yield Text(words(name, batch=receipt.batch, films=receipt.jobs))
    yield Text(words("results-will-be", place=clean(results)))
    yield Text(words("how-to-watch", batch=receipt.batch), style="dim")


def _problems(problems: Sequence[Problem], head: str, terminal: Terminal) -> None:
    if not problems:
        return
    terminal.note(Text(terminal.words(head, number=len(problems)), style="bold"))
    terminal.note(_table(problems[:_MOST_PROBLEMS], terminal))
    if (rest := len(problems) - _MOST_PROBLEMS) > 0:
        terminal.note(terminal.words("more-problems", number=rest))
    terminal.note("")


def _table(problems: Sequence[Problem], terminal: Terminal) -> Table:
    """Row, column, and what is wrong, with its cure and code below it."""
    rows = []
    for problem in problems:
        what, cure = told(problem.code, problem.facts, terminal.language)
        words = Text(what)
        words.append(f"\n{cure} ", style="dim").append(f"[{problem.code}]", style="dim")
        column = Text(clean(problem.column))
        if problem.place:
            # A default stands in no row: whoever reads has to know where it came from.
            column.append(f"\n{clean(problem.place)}", style="dim")
        rows.append((str(problem.row or ""), column, words))
    return terminal.table("row", "column", "problem", rows=rows, right=(0,))


def _receipt(receipt: Receipt, results: str, language: Language) -> dict[str, object]:
    """What became of a submission."""
    return {
        "kind": "receipt",
        "batch": receipt.batch,
        "jobs": receipt.jobs,
        "created": receipt.created,
        "results": results,
        "skipped": [_problem(problem, language) for problem in receipt.skipped],
        "warnings": [_problem(problem, language) for problem in receipt.warnings],
    }


def _refusal(refusal: BatchRefusedError, language: Language) -> dict[str, object]:
    """Why a batch was refused: an error with every problem of every row."""
    return {
        **error_document(refusal, language),
        "rows": refusal.rows,
        "good": refusal.good,
        "problems": [_problem(problem, language) for problem in refusal.problems],
        "warnings": [_problem(problem, language) for problem in refusal.warnings],
    }


def _problem(problem: Problem, language: Language) -> dict[str, object]:
    """One problem of one row; row 0 is the manifest as a whole."""
    what, cure = told(problem.code, problem.facts, language)
    return {
        "row": problem.row,
        "column": problem.column,
        "place": problem.place,
        "code": problem.code,
        "what": what,
        "cure": cure,
        "facts": dict(problem.facts),
    }
