"""`lectern backup | restore | rebuild`: a copy of what nothing can make again, and the way back from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal
from farm import restore as restoring
from farm.backup import BackedUp, back_up
from farm.bootstrap import Settings, open_farm, settings_of
from farm.caller import caller
from farm.restore import Lost, Rebuilt, Restored, Told
from pipeline.plan.errors import InputError
from pipeline.plan.moments import iso
from worker.places import Places, is_up

Replace = Annotated[
    bool, typer.Option("--replace", help="Put the ledger aside that is there, instead of refusing.")
]


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is not there yet.")],
) -> Exit:
    """Back up the ledger, the settings, people's voices, portraits and consents, and the inputs of open work.

    Safe beside a working farm. Films are not in it: they lie in the archive. It holds passwords that stand in
    the settings, and people's files: keep it where only operators can read it.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        done = back_up(farm, folder.expanduser().resolve())
    document = {
        "kind": "backup",
        "folder": str(done.folder),
        "taken": iso(done.index.taken_ms),
        "files": len(done.index.files),
        "bytes": done.bytes,
        "missing": [file.path for file in done.index.missing],
    }
    terminal.answer(document, list(_taken(done, terminal)))
    return Exit.OK


def _taken(done: BackedUp, terminal: Terminal) -> Iterator[str]:
    words, index = terminal.words, done.index
    kilobytes = (done.bytes + 999) // 1000
    yield words("backup-done", folder=str(done.folder), files=len(index.files), kilobytes=kilobytes)
    if index.missing:
        yield words("backup-missing", number=len(index.missing), first=index.missing[0].path)
    yield words("backup-private")


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What `lectern backup` made.")],
    *,
    replace: Replace = False,
    without: Annotated[
        list[Lost] | None,
        typer.Option(
            "--without",
            metavar="store|archive",
            help="The store or the archive is lost for good; may be repeated.",
        ),
    ] = None,
) -> Exit:
    """Put a backup in place and have it agree with what became of store and archive since.

    The farm has to be down on every host. What was finished since the backup is found and not made again,
    what is gone is made again, and whoever was forgotten since stays forgotten.
    """
    terminal = terminal_of(context)
    place = folder.expanduser().resolve()
    settings = _down(settings_of())
    if restoring.put_settings(settings, place):
        terminal.note(terminal.words("restore-settings", file=str(settings.home)))
        settings = _down(settings_of())
    lost = frozenset(without or ())
    done = restoring.restore(settings, place, by=caller(), replace=replace, without=lost)
    document = {
        "kind": "restored",
        "taken": iso(done.index.taken_ms),
        "aside": done.aside,
        "register": done.told.value,
        "people": done.people,
        "consents": done.consents,
        **asdict(done.found),
    }
    terminal.answer(document, list(_restored(done, settings, terminal)))
    return Exit.OK


def _restored(done: Restored, settings: Settings, terminal: Terminal) -> Iterator[str]:
    words, found = terminal.words, done.found
    yield words("restore-done", taken=iso(done.index.taken_ms))
    if done.aside:
        yield words("restore-aside", place=done.aside)
    yield words("restore-archived", archived=found.archived, entered=found.entered)
    yield words("restore-store", adopted=found.adopted, lost=found.lost, remade=found.remade)
    yield words("restore-again", steps=found.again)
    if done.people or done.consents:
        yield words("restore-people", people=done.people, consents=done.consents)
    if found.inputs or found.finished:
        yield words("restore-orders", inputs=found.inputs, finished=found.finished)
    if done.told is Told.MOST:
        yield words("restore-told-most", taken=iso(done.index.taken_ms))
    if done.told is Told.NOTHING:
        yield words("restore-told-nothing", taken=iso(done.index.taken_ms))
    yield words("restore-next", home=str(settings.home))


def rebuild(
    context: typer.Context,
    *,
    from_archive: Annotated[
        bool, typer.Option("--from-archive", help="From the manifests of the archive's films.")
    ] = False,
    replace: Replace = False,
) -> Exit:
    """Make a ledger from the archive alone, when there is no backup.

    Its films are known again, and rows that are submitted again come to them. Whatever was not archived, and
    profiles, departments and words, have to be given again.
    """
    if not from_archive:
        raise InputError("rebuild-from-what")
    terminal = terminal_of(context)
    settings = _down(settings_of())
    done = restoring.rebuild(settings, by=caller(), replace=replace)
    terminal.answer({"kind": "rebuilt", **asdict(done)}, list(_rebuilt(done, terminal)))
    return Exit.OK


def _rebuilt(done: Rebuilt, terminal: Terminal) -> Iterator[str]:
    yield terminal.words("rebuild-done", films=done.films)
    if done.aside:
        yield terminal.words("restore-aside", place=done.aside)
    yield terminal.words("rebuild-next")


def _down(settings: Settings) -> Settings:
    """The settings of a farm that is not up.

    Raises:
        InputError: ``restore-farm-up``.
    """
    if is_up(Places(home=settings.home)):
        raise InputError("restore-farm-up", home=str(settings.home))
    return settings
