"""CSV files: cells between commas, semicolons or tabs, rows numbered as a spreadsheet numbers them."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest

from farm.tables import (
    HEADER_WITHIN,
    MOST_LINES,
    Flaw,
    Record,
    TableError,
    header_at,
    header_of,
    record_of,
    repeats,
)
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

    def __init__(self, text: Text) -> None:
        self._text = text
        self._declared = _declared(text)
        delimiters = self._declared or _DELIMITERS
        starts = {mark: self._start(mark) for mark in delimiters}
        delimiter = max(delimiters, key=lambda mark: _named(starts[mark]))
        self._rows = self._read(delimiter)
        above = header_at(starts[delimiter])
        number, cells = next(islice(self._rows, above, None), (0, []))
        if not cells:
            raise TableError(0, "manifest-no-rows")
        self.header = header_of(number, cells)
        self.doubts: Sequence[Flaw] = (Flaw(code="manifest-header-below"),) if above else ()

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

    def _start(self, delimiter: str) -> list[list[str]]:
        """The first rows under a delimiter, as far as its quotes make sense with it."""
        rows: list[list[str]] = []
        with contextlib.suppress(TableError):
            rows.extend(row for _, row in islice(self._read(delimiter), HEADER_WITHIN))
        return rows

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


def _named(rows: list[list[str]]) -> int:
    """How many columns the header of these rows names."""
    return sum(1 for cell in rows[header_at(rows)] if cell.strip()) if rows else 0
