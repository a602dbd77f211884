"""Promises about tables for spreadsheets: read back as they were written, and never calculated."""

from __future__ import annotations

import csv
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.plan.cells import plain, to_csv

_HOSTILE = st.text(st.sampled_from("=+-@＝＋－＠﹦−;|,\t\r\n\"'` \u200b\ufeffa1!A漢\x00"), max_size=12)
_TEXT = st.one_of(st.text(max_size=20), _HOSTILE)
_TABLES = st.lists(st.lists(_TEXT, min_size=3, max_size=3), max_size=4)


def split_naively(line: str, delimiter: str) -> list[str]:
    """What a spreadsheet makes of a line that splits at `delimiter` alone."""
    return next(csv.reader([line], delimiter=delimiter), [])


def is_formula(cell: str) -> bool:
    """Whether some spreadsheet calculates a cell, rather once too often: blanks and quotes do not count."""
    seen = "".join(letter for letter in cell if unicodedata.category(letter) != "Cf").lstrip(" \"`\t'")
    guarded = "'" in cell[: len(cell) - len(seen)] if seen else True
    return bool(seen) and unicodedata.normalize("NFKC", seen)[0] in "=+-@−" and not guarded


@given(_TABLES)
@example([["=1+1", "a;=cmd|'/c calc'!A0", 'b;"=1"'], ["＝1", "\t=1", "a\r\n=1"], ["-5", "@SUM(A1)", "'=1"]])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_splits(table: list[list[str]]) -> None:
    """However a country's spreadsheet splits the file, nothing in it is calculated."""
    lines = to_csv(["id", "b", "c"], table).decode("utf-8-sig").split("\r\n")
    for delimiter in ",;|\t":
        for line in lines:
            assert not [cell for cell in split_naively(line, delimiter) if is_formula(cell)]


@given(_TABLES)
def test_a_table_is_read_back_cell_for_cell(table: list[list[str]]) -> None:
    """A CSV reader finds every row with its cells, as `plain` shows them, and nothing else."""
    data = to_csv(["id", "b", "c"], table)
    found = list(csv.reader(data.decode("utf-8-sig").split("\r\n")[:-1], strict=True))
    assert found == [["id", "b", "c"], *([plain(cell) for cell in row] for row in table)]


@given(_TEXT.filter(lambda text: not set(text) & set("=+-@＝＋－＠﹦−") and text.isprintable()))
def test_text_that_is_no_formula_is_shown_as_it_is(text: str) -> None:
    """Only blanks are put in order."""
    assert plain(text) == " ".join(text.split())


def test_the_bytes_are_what_excel_wants() -> None:
    """UTF-8 with a byte order mark, CR LF after every line, numbers bare, quotes doubled."""
    data = to_csv(["id", "say", "n"], [["a", 'he said "你好"', 12]])
    assert data == b"\xef\xbb\xbf" + 'id,say,n\r\na,"he said ""你好""",12\r\n'.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc", "a b c"),
        ("-5 °C", "'-5 °C"),
        ("state-of-the-art", "state-of-the-art"),
        ("a; -b", "a; '-b"),
        ("x\x1b[31m", "x[31m"),
        ("x" * 40_000, "x" * 32_000 + "…"),
    ],
)
def test_what_a_cell_shows(text: str, shown: str) -> None:
    """One line without controls; an apostrophe only where a cell could begin; no more than a cell holds."""
    assert plain(text) == shown
