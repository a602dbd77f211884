"""What a manifest is read from: tables of named columns, whatever kind of file they stand in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from farm import columns
from farm.template import plain_name
from pipeline.plan.errors import Fact, InputError

#: More columns than any film needs; a file with more is not a manifest.
MOST_COLUMNS = 500
#: The last row of an Excel sheet. Empty rows count as well, so that none of them can cost for ever.
MOST_LINES = 1_048_576

#: How many rows may stand above a header, the header included.
HEADER_WITHIN = 10

_KNOWN = frozenset(columns.named())
_FILM = frozenset({"script", "script_file", "portrait"})
_LONE_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """Why a cell, or something else in a row, cannot be used.

    Attributes:
        code: a code of the catalogue.
        facts: values for the placeholders of its message.
    """

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One row of a table.

    Attributes:
        number: as the program counts that people look at the file with; the first row of a file is row 1.
        cells: what stands in each named column, as `cleaned`; a missing cell is empty.
        flaws: why a cell cannot be used, by column; a flaw of the whole row stands under an empty name.
            Such a cell is empty.
        surplus: how many filled cells belong to no named column.
        hidden: whether people do not see the row.
    """

    number: int
    cells: Mapping[str, str]
    flaws: Mapping[str, Flaw] = field(default_factory=dict)
    surplus: int = 0
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Header:
    """The columns of a table.

    Attributes:
        number: the row it stands in; 0 when there is none.
        columns: plain names in order; empty for a column without a name.
    """

    number: int
    columns: tuple[str, ...]

    @property
    def doubles(self) -> tuple[str, ...]:
        """Names that stand there more than once."""
        seen: set[str] = set()
        doubles: dict[str, None] = {}
        for name in self.columns:
            if name and name in seen:
                doubles[name] = None
            seen.add(name)
        return tuple(doubles)


def record_of(
    number: int,
    cells: Mapping[str, str],
    *,
    flaws: Mapping[str, Flaw] | None = None,
    surplus: int = 0,
    hidden: bool = False,
) -> Record:
    """A row of cells as they stand in a file: cleaned, and without those that no text can be."""
    told = dict(flaws or {})
    for name, cell in cells.items():
        if "\0" in cell:
            told.setdefault(name, Flaw(code="manifest-cell-nul"))
    whole = {name: "" if name in told else cleaned(cell) for name, cell in cells.items()}
    return Record(number=number, cells=whole, flaws=told, surplus=surplus, hidden=hidden)


class Table(Protocol):
    """A manifest as rows of named cells."""

    @property
    def header(self) -> Header:
        """The columns."""

    @property
    def doubts(self) -> Sequence[Flaw]:
        """What may be an oversight about the file as a whole."""

    def records(self) -> Iterator[Record]:
        """The rows below the header that are not empty, once.

        Raises:
            TableError: a row that cannot be read; those after it cannot be told apart any more.
        """


class TableError(InputError):
    """A file that cannot be read as a table, from row `row` on; 0 for the file as a whole."""

    def __init__(self, row: int, code: str, **facts: Fact) -> None:
        super().__init__(code, **facts)
        self.row = row


def cleaned(cell: str) -> str:
    """A cell's text as all of Lectern takes it: composed (NFC), without spaces around it.

    Halves of characters, which JSON can spell and no file can hold, become the replacement character.
    """
    if cell.isascii():
        return cell.strip()
    return unicodedata.normalize("NFC", cell.translate(_LONE_HALVES)).strip()


def header_of(number: int, cells: Sequence[str]) -> Header:
    """The columns that a row names.

    Raises:
        TableError: ``manifest-columns-many``.
    """
    if len(cells) > MOST_COLUMNS:
        raise TableError(number, "manifest-columns-many", limit=MOST_COLUMNS)
    return Header(number=number, columns=tuple(plain_name(cell) for cell in cells))


def header_at(rows: Sequence[Sequence[str]]) -> int:
    """Which of a table's first rows is its header: the first, unless that is a title and a header follows.

    A title names no column; a header below it names two, and a film's script or portrait among them.
    """
    if not rows or any(plain_name(cell) in _KNOWN for cell in rows[0]):
        return 0
    for index, row in enumerate(rows):
        names = {plain_name(cell) for cell in row} & _KNOWN
        if len(names) > 1 and names & _FILM:
            return index
    return 0


def repeats(header: Header, cells: Sequence[str]) -> bool:
    """Whether a row says the header once more, as happens when files are put together."""
    names = [name for name in header.columns if name]
    return len(names) > 1 and [name for name in map(plain_name, cells) if name] == names
