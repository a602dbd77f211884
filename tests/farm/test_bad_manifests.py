"""What people and programs do to manifests: each case is a film's plan, or told with row, column and cure."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from farm.manifest import read_manifest
from farm.rows import Manifest
from pipeline.plan.messages import tell
from tests.support.workbooks import inline, raw, saved

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a manifest beside a portrait."""
    folder = tmp_path / "batch"
    folder.mkdir()
    (folder / "anna.png").write_bytes(b"png")

    def make(content: bytes | str, name: str = "films.csv") -> Path:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder / name

    return make


def told(manifest: Manifest) -> list[tuple[int, str, str]]:
    """Row, column and code of everything wrong or doubtful; each has its words in both languages."""
    every = (*manifest.problems, *manifest.warnings)
    for problem in every:
        tell(problem.code, problem.facts, "en")
        tell(problem.code, problem.facts, "zh")
    return [(problem.row, problem.column, problem.code) for problem in every]


def test_the_header_twice(write: Write) -> None:
    """Lists put together repeat their header: that row is told, and no other."""
    manifest = read_manifest(
        write("id,script,portrait\na,Hi.,anna.png\nID,Script,Portrait\nb,Hi.,anna.png\n")
    )
    assert told(manifest) == [(3, "", "manifest-header-again")]
    assert [row.id for row in manifest.rows] == ["a", "b"]
    assert manifest.total == 3


def test_a_title_above_the_header(write: Write) -> None:
    """A title is passed over, whatever stands between the cells below it; rows keep their numbers."""
    for mark in ",;\t":
        rows = ["Films, autumn", "", "id,script,portrait", "a,Hi.,anna.png"]
        text = "\n".join([rows[0], *(row.replace(",", mark) for row in rows[1:])])
        manifest = read_manifest(write(text))
        assert told(manifest) == [(3, "", "manifest-header-below")]
        assert [(row.number, row.script) for row in manifest.rows] == [(4, "Hi.")]


def test_ragged_rows(write: Write) -> None:
    """A short row has empty cells; a long one has lost its quotes, and is told."""
    manifest = read_manifest(write("portrait,script,voice\nanna.png,Hi.\nanna.png,Hi, you,all,there\n"))
    assert told(manifest) == [(3, "", "manifest-row-long")]
    assert (manifest.rows[0].script, manifest.rows[0].voice) == ("Hi.", "")


def test_two_hundred_megabytes(write: Write) -> None:
    """A file that is too large is refused for its size alone, unread."""
    path = write("id,script,portrait\n")
    os.truncate(path, 200_000_000)
    assert told(read_manifest(path)) == [(0, "", "manifest-file-large")]


def test_columns_and_lines_without_end(write: Write) -> None:
    """Neither a million columns nor a million empty lines cost a million times."""
    assert told(read_manifest(write("a," * 100_000))) == [(1, "", "manifest-columns-many")]
    path = write("id,script,portrait\na,Hi.,anna.png\n" + "\n" * 1_100_000)
    assert told(read_manifest(path)) == [(1_048_577, "", "manifest-lines")]


def test_problems_without_end(write: Write) -> None:
    """One mistake in every row does not fill the memory: reading ends, and says so."""
    script = "".join(f"{{{{v{number}}}}}" for number in range(200))
    manifest = read_manifest(write("script,portrait\n" + f"{script},anna.png\n" * 600))
    assert len(manifest.problems) == 100_001
    assert (manifest.problems[0].row, manifest.problems[0].code) == (0, "manifest-problems-many")
    assert manifest.rows == ()


def test_nul_characters(write: Write) -> None:
    """A text file with NUL bytes is none; a cell that spells one is told, and nothing opens such a path."""
    assert told(read_manifest(write(b"id,script,portrait\na,H\0i.,anna.png\n"))) == [(0, "", "manifest-nul")]
    line = '{"id": "a", "script": "Hi.", "portrait": "anna.png\\u0000"}\n'
    assert told(read_manifest(write(line, "films.jsonl"))) == [(1, "portrait", "manifest-cell-nul")]
    rows = f"<row>{inline('script', 'portrait')}</row><row>{inline('H_x0000_i.', 'anna.png')}</row>"
    assert (2, "script", "manifest-cell-nul") in told(read_manifest(write(raw(rows), "films.xlsx")))


