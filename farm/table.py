"""A CSV file as a table: columns by plain name, rows numbered as a spreadsheet numbers them."""

from __future__ import annotations

import contextlib
import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from farm.template import plain_name
from pipeline.plan.errors import InputError

_DELIMITERS = ",;\t"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One row of a table.

    Attributes:
        number: as a spreadsheet counts, the first row of the file being row 1.
        cells: what stands in each named column, without spaces around it; a missing cell is empty.
        surplus: how many filled cells belong to no named column.
    """

    number: int
    cells: Mapping[str, str]
    surplus: int


@dataclass(frozen=True, kw_only=True)
class Header:
    """The columns of a table.

    Attributes:
        number: the row it stands in.
        columns: plain names in order; empty for a column without a name.
    """

    number: int
    columns: tuple[str, ...]

    @property
    def doubles(self) -> tuple[str, ...]:
        """Names that stand there more than once."""
        seen = [name for name in self.columns if name]
        return tuple(name for name in dict.fromkeys(seen) if seen.count(name) > 1)


class Table:
    """Reads a table row by row; empty rows are passed over, and count.

    Delimiters are commas, semicolons or tabs, whichever parts the header into more names; a first line
    ``sep=;`` says it outright. Quoted cells may hold delimiters, quotes and line breaks.

    Args:
        text: the decoded file.

    Raises:
        TableError: there is no header, or it cannot be read.
    """

    def __init__(self, text: str) -> None:
        self._lead, delimiter = _declared(text)
        delimiters = delimiter or _DELIMITERS
        self._text = text
        self._delimiter = max(delimiters, key=lambda mark: _named(self._first(mark)))
        self._rows = self._read(self._delimiter)
        number, cells = next(self._rows, (0, []))
        if not cells:
            raise TableError(0, "manifest-no-rows")
        self.header = Header(number=number, columns=tuple(plain_name(cell) for cell in cells))

    def records(self) -> Iterator[Record]:
        """The rows below the header.

        Raises:
            TableError: a row that cannot be read; those after it cannot be told apart any more.
        """
        columns = self.header.columns
        for number, row in self._rows:
            cells = {name: _clean(cell) for name, cell in zip(columns, row, strict=False) if name}
            for name in columns[len(row) :]:
                cells.setdefault(name, "")
            surplus = sum(
                1 for name, cell in zip_longest(columns, row, fillvalue="") if not name and cell.strip()
            )
            yield Record(number=number, cells=cells, surplus=surplus)

    def _first(self, delimiter: str) -> list[str]:
        """The first row under a delimiter; none if its quotes make no sense with it."""
        with contextlib.suppress(TableError):
            return next(self._read(delimiter), (0, []))[1]
        return []

    def _read(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not empty, with their numbers."""
        lines = io.StringIO(self._text[self._lead :], newline="")
        number = 1 if self._lead else 0
        try:
            for row in csv.reader(lines, delimiter=delimiter, strict=True):
                number += 1
                if any(cell.strip() for cell in row):
                    yield number, row
        except csv.Error as error:
            code = "manifest-cell-long" if "limit" in str(error) else "manifest-quote"
            raise TableError(number + 1, code) from error


class TableError(InputError):
    """A file that cannot be read as a table, from row `row` on; 0 for the file as a whole."""

    def __init__(self, row: int, code: str) -> None:
        super().__init__(code)
        self.row = row


def _declared(text: str) -> tuple[int, str]:
    """The length of a first line that declares the delimiter, and the delimiter."""
    line = text.partition("\n")[0]
    declared = line.rstrip("\r").removeprefix("sep=")
    if line.startswith("sep=") and len(declared) == 1 and declared in _DELIMITERS:
        return len(line) + 1, declared
    return 0, ""


def _named(cells: list[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()
