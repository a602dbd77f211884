"""JSON Lines files: each line one object, its keys the columns (jsonlines.org)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NoReturn

from farm.tables import MOST_COLUMNS, MOST_LINES, Flaw, Header, Record, TableError, cleaned, record_of
from farm.template import plain_name
from farm.textfile import Text

#: Longer than any script may be, however it is spelt.
_MOST_CHARACTERS = 1_000_000
_QUOTED_CHARACTERS = 40


class JsonLinesTable:
    """Reads one object a line; blank lines are passed over, and count. Numbers are kept as they are written.

    Args:
        text: the file.

    Raises:
        TableError: it holds no object, or one that fills several lines, or an array.
    """

    doubts: Sequence[Flaw] = ()

    def __init__(self, text: Text) -> None:
        self._text = text
        columns: dict[str, None] = {}
        first = 0
        for number, line in self._lines():
            if not first:
                first = number
                _check_kind(number, line)
            columns |= dict.fromkeys(_parsed(number, line).cells)
            if len(columns) > MOST_COLUMNS:
                raise TableError(number, "manifest-columns-many", limit=MOST_COLUMNS)
        if not first:
            raise TableError(0, "manifest-no-rows")
        self.header = Header(number=first, columns=tuple(columns))

    def records(self) -> Iterator[Record]:
        """As `Table.records`."""
        for number, line in self._lines():
            yield _parsed(number, line)

    def _lines(self) -> Iterator[tuple[int, str]]:
        number = 0
        ended = True
        for piece in self._text.lines(most=_MOST_CHARACTERS):
            begins = ended
            ended = piece.endswith(("\n", "\r"))
            number += begins
            if number > MOST_LINES:
                raise TableError(number, "manifest-lines", limit=MOST_LINES)
            if begins and piece.strip():
                yield number, piece


class _BadValueError(ValueError):
    """A value that no cell can hold."""


def _check_kind(number: int, line: str) -> None:
    start = line.strip()
    if len(line) >= _MOST_CHARACTERS:
        return
    if start.startswith("["):
        raise TableError(number, "manifest-json-array")
    if start == "{" or (start.startswith("{") and not start.endswith("}")):
        raise TableError(number, "manifest-json-spread")


def _parsed(number: int, line: str) -> Record:
    """A line as a row; what is wrong with it stands in its flaws."""
    if len(line) >= _MOST_CHARACTERS:
        return _flawed(number, "manifest-json-long", limit=_MOST_CHARACTERS)
    try:
        pairs = json.loads(
            line, object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_refuse
        )
    except (_BadValueError, RecursionError):
        return _flawed(number, "manifest-json-malformed", column=1)
    except json.JSONDecodeError as error:
        return _flawed(number, "manifest-json-malformed", column=error.colno)
    if not isinstance(pairs, _Pairs):
        return _flawed(number, "manifest-json-object")
    return _record(number, pairs)


def _record(number: int, pairs: _Pairs) -> Record:
    cells: dict[str, str] = {}
    flaws: dict[str, Flaw] = {}
    for key, value in pairs:
        name = plain_name(cleaned(key))
        if name in cells:
            flaws[name] = Flaw(code="manifest-json-key-twice", facts={"name": name[:_QUOTED_CHARACTERS]})
        elif isinstance(value, (list, _Pairs)):
            flaws[name] = Flaw(code="manifest-json-nested", facts={"name": name[:_QUOTED_CHARACTERS]})
        cells[name] = _cell(value)
    return record_of(number, cells, flaws=flaws)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


class _Pairs(list[tuple[str, object]]):
    """An object's keys and values as they are written, double ones included."""


def _flawed(number: int, code: str, **facts: int) -> Record:
    return Record(number=number, cells={}, flaws={"": Flaw(code=code, facts=facts)})


def _refuse(_: str) -> NoReturn:
    raise _BadValueError