def test_any_script_of_the_world(write: Write) -> None:
    """Text from right to left and combining letters are taken; what would turn a line around is not kept."""
    name = unicodedata.normalize("NFD", "Zoë")
    manifest = read_manifest(
        write(
            "id,title,script,portrait,שם\n"
            f"{name},שלום,מה שלומך {{{{שם}}}}؟ مرحبا.,anna.png,דנה\n"
            "\u202egpj.x\u202c,\u2066Z\u0336a\u0336\u2069,हिन्दी में।,anna.png,\n"
        )
    )
    assert told(manifest) == []
    first, second = manifest.rows
    assert first.id == unicodedata.normalize("NFC", name)
    assert (first.title, first.script) == ("שלום", "מה שלומך דנה؟ مرحبا.")
    assert (second.id, second.title, second.script) == ("gpj.x", "Z\u0336a\u0336", "हिन्दी में।")


def test_names_that_look_the_same_are_the_same(write: Write) -> None:
    """Composed and decomposed ids are one, and so are ids that differ in what cannot be seen."""
    manifest = read_manifest(
        write("id,script,portrait\nZoë,Hi.,anna.png\nZoe\u0308,Hi.,anna.png\nZ\u200boë,Hi.,anna.png\n")
    )
    assert told(manifest) == [(3, "id", "manifest-id-twice"), (4, "id", "manifest-id-twice")]


def test_ids_that_differ_in_case_only(write: Write) -> None:
    """They are two films, and a warning: spreadsheets take them for one."""
    manifest = read_manifest(write("id,script,portrait\nA,Hi.,anna.png\na,Hi.,anna.png\n"))
    assert told(manifest) == [(3, "id", "manifest-id-alike")]
    assert [row.id for row in manifest.rows] == ["A", "a"]
    assert dict(manifest.warnings[0].facts) == {"id": "a", "other": "A", "first": 2}


def test_files_that_differ_in_case_only(write: Write) -> None:
    """Each is the file that it is; one that is not there is told with the name that is."""
    path = write("script,portrait\nHi.,anna.png\nHi.,Anna.png\nHi.,ANNA.PNG\nHi.,ana.png\nHi.,anna.jpg\n")
    (path.parent / "Anna.png").write_bytes(b"another")
    manifest = read_manifest(path)
    assert manifest.rows[0].portrait_digest != manifest.rows[1].portrait_digest
    assert told(manifest) == [(row, "portrait", "manifest-file-misspelt") for row in (4, 5, 6)]
    assert {str(problem.facts["meant"]).casefold() for problem in manifest.problems} == {"anna.png"}


def test_a_variable_named_like_a_column(write: Write) -> None:
    """It takes what stands in that column; a script cannot be filled with itself."""
    script = "{{ID}} {{title|none}} {{portrait}} {{face.motion}} {{voice|any}}"
    manifest = read_manifest(
        write(
            f"script,portrait,title,face.motion\n{script},anna.png,,calm\n"
            "Say {{script}}.,anna.png,,\nSay {{script_file}}.,anna.png,,\n"
        )
    )
    assert manifest.rows[0].script == "2 none anna.png calm any"
    assert told(manifest) == [(row, "script", "manifest-variable-itself") for row in (3, 4)]


def test_values_speak_the_scripts_language(write: Write) -> None:
    """The row's language, else its voice's, else that of the script's own words writes dates and numbers."""
    manifest = read_manifest(
        write(
            "script,portrait,language,voice,day\n"
            "Am {{day:date}}.,anna.png,de,,2026-03-02\nOn {{day:date}}.,anna.png,,en-gb,2026-03-02\n"
            "{{day:date}}见,anna.png,,,2 March 2026\nSee you on {{day:date}}.,anna.png,,,2026/3/2\n"
        )
    )
    assert told(manifest) == []
    assert [row.script for row in manifest.rows] == [
        "Am 2. März 2026.",
        "On 2 March 2026.",
        "2026年3月2日见",
        "See you on March 2, 2026.",
    ]


