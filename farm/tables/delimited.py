"""CSV files: cells between commas, semicolons or tabs, rows numbered as a spreadsheet numbers them."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from farm.tables import MOST_LINES, Flaw, Record, TableError, header_of, record_of, repeats
from farm.textfile import Text

_DELIMITERS = ",;\t"
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
        lines = self._text.lines()
        number = 0
        if self._declared:
            next(lines)
            number = 1
        try:
            for row in csv.reader(lines, delimiter=delimiter, strict=True):
                number += 1
                if number > MOST_LINES:
                    raise TableError(number, "manifest-lines", limit=MOST_LINES)
                if any(cell.strip() for cell in row):
                    yield number, row
        except csv.Error as error:
            code = "manifest-cell-long" if "limit" in str(error) else "manifest-quote"
            raise TableError(number + 1, code) from error


def _declared(text: Text) -> str:
    """The delimiter that a first line declares, if one does."""
    line = text.start(_DECLARATION_CHARACTERS).partition("\n")[0].rstrip("\r")
    declared = line.removeprefix("sep=")
    return declared if line.startswith("sep=") and declared in tuple(_DELIMITERS) else ""


def _named(cells: list[str]) -> int:
    return sum(1 for cell in cells if cell.strip())
