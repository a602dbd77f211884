"""`lectern models`: trained weights that the operator brings, each with its card."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cli.bars import Bars
from cli.cards import (
    card_document,
    card_page,
    catalogue_table,
    known_document,
    listed_document,
    problem_line,
    shelf_lines,
    use_of,
)
from cli.clean import clean
from cli.exits import Exit
from cli.interrupt import Interrupts
from cli.options import terminal_of
from cli.terminal import Terminal
from farm.bootstrap import Settings, settings_of
from farm.caller import caller
from farm.models import Model, ModelShelf
from farm.models.adding import Added, Wish, add_downloaded, add_model
from farm.models.catalogue import Catalogue, Known, read_catalogue
from farm.models.fetch import downloaded
from farm.models.promised import promised_to
from farm.models.recognise import KINDS
from farm.models.verifying import verified
from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelKind, ModelRecord, Use, may_be_used

ModelName = Annotated[str, typer.Argument(metavar="NAME", help="A model of `lectern models list`.")]

#: So many jobs are told one by one.
_TOLD = 20


def list_(context: typer.Context) -> Exit:
    """List the models on the shelf, under which licence each lies there, and what it may be used for."""
    terminal, settings = terminal_of(context), settings_of()
    use = Use(settings.models.use)
    shelf = ModelShelf(settings.models_root)
    found = tuple(shelf.listed())
    document = {
        "kind": "models",
        "root": str(shelf.root),
        "use": use.value,
        "models": [listed_document(each, use) for each in found],
    }
    terminal.answer(document, shelf_lines(found, shelf.root, use, terminal))
    return Exit.OK


def show(context: typer.Context, name: ModelName) -> Exit:
    """Show a model's card."""
    terminal, settings = terminal_of(context), settings_of()
    shelf = ModelShelf(settings.models_root)
    record = shelf.named(name)
    known = read_catalogue(settings.model_catalogues).with_digest(record.digest)
    use, path = Use(settings.models.use), shelf.cabinet.file(record)
    terminal.answer(_card(record, use, path), card_page(record, path, use, known, terminal))
    return Exit.OK


def add(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="A file of weights (.pth, .pt or .safetensors), or a model's folder."
        ),
    ],
    *,
    name: Annotated[
        str, typer.Option("--name", help="What it shall be called; else as the file is called.")
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind", help="What it is, where that cannot be found out: wav2lip, whisper, restorer and so on."
        ),
    ] = "",
    licence: Annotated[
        str, typer.Option("--licence", help="Such as Apache-2.0, or own for weights of yours.")
    ] = "",
    languages: Annotated[
        str, typer.Option("--languages", help="What it was trained on, such as en,zh; else any.")
    ] = "",
    vram_mb: Annotated[int, typer.Option("--vram-mb", min=0, help="What it needs on a card, in MB.")] = 0,
    trust: Annotated[
        bool,
        typer.Option("--trust", help="Open it although it is or holds a program (TorchScript, .py files)."),
    ] = False,
) -> Exit:
    """Put a file or folder of weights on the shelf.

    What it is, is found out by what it holds; nothing in it is run. It is copied, and the same weights again
    change only what is said of them.
    """
    terminal, settings = terminal_of(context), settings_of()
    wish = Wish(
        name=name,
        kind=_kind_of(kind),
        licence=licence.strip(),
        languages=tuple(part for part in (each.strip() for each in languages.split(",")) if part),
        vram_mb=vram_mb,
        trusted=trust,
    )
    shelf, catalogue = ModelShelf(settings.models_root), read_catalogue(settings.model_catalogues)
    with Interrupts() as interrupts, Bars(terminal) as bars:

        def show_progress(done: int, total: int) -> None:
            interrupts.check()
            bars.show("copying", done, total)

        added = add_model(shelf, catalogue, file, wish, by=caller(), at_ms=_now(), progress=show_progress)
    return _tell_added(added, Use(settings.models.use), terminal)