def test_a_value_is_never_read_again(write: Write) -> None:
    """Braces and pauses in a value, or in a default, are not looked into."""
    manifest = read_manifest(write('script,portrait,a,b\n{{a}} {{b}} {{c|{x}},anna.png,"{{b}}",{{a|z}}\n'))
    assert told(manifest)[0] == (2, "script", "manifest-variable-malformed")
    manifest = read_manifest(write('script,portrait,a,b\n{{a}} {{b}},anna.png,"{{b}}",{{a|z}}\n'))
    assert manifest.rows[0].script == "{{b}} {{a|z}}"


def test_flaws_of_cells_that_nothing_uses(write: Write) -> None:
    """A failed formula in a column of notes refuses nothing; in a variable it does, where it is used."""
    flawed = 3 * "<c t='e'><v>#N/A</v></c>"
    rows = (
        f"<row>{inline('script', 'portrait', 'name', 'notes', 'seconds')}</row>"
        f"<row>{inline('Hi.', 'anna.png')}{flawed}</row>"
        f"<row>{inline('Hi {{seconds}}.', 'anna.png')}{flawed}</row>"
        f"<row>{inline('Hi {{name|you}}.', 'anna.png')}<c t='e'><v>#N/A</v></c></row>"
    )
    manifest = read_manifest(write(raw(rows), "films.xlsx"))
    assert told(manifest) == [
        (3, "seconds", "manifest-cell-error"),
        (4, "name", "manifest-cell-error"),
        (1, "notes", "manifest-column-unused"),
    ]
    assert [row.number for row in manifest.rows] == [2]


def test_a_hidden_row_and_merged_portraits(write: Write) -> None:
    """What a workbook does not show is told by row and cell."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (["script", "portrait"], ["Hi.", "anna.png"], ["Hi.", None], ["Hi.", "anna.png"]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    sheet.row_dimensions[4].hidden = True
    manifest = read_manifest(write(saved(workbook), "films.xlsx"))
    assert told(manifest) == [
        (2, "portrait", "manifest-cells-merged"),
        (3, "portrait", "manifest-cells-merged"),
        (4, "", "manifest-row-hidden"),
    ]


def test_a_column_under_another_name(write: Write) -> None:
    """Whoever calls the portrait a photo is told what it is called here."""
    manifest = read_manifest(write("id,脚本,Photo\na,您好。,anna.png\n"))
    assert told(manifest) == [
        (1, "portrait", "manifest-column-other"),
        (1, "script", "manifest-column-other"),
    ]
    assert [problem.facts["other"] for problem in manifest.problems] == ["photo", "脚本"]


@pytest.mark.parametrize("name", ["films.csv", "films.jsonl", "films.xlsx"])
def test_one_content_in_three_formats(write: Write, name: str) -> None:
    """The same rows are the same films, whatever they are written in; so are their mistakes."""
    cells = [
        ["script", "portrait", "voise", "name"],
        ["Hi {{name}}.", "anna.png", "x", "7"],
        ["Ho.", "a.png", "", ""],
    ]
    if name == "films.xlsx":
        workbook = Workbook()
        assert workbook.active is not None
        for row in cells:
            workbook.active.append([int(cell) if cell.isdecimal() else cell for cell in row])
        content: bytes | str = saved(workbook)
    elif name == "films.jsonl":
        first = '{"script": "Hi {{name}}.", "portrait": "anna.png", "voise": "x", "name": 7}'
        content = f'\n{first}\n{{"script": "Ho.", "portrait": "a.png", "voise": "", "name": null}}\n'
    else:
        content = "".join(",".join(row) + "\n" for row in cells)
    manifest = read_manifest(write(content, name))
    assert [row.script for row in manifest.rows] == ["Hi 7."]
    header = 2 if name == "films.jsonl" else 1
    assert told(manifest) == [
        (3, "portrait", "manifest-file-missing"),
        (header, "voise", "manifest-column-misspelt"),
    ]
