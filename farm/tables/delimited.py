"""CSV files: cells between commas, semicolons or tabs, rows numbered as a spreadsheet numbers them."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from farm.tables import MOST_LINES, Flaw, Record, TableError, header_of, record_of, repeats
from farm.textfile import Text

_DELIMITERS = ",;\t"
#: A row of a few long texts; the reader keeps one whole, with each of its cells.
_ROW_CHARACTERS = 1_000_000
#: The longest first line in which a delimiter is declared.
_DECLARATION_CHARACTERS = 8


class DelimitedTable:
    """Reads a CSV file row by row; empty rows are passed over, and count.

    Delimiters are commas, semicolons or tabs, whichever parts the header into more names; a first line
    ``sep=;`` says it outright. Quoted cells may hold delimiters, quotes and line breaks.

    Args:
        text: the file.

    Raises:
        TableError: there is no header, or it cannot be read.
    """

    doubts: Sequence[Flaw] = ()

    def __init__(self, text: Text) -> None:
        self._text = text
        self._declared = _declared(text)
        delimiters = self._declared or _DELIMITERS
        delimiter = max(delimiters, key=lambda mark: _named(self._first(mark)))
        self._rows = self._read(delimiter)
        number, cells = next(self._rows, (0, []))
        if not cells:
            raise TableError(0, "manifest-no-rows")
        self.header = header_of(number, cells)

    def records(self) -> Iterator[Record]:
        """As `Table.records`."""
        columns = self.header.columns
        for number, row in self._rows:
            if repeats(self.header, row):
                yield Record(number=number, cells={}, flaws={"": Flaw(code="manifest-header-again")})
                continue
            cells = {name: cell for name, cell in zip(columns, row, strict=False) if name}
            for name in columns[len(row) :]:
                cells.setdefault(name, "")
            surplus = sum(
                1 for name, cell in zip_longest(columns, row, fillvalue="") if not name and cell.strip()
            )
            yield record_of(number, cells, surplus=surplus)

    def _first(self, delimiter: str) -> list[str]:
        """The first row under a delimiter; none if its quotes make no sense with it."""
        with contextlib.suppress(TableError):
            return next(self._read(delimiter), (0, []))[1]
        return []

    def _read(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not empty, with their numbers."""
        lines = _Lines(self._text)
        number = 0
        if self._declared:
            next(lines)
            number = 1
        try:
            for row in csv.reader(lines, delimiter=delimiter, strict=True):
                number += 1
                lines.taken = 0
                if number > MOST_LINES:
                    raise TableError(number, "manifest-lines", limit=MOST_LINES)
                if any(cell.strip() for cell in row):
                    yield number, row
        except _RowLongError as error:
            raise TableError(number + 1, "manifest-cell-long") from error
        except csv.Error as error:
            code = "manifest-cell-long" if "limit" in str(error) else "manifest-quote"
            raise TableError(number + 1, code) from error


class _RowLongError(Exception):
    """A row that goes on and on."""


class _Lines:
    """The lines of a file, as long as they make rows that a person could have written.

    Attributes:
        taken: characters of the present row; set to 0 when it is over.
    """

    def __init__(self, text: Text) -> None:
        self._lines = text.lines(most=_ROW_CHARACTERS)
        self.taken = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken += len(line)
        if self.taken >= _ROW_CHARACTERS:
            raise _RowLongError
        return line


def _declared(text: Text) -> str:
    """The delimiter that a first line declares, if one does."""
    line = text.start(_DECLARATION_CHARACTERS).partition("\n")[0].rstrip("\r")
    declared = line.removeprefix("sep=")
    return declared if line.startswith("sep=") and declared in tuple(_DELIMITERS) else ""


def _named(cells: list[str]) -> int:
    return sum(1 for cell in cells if cell.strip())
