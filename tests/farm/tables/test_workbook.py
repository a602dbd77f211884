"""Workbooks: the first sheet that people see, cell by cell as they see it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from farm.tables import Record, Table
from farm.tables.opening import open_table
from pipeline.plan.errors import InputError
from tests.support.workbooks import BOOK, PROLOGUE, ROOT, inline, packed, raw, saved, sheet

Made = TypeVar("Made")


def table_of(data: bytes, sheet_name: str = "", *, limit_bytes: int = 20_000_000) -> Table:
    """A file's bytes as a table."""
    return open_table(data, name="films.xlsx", sheet=sheet_name, limit_bytes=limit_bytes)


def records(data: bytes, sheet_name: str = "") -> list[Record]:
    """All rows of a workbook."""
    return list(table_of(data, sheet_name).records())


def refused(call: Callable[[], Made]) -> InputError:
    """The error that a call ends in."""
    with pytest.raises(InputError) as caught:
        call()
    return caught.value


def book(rows: Sequence[Sequence[object]]) -> tuple[Workbook, Worksheet]:
    """A workbook with one sheet of these rows."""
    workbook = Workbook()
    active = workbook.active
    assert active is not None
    for row in rows:
        active.append(row)
    return workbook, active


def test_cells_as_a_person_sees_them() -> None:
    """Whole numbers have no point, dates are dates, and a format of a cell is honoured."""
    workbook, active = book(
        [
            ["ID", "Start day", "at", "price", "yes", "text", "id number"],
            [12, dt.date(2026, 3, 2), dt.time(14, 30), 1200.5, True, " two\nlines ", 7],
        ]
    )
    active["D2"].number_format = '"$"#,##0.00'
    active["G2"].number_format = "0000"
    (record,) = records(saved(workbook))
    assert record.cells == {
        "id": "12",
        "start_day": "2026-03-02",
        "at": "14:30:00",
        "price": "$1,200.50",
        "yes": "TRUE",
        "text": "two\nlines",
        "id_number": "0007",
    }
    assert (record.number, record.flaws, record.surplus, record.hidden) == (2, {}, 0, False)


def test_rows_are_numbered_as_the_program_shows_them() -> None:
    """Empty rows are passed over, and count; a gap between columns is an empty cell."""
    workbook, active = book([[], ["id", None, "title"], [], ["a", None, "A"], ["b", "x", None]])
    active["E5"] = "y"
    table = table_of(saved(workbook))
    assert (table.header.number, table.header.columns) == (2, ("id", "", "title"))
    first, second = table.records()
    assert (first.number, dict(first.cells), first.surplus) == (4, {"id": "a", "title": "A"}, 0)
    assert (second.number, dict(second.cells), second.surplus) == (5, {"id": "b", "title": ""}, 2)


def test_the_sheet_that_people_see() -> None:
    """Hidden sheets are not the first; others with something in them are told; a name chooses any."""
    workbook, active = book([["id"], ["hidden"]])
    active.sheet_state = "hidden"
    seen = workbook.create_sheet("Films")
    seen.append(["id"])
    seen.append(["a"])
    workbook.create_sheet("Empty")
    data = saved(workbook)
    assert [record.cells["id"] for record in records(data)] == ["a"]
    assert table_of(data).doubts == ()
    assert [record.cells["id"] for record in records(data, "sheet")] == ["hidden"]
    workbook.create_sheet("More").append(["id"])
    (doubt,) = table_of(saved(workbook)).doubts
    assert (doubt.code, doubt.facts) == ("manifest-sheets-several", {"sheet": "Films", "others": "“More”"})
    assert table_of(saved(workbook), "Films").doubts == ()
    error = refused(lambda: table_of(data, "Film"))
    assert (error.code, error.facts["known"]) == ("manifest-sheet-missing", "“Sheet”, “Films”, “Empty”")


def test_a_hidden_row_is_told() -> None:
    """A row that nobody sees is read, and says that it is hidden."""
    workbook, active = book([["id"], ["a"], ["b"]])
    active.row_dimensions[2].hidden = True
    assert [record.hidden for record in records(saved(workbook))] == [True, False]