def fetch(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="A known model; without a name, all of them are listed.")
    ] = "",
    *,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Agree to its owner's terms without being asked.")
    ] = False,
) -> Exit:
    """Download a known model from its owner's address, and put it on the shelf.

    Its licence is shown first. What comes is opened only once its size and SHA-256 are the known ones; what
    broke off is gone on with.
    """
    terminal, settings = terminal_of(context), settings_of()
    catalogue = read_catalogue(settings.model_catalogues)
    if not name:
        known_ones = tuple(catalogue)
        document = {"kind": "catalogue", "models": [known_document(known) for known in known_ones]}
        terminal.answer(document, catalogue_table(known_ones, terminal))
        return Exit.OK
    known, shelf = catalogue.named(name), ModelShelf(settings.models_root)
    if (there := _sound(shelf, known)) is not None:
        lines = [terminal.words("model-there", name=there.record.name, path=clean(str(there.path)))]
        terminal.answer(_card(there.record, Use(settings.models.use), there.path), lines)
        return Exit.OK
    _tell_terms(known, terminal)
    # What can only be downloaded by hand is told, whoever agrees to what.
    if known.address and not accept_licence and not _agreed(known, terminal):
        return Exit.DECLINED
    added = _fetched(shelf, catalogue, known, terminal)
    return _tell_added(added, Use(settings.models.use), terminal)


def verify(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Only this model; all of them unless given.")
    ] = "",
) -> Exit:
    """Read every model anew: it is what its card says, and can be opened.

    One that is not ends the command with exit code 5.
    """
    terminal, settings = terminal_of(context), settings_of()
    use = Use(settings.models.use)
    found = tuple(verified(ModelShelf(settings.models_root), name))
    sick = [each for each in found if each.problem is not None]
    document = {"kind": "models-verified", "models": [listed_document(each, use) for each in found]}
    lines: list[Text | str] = [
        Text(f"{each.name}: ").append(terminal.words("model-sound"), style="green")
        for each in found
        if each.problem is None
    ]
    lines += [problem_line(each, terminal) for each in sick]
    if not found:
        lines.append(terminal.words("models-none", root=clean(str(settings.models_root))))
    terminal.answer(document, lines)
    return Exit.FAILED if sick else Exit.OK


def accept(
    context: typer.Context,
    name: ModelName,
    *,
    by: Annotated[str, typer.Option("--by", help="Who takes it on, if not the user of this account.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")] = False,
) -> Exit:
    """Take on a use that a model's licence forbids, in your name.

    For whoever has a licence of their own from the model's owner, or a lawyer's word. Name and time are kept,
    and stand in the manifest of every film that the model makes.
    """
    terminal, settings = terminal_of(context), settings_of()
    shelf, use = ModelShelf(settings.models_root), Use(settings.models.use)
    record = shelf.named(name)
    path = shelf.cabinet.file(record)
    if may_be_used(record, use):
        lines = [terminal.words("model-allowed", name=name, use=use_of(use, terminal))]
        terminal.answer(_card(record, use, path), lines)
        return Exit.OK
    who = by.strip() or caller()
    known = read_catalogue(settings.model_catalogues).with_digest(record.digest)
    for line in card_page(record, path, use, known, terminal):
        terminal.note(line)
    question = terminal.words("ask-accept", name=name, use=use_of(use, terminal), by=clean(who))
    if not yes and terminal.can_ask and not terminal.ask(question):
        return Exit.DECLINED
    record = shelf.accept(name, use, by=who, at_ms=_now())
    lines = [terminal.words("model-accepted", name=name, use=use_of(use, terminal), by=clean(who))]
    terminal.answer(_card(record, use, path), lines)
    return Exit.OK


