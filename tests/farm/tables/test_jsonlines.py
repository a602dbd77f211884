"""JSON Lines: one object a line, its keys the columns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.tables import Record, Table
from farm.tables.opening import open_table
from pipeline.plan.errors import InputError


def table_of(data: bytes, name: str = "films.jsonl") -> Table:
    """A file's bytes as a table."""
    return open_table(data, name=name, sheet="", limit_bytes=1_000_000)


def records(text: str) -> list[Record]:
    """All rows of a file."""
    return list(table_of(text.encode()).records())


def test_values_as_they_are_written() -> None:
    """Numbers keep their digits, words are words, null is empty; lines are counted, blank ones too."""
    text = (
        '\ufeff{"ID": "a", "price": 1.50, "big": 12345678901234567890, "yes": true, "none": null}\r\n'
        '\n{"id": 7, "First Name": " Zoe\\u0308 "}\n'
    )
    table = table_of(text.encode())
    assert table.header.columns == ("id", "price", "big", "yes", "none", "first_name")
    first, second = table.records()
    assert (first.number, second.number) == (1, 3)
    assert dict(first.cells) == {
        "id": "a",
        "price": "1.50",
        "big": "12345678901234567890",
        "yes": "true",
        "none": "",
    }
    assert dict(second.cells) == {"id": "7", "first_name": "Zoë"}


@pytest.mark.parametrize(
    ("line", "flaws"),
    [
        ('{"id": "a",}', {"": "manifest-json-malformed"}),
        ('{"id": NaN}', {"": "manifest-json-malformed"}),
        ('{"id": -Infinity}', {"": "manifest-json-malformed"}),
        ("{'id': 'a'}", {"": "manifest-json-malformed"}),
        ('{"id": "a"} {"id": "b"}', {"": "manifest-json-malformed"}),
        ('{"id": ' + "[" * 100_000, {"": "manifest-json-malformed"}),
        ('["a"]', {"": "manifest-json-object"}),
        ('"a"', {"": "manifest-json-object"}),
        ("1", {"": "manifest-json-object"}),
        ("null", {"": "manifest-json-object"}),
        ('{"id": "a", "face": {"motion": "calm"}}', {"face": "manifest-json-nested"}),
        ('{"id": "a", "tags": ["x"]}', {"tags": "manifest-json-nested"}),
        ('{"id": "a", "ID": "b"}', {"id": "manifest-json-key-twice"}),
        ('{"id": "' + "x" * 1_000_001 + '"}', {"": "manifest-json-long"}),
    ],
)
def test_a_wrong_line_harms_no_other(line: str, flaws: dict[str, str]) -> None:
    """What is wrong with one line is told of it, and the others are read."""
    first, wrong, last = records(f'{{"id": "1"}}\n{line}\n{{"id": "3"}}\n')
    assert (first.cells["id"], last.cells["id"]) == ("1", "3")
    assert {name: flaw.code for name, flaw in wrong.flaws.items()} == flaws
    assert (wrong.number, last.number) == (2, 3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "manifest-no-rows"),
        ("\n \n", "manifest-no-rows"),
        ('[{"id": "a"}, {"id": "b"}]', "manifest-json-array"),
        ('[\n  {"id": "a"}\n]', "manifest-json-array"),
        ('{\n  "id": "a"\n}', "manifest-json-spread"),
        ('{"id": "a",\n"b": "c"}', "manifest-json-spread"),
        ("{" + ", ".join(f'"c{number}": 1' for number in range(501)) + "}", "manifest-columns-many"),
    ],
)
def test_other_shapes_of_json(text: str, code: str) -> None:
    """An array, or an object over several lines, is told once, with what to do."""
    with pytest.raises(InputError) as caught:
        records(text)
    assert caught.value.code == code


def test_content_decides() -> None:
    """JSON is known without a suffix and under a wrong one; a CSV file stays one whatever it is called."""
    assert table_of(b'{"id": "a"}\n', "films.csv").header.columns == ("id",)
    assert table_of(b'\n { "id": "a"}\n', "films").header.columns == ("id",)
    assert table_of(b"id,script\na,{x}\n", "films.txt").header.columns == ("id", "script")
    assert table_of(b"id,script\na,x\n", "films.xlsx").header.columns == ("id", "script")


def test_a_sheet_of_a_text_file() -> None:
    """Only workbooks have sheets to choose from."""
    with pytest.raises(InputError) as caught:
        open_table(b"id\na\n", name="films.csv", sheet="Films", limit_bytes=1000)
    assert caught.value.code == "manifest-sheet-nowhere"


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(max_size=30), st.sampled_from(['{"a": "b"}', "{", '{"a": "\\ud800"}']))))
def test_any_lines(lines: list[str]) -> None:
    """Whatever stands in the lines, each is a row or a coded flaw, without halves of characters."""
    try:
        found = list(table_of("\n".join(lines).encode(errors="replace")).records())
    except InputError:
        return
    for record in found:
        "".join(record.cells.values()).encode()
