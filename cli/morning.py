"""`lectern report`: what became of a night, on the terminal, as a page, as a table, or sent to people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.accounts import Until
from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from farm.accounts import period_of
from farm.bootstrap import open_farm
from farm.morning import report as morning_report
from farm.morningdocument import document_of
from farm.morningpage import page_of
from farm.morningtext import table_of, text_of
from farm.output import check_folder, write_whole
from farm.sending import Sender

Since = Annotated[
    str, typer.Option("--since", metavar="TIME", help="Since when: yesterday, 2026-11-20, “today 08:00”.")
]


def report(
    context: typer.Context,
    *,
    since: Since = "yesterday",
    until: Until = "",
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts here.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write a table for spreadsheets here.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send it where [report] in the settings says.")
    ] = False,
) -> Exit:
    """Tell what became of a night: films done and failed, what to do, what is held, hours, what is left.

    What failed, is held, is out and is left is told as it stands now; the rest is of the time asked for.
    """
    terminal = terminal_of(context)
    language = terminal.language
    for path in filter(None, (html, csv)):
        check_folder(path)
    with open_farm() as farm:
        # Wrong settings are told before anything is counted.
        sender = Sender(farm.settings, language) if send else None
        view = morning_report(farm, period_of(farm, since=since, until=until))
    if html is not None:
        write_whole(html, page_of(view, language).encode())
    if csv is not None:
        write_whole(csv, table_of(view, language))
    kept = sender.keep(view) if sender is not None and html is None else html
    document: dict[str, object] = {"kind": "report", **document_of(view)}
    if terminal.json_wanted:
        terminal.document(document)
    else:
        for line in text_of(view, language).splitlines():
            terminal.say(line)
    for path in filter(None, (html, csv)):
        terminal.note(terminal.words("report-in-file", file=clean(str(path))))
    if sender is not None:
        ways = sender.send(view, document, kept)
        terminal.note(terminal.words("report-sent", ways=terminal.words("comma").join(ways)))
    return Exit.OK
