"""How models and catalogues are told: as tables and pages for people, as documents for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.terminal import Cell, Terminal, told
from farm.models.catalogue import Known
from farm.models.shelf import Listed
from pipeline.plan.models import ModelRecord, Use, may_be_used
from pipeline.plan.moments import iso

_SHORT = 12
_MB = 1_000_000
_TOLD_VALUES, _TOLD_LETTERS = 6, 40


def card_document(record: ModelRecord, use: Use) -> dict[str, object]:
    """A card for a machine; times are UTC in ISO 8601."""
    accepted = record.acceptance
    return {
        "name": record.name,
        "model_kind": record.kind.value,
        "engine": record.engine,
        "digest": record.digest,
        "bytes": record.bytes,
        "licence": record.licence,
        "uses": [each.value for each in record.uses],
        "allowed": may_be_used(record, use),
        "accepted_by": record.accepted_by or None,
        "accepted_at": iso(accepted.at_ms) if accepted else None,
        "accepted_use": accepted.use.value if accepted else None,
        "languages": list(record.languages),
        "vram_mb": record.vram_mb or None,
        "trusted": record.trusted,
        "files": [file.name for file in record.files],
        "traits": {name: list(values) for name, values in sorted(record.traits.items())},
        "source": record.source,
        "added_at": iso(record.added_at),
    }


def listed_document(each: Listed, use: Use) -> dict[str, object]:
    """One line of the shelf for a machine; of a card that cannot be read there is only the name."""
    card: dict[str, object] = {"name": each.name} if each.record is None else card_document(each.record, use)
    return {**card, "code": each.problem.code if each.problem else None}


def known_document(known: Known) -> dict[str, object]:
    """A catalogue's entry for a machine."""
    return {
        "name": known.name,
        "model_kind": known.kind.value,
        "file": known.file,
        "bytes": known.bytes,
        "digest": known.digest or None,
        "licence": known.licence,
        "page": known.page,
        "address": known.address,
        "by_hand": known.by_hand,
    }


def shelf_lines(found: Sequence[Listed], root: Path, use: Use, terminal: Terminal) -> Iterator[Cell | Table]:
    """The whole shelf for a person: a table, and below it whatever is wrong."""
    words = terminal.words
    if not found:
        yield words("models-none", root=clean(str(root)))
        return
    heads = (
        "name",
        "model-kind",
        "engine",
        "digest",
        "size",
        "licence",
        "may-be-used",
        "accepted-by",
        "languages",
        "vram",
    )
    rows = [_row(each.record, use, terminal) for each in found if each.record is not None]
    yield terminal.table(*heads, rows=rows, right=(4, 9))
    yield from (problem_line(each, terminal) for each in found if each.problem is not None)


def problem_line(each: Listed, terminal: Terminal) -> Text:
    """What is wrong with a model, and what to do about it."""
    line = Text(f"{each.name}: ", style="bold")
    if each.problem is not None:
        what, cure = told(each.problem.code, each.problem.facts, terminal.language)
        line.append(f"{what} ", style="not bold red").append(f"{cure} ", style="not bold")
        line.append(f"[{each.problem.code}]", style="not bold dim")
    return line


def card_page(
    record: ModelRecord, path: Path, use: Use, known: Known | None, terminal: Terminal
) -> Iterator[Cell | Table]:
    """Everything that stands on a card, for a person; of a known model also what its licence says."""
    words = terminal.words
    yield Text(record.name, style="bold")
    facts: list[tuple[str, Cell]] = [
        ("model-kind", words(f"kind-{record.kind}")),
        ("engine", record.engine),
        ("digest", record.digest),
        ("size", _size(record.bytes)),
        ("licence", record.licence),
    ]
    if known is not None:
        facts += [("terms", known.said(terminal.language)), ("", known.page)]
    facts += [
        ("may-be-used", _uses(record, use, terminal)),
        ("accepted-by", _accepted(record, terminal)),
        ("languages", _languages(record, terminal)),
        ("vram", _vram(record, terminal)),
        ("trusted", words("yes" if record.trusted else "no")),
        *([("traits", _traits(record))] if record.traits else []),
        ("source", record.source or words("unknown")),
        ("file-model", str(path)),
    ]
    grid = Table(box=None, pad_edge=True, show_header=False, padding=(0, 2, 0, 0))
    for name, value in facts:
        head = Text(words(name) if name else "", style="bold")
        grid.add_row(head, value if isinstance(value, Text) else clean(value))
    yield grid


def catalogue_table(found: Iterable[Known], terminal: Terminal) -> Iterator[Cell | Table]:
    """The known models for a person: whose terms hold, and how each is got."""
    words = terminal.words
    rows = [
        (
            known.name,
            words(f"kind-{known.kind}"),
            _size(known.bytes),
            known.licence,
            words("by-fetch", name=known.name)
            if known.address
            else words("by-hand", page=known.by_hand or known.page),
        )
        for known in found
    ]
    yield terminal.table("name", "model-kind", "size", "licence", "how-got", rows=rows, right=(2,))


def use_of(use: Use, terminal: Terminal) -> str:
    """A use in words."""
    return terminal.words(f"use-{use}")


def _row(record: ModelRecord, use: Use, terminal: Terminal) -> tuple[Cell, ...]:
    return (
        record.name,
        terminal.words(f"kind-{record.kind}"),
        record.engine,
        record.digest[:_SHORT],
        _size(record.bytes),
        record.licence,
        _uses(record, use, terminal),
        _accepted(record, terminal),
        _languages(record, terminal),
        _vram(record, terminal),
    )


def _uses(record: ModelRecord, use: Use, terminal: Terminal) -> Text:
    """What it may be used for; green where that is what films here are made for."""
    uses = [use_of(each, terminal) for each in Use if may_be_used(record, each)]
    line = terminal.words("comma").join(uses) or terminal.words("nothing-yet")
    return Text(line, style="green" if may_be_used(record, use) else "yellow")


def _accepted(record: ModelRecord, terminal: Terminal) -> str:
    if record.acceptance is None:
        return terminal.words("unknown")
    day = datetime.fromtimestamp(record.accepted_at / 1000, UTC).astimezone().strftime("%Y-%m-%d")
    return f"{record.accepted_by}, {day}"


def _languages(record: ModelRecord, terminal: Terminal) -> str:
    return terminal.words("comma").join(record.languages) or terminal.words("any")


def _traits(record: ModelRecord) -> str:
    """What a model tells of itself, each thing in few words: some have a thousand speakers."""
    told = []
    for name, values in sorted(record.traits.items()):
        first = ", ".join(value[:_TOLD_LETTERS] for value in values[:_TOLD_VALUES])
        whole = len(values) <= _TOLD_VALUES and all(len(value) <= _TOLD_LETTERS for value in values)
        told.append(f"{name}: {first}" + ("" if whole else " …"))
    return "; ".join(told)


def _vram(record: ModelRecord, terminal: Terminal) -> str:
    return f"{record.vram_mb} MB" if record.vram_mb else terminal.words("unknown")


def _size(count: int) -> str:
    return f"{-(-count // _MB)} MB"