def remove(
    context: typer.Context,
    name: ModelName,
    *,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Also while jobs that are not over need it.")
    ] = False,
) -> Exit:
    """Take a model off the shelf, and its file unless another name needs it.

    Refused while jobs that are not over were promised it.
    """
    terminal, settings = terminal_of(context), settings_of()
    shelf = ModelShelf(settings.models_root)
    asked = force or _check_unneeded(shelf, name, settings)
    record = shelf.remove(name, by=caller(), at_ms=_now())
    lines = [terminal.words("model-removed", name=name)]
    if not asked:
        lines.append(terminal.words("model-unasked"))
    document = {"kind": "model-removed", "name": name, "digest": record.digest if record else None}
    terminal.answer(document, lines)
    return Exit.OK


def _check_unneeded(shelf: ModelShelf, name: str, settings: Settings) -> bool:
    """Refuse to take away what jobs need; whether there was a ledger to ask."""
    records = {each.name: each.record for each in shelf.listed()}
    record = records.get(name)
    if record is None or any(
        other and other.digest == record.digest for told, other in records.items() if told != name
    ):
        return True
    jobs = promised_to(settings.ledger_url, record.digest)
    if jobs:
        told = ", ".join(map(str, jobs[:_TOLD])) + (" …" if len(jobs) > _TOLD else "")
        raise InputError("model-in-use", model=name, number=len(jobs), jobs=told)
    return jobs is not None


def _sound(shelf: ModelShelf, known: Known) -> Model | None:
    """A known model that is on the shelf as it should be; one that is damaged is fetched anew."""
    for record in shelf.records() if known.digest else ():
        if record.digest == known.digest:
            with suppress(InputError):
                return Model(record=record, path=shelf.check_content(record))
    return None


def _tell_terms(known: Known, terminal: Terminal) -> None:
    terminal.note(terminal.words("terms-head", name=known.name, licence=clean(known.licence)))
    terminal.note(f"  {clean(known.said(terminal.language))}")
    terminal.note(f"  {clean(known.page)}")


def _agreed(known: Known, terminal: Terminal) -> bool:
    """Whether somebody agrees to a model's terms, which they were shown.

    Raises:
        InputError: ``model-terms-open``: nobody is there to be asked.
    """
    if not terminal.can_ask:
        raise InputError("model-terms-open", model=known.name, licence=known.licence, page=known.page)
    return terminal.ask(terminal.words("ask-terms", name=known.name))


def _fetched(shelf: ModelShelf, catalogue: Catalogue, known: Known, terminal: Terminal) -> Added:
    with Interrupts() as interrupts, Bars(terminal) as bars:

        def show_progress(done: int, total: int) -> None:
            interrupts.check()
            bars.show("downloading", done, total)

        with downloaded(shelf.cabinet, known, progress=show_progress) as path:
            return add_downloaded(shelf, catalogue, known, path, Wish(), by=caller(), at_ms=_now())


def _tell_added(added: Added, use: Use, terminal: Terminal) -> Exit:
    record, words = added.model.record, terminal.words
    lines = [
        words(
            "model-added" if added.new else "model-again",
            name=record.name,
            kind=words(f"kind-{record.kind}"),
            path=clean(str(added.model.path)),
        )
    ]
    if added.left_out:
        named = ", ".join(added.left_out[:_TOLD]) + (" …" if len(added.left_out) > _TOLD else "")
        lines.append(words("model-left-out", files=clean(named)))
    if not added.opened:
        lines.append(words("model-unopened"))
    if not may_be_used(record, use) and record.uses:
        licence = clean(record.licence)
        lines.append(words("model-not-yet", use=use_of(use, terminal), licence=licence, name=record.name))
    elif not may_be_used(record, use):
        lines.append(words("model-no-licence", name=record.name))
    document = {**_card(record, use, added.model.path), "new": added.new, "opened": added.opened}
    terminal.answer(document, lines)
    return Exit.OK


def _kind_of(word: str) -> ModelKind | None:
    if not word:
        return None
    if word not in KINDS:
        raise InputError("model-kind-unknown", kind=word, known=", ".join(KINDS))
    return ModelKind(word)


def _card(record: ModelRecord, use: Use, path: Path) -> dict[str, object]:
    return {"kind": "model", **card_document(record, use), "path": str(path)}


def _now() -> int:
    return time.time_ns() // 1_000_000
