"""Which kind of table a file is: its content decides, its name helps where content leaves it open."""

from __future__ import annotations

from pathlib import PurePath

from farm.tables import Table
from farm.tables.delimited import DelimitedTable
from farm.tables.jsonlines import JsonLinesTable
from farm.tables.package import Package, is_package
from farm.tables.workbook import WorkbookTable
from farm.textfile import Text, text_of
from pipeline.plan.errors import InputError

_JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
_START_CHARACTERS = 4096
#: XML says things at length: so many times the bytes of a file may it unpack to, read twice over.
_UNPACKED = 2


def open_table(data: bytes, *, name: str, sheet: str, limit_bytes: int) -> Table:
    """A file's bytes as a table.

    Args:
        data: the file.
        name: what it is called; only its suffix is looked at.
        sheet: the sheet of a workbook; empty for the first one that people see.
        limit_bytes: how large a manifest may be.

    Raises:
        InputError: it is no table that can be read, or has no sheets to choose from.
    """
    if is_package(data):
        return WorkbookTable(Package(data, limit_bytes=_UNPACKED * limit_bytes), sheet)
    if sheet:
        raise InputError("manifest-sheet-nowhere", sheet=sheet)
    text = text_of(data)
    return JsonLinesTable(text) if _is_json(text, name) else DelimitedTable(text)


def _is_json(text: Text, name: str) -> bool:
    start = text.start(_START_CHARACTERS).lstrip()
    if PurePath(name).suffix.casefold() in _JSON_SUFFIXES:
        return bool(start)
    return start.startswith(('{"', "[{")) or (start.startswith("{") and start[1:].lstrip().startswith('"'))
