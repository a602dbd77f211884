"""The rows of a workbook's sheet as a person sees them (SpreadsheetML, ECMA-376 part 1, 18.3.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from farm.tables import MOST_COLUMNS, MOST_LINES, Flaw, TableError
from farm.tables.numberformat import shown
from farm.tables.package import Handler

_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
# How OOXML spells characters that XML cannot hold, such as _x000D_ (part 1, 22.9.2.19).
_SPELT = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LETTERS = 26
#: Ranges of merged cells: more than ten in each row of a full batch.
_MOST_MERGES = 200_000
_QUOTED_CHARACTERS = 40


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Cells that were merged, such as ``B2:B5``: only the first of them holds a value."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    name: str


@dataclass(kw_only=True)
class SheetRow:
    """A row of a sheet with something in it, by columns from 0 on."""

    number: int
    hidden: bool
    cells: dict[int, str] = field(default_factory=dict)
    flaws: dict[int, Flaw] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Book:
    """What all sheets of a workbook share.

    Attributes:
        texts: shared texts.
        formats: the number format of each cell style.
        from_1904: whether days are counted from 1904.
    """

    texts: Sequence[str]
    formats: Sequence[str]
    from_1904: bool


class MergeReader(Handler):
    """Collects a sheet's merged cells, which stand behind its rows."""

    def __init__(self) -> None:
        self.merges: list[Merge] = []

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """As `Handler.begin`."""
        if name == "mergeCell":
            if len(self.merges) == _MOST_MERGES:
                raise ValueError(_MOST_MERGES)
            name = attributes.get("ref", "")
            first, _, last = name.partition(":")
            (top, left), (bottom, right) = place_of(first), place_of(last or first)
            merge = Merge(first_row=top, last_row=bottom, first_column=left, last_column=right, name=name)
            self.merges.append(merge)


class FilledReader(Handler):
    """Tells whether a sheet has anything in it."""

    def __init__(self) -> None:
        self.filled = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002 - as Handler has it
        """As `Handler.begin`."""
        self.filled = self.filled or name in {"v", "is"}


class RowReader(Handler):
    """Hands out a sheet's rows as they are read.

    Args:
        book: what the workbook's sheets share.
        merges: the sheet's merged cells.

    Attributes:
        rows: the rows read so far that have something in them, in order; whoever reads takes them away.
    """

    def __init__(self, book: Book, merges: Sequence[Merge]) -> None:
        self.rows: list[SheetRow] = []
        self._book = book
        self._merges = _by_row(merges)
        self._open: list[Merge] = []
        self._row = SheetRow(number=0, hidden=False)
        self._column = -1
        self._cell: Mapping[str, str] = {}
        self._formula = False
        self._heard: list[str] | None = None
        self._value: str | None = None
        self._sounding = False  # how a text is pronounced stands behind it, in Japanese workbooks

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """As `Handler.begin`."""
        if name == "row":
            number = int(attributes.get("r", self._row.number + 1))
            if not self._row.number < number <= MOST_LINES:
                raise ValueError(number)
            self._row = SheetRow(number=number, hidden=attributes.get("hidden") in {"1", "true"})
            self._column = -1
        elif name == "c":
            address = attributes.get("r")
            self._column = self._column + 1 if address is None else place_of(address)[1]
            self._cell, self._formula, self._value = attributes, False, None
        elif name == "rPh":
            self._sounding = True
        elif name == "v" or (name == "t" and not self._sounding):
            self._heard = []
        elif name == "f":
            self._formula = True

    def text(self, text: str) -> None:
        """As `Handler.text`."""
        if self._heard is not None:
            self._heard.append(text)

    def end(self, name: str) -> None:
        """As `Handler.end`."""
        if name == "rPh":
            self._sounding = False
        elif name in {"v", "t"} and self._heard is not None:
            # A text in several styles stands in several pieces.
            self._value = (self._value or "") + "".join(self._heard)
            self._heard = None
        elif name == "c":
            self._finish_cell()
        elif name == "row":
            self._finish_row()

    def _finish_cell(self) -> None:
        column, kind = self._column, self._cell.get("t", "n")
        if self._formula and not self._value and kind != "str":
            self._flaw(column, "manifest-formula")
        elif kind == "e":
            self._flaw(column, "manifest-cell-error", value=(self._value or "")[:_QUOTED_CHARACTERS])
        elif self._value:
            text = self._shown(kind, self._value)
            if text.strip():
                self._check_column(column)
                self._row.cells[column] = text
        for merge in self._merges.get(self._row.number, ()):
            if merge.first_column == column and column in self._row.cells:
                self._open.append(merge)

    def _shown(self, kind: str, value: str) -> str:
        if kind == "s":
            return self._book.texts[_index(value, self._book.texts)]
        if kind == "b":
            return "TRUE" if value.strip() == "1" else "FALSE"
        if kind in {"str", "inlineStr"}:
            return unspelt(value)
        if kind == "d":
            return value.strip().replace("T", " ")
        style = int(self._cell.get("s", "0"))
        formats = self._book.formats
        code = formats[style] if 0 <= style < len(formats) else "General"
        return shown(value.strip(), code, from_1904=self._book.from_1904)

    def _flaw(self, column: int, code: str, **facts: str) -> None:
        self._check_column(column)
        self._row.flaws[column] = Flaw(code=code, facts={"cell": name_of(self._row.number, column), **facts})

    def _check_column(self, column: int) -> None:
        if column >= MOST_COLUMNS:
            raise TableError(self._row.number, "manifest-columns-many", limit=MOST_COLUMNS)

    def _finish_row(self) -> None:
        row = self._row
        own = bool(row.flaws)
        self._open = [merge for merge in self._open if merge.last_row >= row.number]
        if len(self._open) > MOST_COLUMNS:
            raise ValueError(len(self._open))  # merged cells never overlap
        for merge in self._open:
            for column in range(merge.first_column, min(merge.last_column + 1, MOST_COLUMNS)):
                row.flaws.setdefault(column, Flaw(code="manifest-cells-merged", facts={"cells": merge.name}))
        if row.cells or own:
            self.rows.append(row)


def place_of(address: str) -> tuple[int, int]:
    """The row from 1 and the column from 0 of an address such as ``B2``.

    Raises:
        ValueError: it is none.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(address)
    column = 0
    for letter in found[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(found[2]), column - 1


def name_of(row: int, column: int) -> str:
    """The address of a cell: ``B2``."""
    letters = ""
    left = column + 1
    while left:
        left, letter = divmod(left - 1, _LETTERS)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def unspelt(text: str) -> str:
    """A text with the characters in it that OOXML spells: ``_x000D_`` is a carriage return."""
    return _SPELT.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _index(value: str, texts: Sequence[str]) -> int:
    index = int(value)
    if not 0 <= index < len(texts):
        raise ValueError(value)
    return index


def _by_row(merges: Sequence[Merge]) -> Mapping[int, Sequence[Merge]]:
    found: dict[int, list[Merge]] = {}
    for merge in merges:
        found.setdefault(merge.first_row, []).append(merge)
    return found