def test_formulas() -> None:
    """A formula's result counts; without one, the cell is named; an error is told as it is shown."""
    rows = (
        f'<row r="1">{inline("a", "b", "c", "d", "e")}</row><row r="2">'
        '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>"x"</f><v>x</v></c>'
        '<c r="C2"><f>A1</f><v></v></c><c r="D2"><f>A1</f></c>'
        '<c r="E2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    (record,) = records(raw(rows))
    assert dict(record.cells) == {"a": "2", "b": "x", "c": "", "d": "", "e": ""}
    told = {name: (flaw.code, dict(flaw.facts)) for name, flaw in record.flaws.items()}
    assert told == {
        "c": ("manifest-formula", {"cell": "C2"}),
        "d": ("manifest-formula", {"cell": "D2"}),
        "e": ("manifest-cell-error", {"cell": "E2", "value": "#DIV/0!"}),
    }


def test_merged_cells() -> None:
    """Each row that a merged value seems to stand in is told the range; empty merges harm nobody."""
    workbook, active = book(
        [
            ["id", "portrait", "title"],
            ["a", "x.png", "A"],
            ["b", None, "B"],
            ["c", None, "C"],
            ["d", "y.png", None],
        ]
    )
    active.merge_cells("B2:B3")
    active.merge_cells("B4:C4")
    active.merge_cells("C5:D6")
    told = [
        {name: flaw.facts["cells"] for name, flaw in row.flaws.items()} for row in records(saved(workbook))
    ]
    assert told == [{"portrait": "B2:B3"}, {"portrait": "B2:B3"}, {}, {}]


def test_a_title_above_the_header() -> None:
    """A title is passed over, merged or not, and told; a header with merged cells is refused."""
    workbook, active = book([["Our films"], [], ["id", "script", "portrait"], ["a", "b", "c"]])
    active.merge_cells("A1:C1")
    table = table_of(saved(workbook))
    assert (table.header.number, table.header.columns) == (3, ("id", "script", "portrait"))
    assert [doubt.code for doubt in table.doubts] == ["manifest-header-below"]
    assert [record.number for record in table.records()] == [4]
    active.merge_cells("B3:C3")
    error = refused(lambda: table_of(saved(workbook)))
    assert (error.code, error.facts["cells"]) == ("manifest-header-merged", "B3:C3")


def test_the_header_again() -> None:
    """A row that repeats the header is one problem, not one for each of its cells."""
    workbook, _ = book([["id", "script"], ["a", "Hi."], ["ID", "Script"]])
    assert [row.flaws.get("") and row.flaws[""].code for row in records(saved(workbook))] == [
        None,
        "manifest-header-again",
    ]


def test_texts_in_pieces() -> None:
    """Text in several styles is one text; how it sounds is left out; spelt characters are characters."""
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>id</t></si>"
        "<si><r><t>東</t></r><r><t>京</t></r><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>"
        "<si><t>a_x000A_b</t></si></sst>"
    )
    rows = '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c></row>'
    assert [row.cells["id"] for row in records(raw(rows, sharedStrings=strings))] == ["東京", "a\nb"]


@pytest.mark.parametrize(
    ("data", "code", "facts"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "manifest-workbook-old", {}),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "manifest-workbook-locked",
            {},
        ),
        (packed({"word/document.xml": "<a/>"}), "manifest-workbook-other", {"kind": "DOCX"}),
        (packed({"xl/workbook.bin": b"x"}), "manifest-workbook-other", {"kind": "XLSB"}),
        (
            packed({"content.xml": "<a/>", "mimetype": "x"}),
            "manifest-workbook-other",
            {"kind": "OpenDocument"},
        ),
        (packed({"films.csv": "id"}), "manifest-workbook-other", {"kind": "ZIP"}),
        (raw("<row><c t='s'><v>5</v></c></row>"), "manifest-workbook-damaged", {}),
        (raw("<row r='x'/>"), "manifest-workbook-damaged", {}),
        (raw("<row r='2'/><row r='1'/>"), "manifest-workbook-damaged", {}),
        (raw("<row><c r='1A'><v>5</v></c></row>"), "manifest-workbook-damaged", {}),
        (raw("<row>"), "manifest-workbook-damaged", {}),
        (raw("", sheet1=sheet("").replace("UTF-8", "UTF-0")), "manifest-workbook-damaged", {}),
        (raw("", sheet1=sheet("").replace("UTF-8", "gb18030")), "manifest-workbook-damaged", {}),
        (raw("<row/>"), "manifest-no-rows", {}),
        (saved(Workbook())[:-40], "manifest-workbook-damaged", {}),
        (raw("", workbook=f"{PROLOGUE}<workbook/>"), "manifest-no-rows", {}),
        (raw(f"<row>{inline(*['x'] * 501)}</row>"), "manifest-columns-many", {"limit": 500}),
    ],
)
def test_what_is_no_workbook(data: bytes, code: str, facts: dict[str, object]) -> None:
    """Each says what it is, and what to do."""
    error = refused(lambda: records(data))
    assert (error.code, dict(error.facts)) == (code, facts)


