"""Tables that spreadsheets open: CSV as Excel reads it, in which no cell can be taken for a formula.

Nothing here is for Lectern to read again: a cell shows text to a person, and what a spreadsheet would
calculate, or hand to another program (DDE), is shown with an apostrophe before it.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable, Sequence

import regex

#: What stands in a cell; numbers stay numbers.
Cell = str | int

_LINE_END = "\r\n"
#: Excel takes 32,767 characters into a cell, and drops the rest without a word.
_MOST = 32_000
# What a formula begins with, and what spreadsheets with an East Asian input method take for the same.
_BEGINNINGS = r"[=+\-@\u2212\uFE62\uFE63\uFE66\uFE6B\uFF0B\uFF0D\uFF1D\uFF20]"
# A spreadsheet set to another country splits at semicolons, whatever quotes stand around them; what follows
# is a cell of its own there. Blanks, quotes and what cannot be seen do not make a formula safe everywhere.
_FORMULA = regex.compile(rf"(?:^|[;|])[\s\"'`\p{{Cf}}]*\K(?={_BEGINNINGS})")
_QUOTED = regex.compile(r"[,;|\"]|^\s|\s$")


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as CSV: UTF-8 with the mark that Excel knows it by, CR LF after lines, quotes where needed."""
    lines = (",".join([_written(cell) for cell in row]) for row in (header, *rows))
    return codecs.BOM_UTF8 + "".join(f"{line}{_LINE_END}" for line in lines).encode()


def plain(text: str) -> str:
    """Text as a cell shows it: one line, no controls, and an apostrophe before what looks like a formula."""
    line = " ".join(text.split())
    if not line.isprintable():
        line = "".join(letter for letter in line if unicodedata.category(letter) not in {"Cc", "Cs"})
    if len(line) > _MOST:
        line = f"{line[:_MOST]}…"
    return _FORMULA.sub("'", line)


def _written(cell: Cell) -> str:
    if isinstance(cell, int):
        return str(cell)
    text = plain(cell)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
