"""`lectern results`: what became of each row of a batch, as a table for Excel or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.clean import clean
from cli.exits import Exit
from cli.options import NewestBatch, terminal_of
from farm import show
from farm.bootstrap import open_farm
from farm.results import SUFFIXES, Form, results_of, save
from pipeline.plan.errors import InputError


def results(
    context: typer.Context,
    *,
    batch: NewestBatch = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write them here, such as results.csv.")
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        str | None, typer.Option("--format", help="csv or json; else as the file's name says, else csv.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace a file of something else.")] = False,
) -> Exit:
    """Tell what became of each row of a batch, as a table that Excel opens.

    Row by row: id, status, film, link, length, trace id, warnings, and what went wrong. The farm keeps the
    same table up to date beside the films; this one is as things stand now.
    """
    terminal = terminal_of(context)
    form = _form(format, output, json_wanted=terminal.json_wanted and output is None)
    with open_farm() as farm:
        number = show.newest_batch(farm) if batch is None else batch
        found = results_of(farm, number, terminal.language)
    if output is None:
        terminal.hand_out(found.forms[form])
        return Exit.OK
    save(found, output, form, replace=force)
    document = {"kind": "results-file", "batch": number, "file": str(output), "format": form}
    terminal.answer(document, [terminal.words("results-written", batch=number, file=clean(str(output)))])
    return Exit.OK


def _form(wanted: str | None, output: Path | None, *, json_wanted: bool) -> Form:
    """The form that was asked for, in whichever way."""
    if wanted is None:
        named_json = output is not None and output.suffix.lower() == ".json"
        return "json" if json_wanted or named_json else "csv"
    for form in SUFFIXES:
        if wanted == form:
            return form
    raise InputError("command-results-form", format=wanted, known=", ".join(SUFFIXES))