def test_a_bomb_of_zeros() -> None:
    """What unpacks to more than is allowed is refused, whether the archive says so or lies."""
    bomb = raw("", sheet1=sheet(" " * 3_000_000))
    assert len(bomb) < 10_000
    assert refused(lambda: table_of(bomb, limit_bytes=1_000_000)).code == "manifest-workbook-bomb"
    size = (3_000_000 + len(sheet(""))).to_bytes(4, "little")
    liar = bomb.replace(size, (100).to_bytes(4, "little"))
    assert liar != bomb
    error = refused(lambda: table_of(liar, limit_bytes=1_000_000))
    assert error.code in {"manifest-workbook-bomb", "manifest-workbook-damaged"}


def test_a_bomb_of_entities() -> None:
    """A document type is refused before any entity in it could grow."""
    declared = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    for part in ("sheet1", "workbook", "sharedStrings"):
        whole = {"sheet1": sheet("<row/>"), "workbook": BOOK, "sharedStrings": f"{PROLOGUE}<sst/>"}[part]
        data = raw("", **{part: whole.replace(PROLOGUE, PROLOGUE + declared)})
        assert refused(lambda data=data: records(data)).code == "manifest-workbook-entity"  # type: ignore[misc]


def test_a_bomb_of_parts() -> None:
    """More parts than a workbook has are refused without opening the archive."""
    data = packed({"_rels/.rels": ROOT} | {f"{number}.xml": "" for number in range(5_001)})
    assert refused(lambda: records(data)).code == "manifest-workbook-bomb"


def test_a_tag_without_end() -> None:
    """A tag of megabytes is refused, which parsers would look through again with each block."""
    data = raw("", sheet1=sheet(f'<row spans="{"1" * 4_000_000}"/>'))
    assert refused(lambda: records(data)).code == "manifest-workbook-bomb"


def test_a_sheet_down_to_the_last_row() -> None:
    """A sheet formatted to its very end gives its rows."""
    filled = f'<row r="1">{inline("id")}</row><row r="2">{inline("a")}</row>'
    empty = "".join(f'<row r="{number}" s="1"/>' for number in range(3, 300_000))
    last = f'<row r="1048576">{inline("z")}</row>'
    assert [row.number for row in records(raw(filled + empty + last))] == [2, 1_048_576]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, 100_000), st.binary(max_size=6), st.booleans()), min_size=1, max_size=5)
)
def test_mutated_workbooks(changes: list[tuple[int, bytes, bool]]) -> None:
    """Whatever happens to a workbook's bytes or to a sheet's XML, it gives rows or a coded error."""
    rows = (
        f'<row r="1">{inline("id", "at")}</row><row r="2"><c s="1"><v>4.5</v></c><c t="b"><v>1</v></c></row>'
    )
    xml = bytearray(sheet(rows, '<mergeCells><mergeCell ref="A1:B3"/></mergeCells>').encode())
    whole = bytearray(saved(book([["id", "at"], [1, 2]])[0]))
    for at, new, within in changes:
        target = xml if within else whole
        target[at % len(target) : at % len(target) + 2] = new
    for data in (bytes(whole), raw("", sheet1=xml.decode("utf-8", "replace"))):
        with contextlib.suppress(InputError):
            records(data)
