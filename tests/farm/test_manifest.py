"""Manifests: complete rows, or everything that is wrong, with row, column, code and facts."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.manifest import read_manifest
from farm.reading import ManifestLimits, Reading
from farm.rows import Manifest
from pipeline.plan.messages import CATALOGUE

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a manifest into a batch's folder that has a portrait and two scripts."""
    folder = tmp_path / "batch"
    (folder / "pics").mkdir(parents=True)
    (folder / "pics" / "anna.png").write_bytes(b"png")
    (folder / "talk.txt").write_text("Hello {{ First-Name }} of {{team}}!\r\nBye.", "utf-8-sig")
    (folder / "plain.txt").write_bytes("你好，世界。".encode("gb18030"))
    (tmp_path / "outside.txt").write_text("secret")

    def make(content: str | bytes) -> Path:
        path = folder / "batch.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def problems(manifest: Manifest) -> list[tuple[int, str, str]]:
    """Row, column and code of everything wrong; each has its words in both languages."""
    for problem in (*manifest.problems, *manifest.warnings):
        for words in (CATALOGUE[problem.code].en, CATALOGUE[problem.code].zh):
            for text in (words.what, words.why, words.cure):
                text.format_map(problem.facts)
    return [(problem.row, problem.column, problem.code) for problem in manifest.problems]


def test_a_misspelt_variable_is_told_with_the_column_that_was_meant(write: Write) -> None:
    """Nobody is sent to fill a column that does not exist, and the one that was meant is no oversight."""
    text = "script,portrait,first name\nHi {{firstname}}.,pics/anna.png,Anna\nHi {{hue}}.,pics/anna.png,Bo\n"
    manifest = read_manifest(write(text))
    assert problems(manifest) == [
        (2, "script", "manifest-variable-misspelt"),
        (3, "script", "manifest-variable-unfilled"),
    ]
    assert manifest.problems[0].facts == {"variable": "firstname", "meant": "first_name"}
    assert not manifest.warnings


def test_a_background_that_names_a_picture_is_found(write: Write) -> None:
    """It is a file of the batch's folder like the portrait; a colour is an option."""
    manifest = read_manifest(
        write("script,portrait,background\nHi.,pics/anna.png,pics/anna.png\nHi.,pics/anna.png,#ffffff\n")
    )
    pictured, coloured = manifest.rows
    assert (pictured.background, pictured.options) == (pictured.portrait, {})
    assert pictured.background_digest == pictured.portrait_digest
    assert (coloured.background, coloured.options) == (None, {"background": "#ffffff"})
    gone = read_manifest(write("script,portrait,background\nHi.,pics/anna.png,office.png\n"))
    assert problems(gone) == [(2, "background", "manifest-file-missing")]


PLAIN = "id,script,portrait\na,Hello.,pics/anna.png\n"


def test_a_complete_row(write: Write) -> None:
    """Every field arrives as it was given, the script normalised, the portrait found and digested."""
    path = write(
        " ID ,Script File,portrait,Voice,LANGUAGE,speed,title,format,user,scene,department,urgency,face.box,"
        "First Name,team\n"
        "x,talk.txt,pics/anna.png,en-us,en,120,Hi,wide,anna,s1,sales,urgent,1 2 3 4,Ben,Design\n"
    )
    manifest = read_manifest(path)
    assert problems(manifest) == []
    assert manifest.warnings == ()
    (row,) = manifest.rows
    assert row.script == "Hello Ben of Design!\nBye."
    assert (row.number, row.id, row.voice, row.language, row.speed) == (2, "x", "en-us", "en", "120")
    assert (row.title, row.format, row.user, row.scene) == ("Hi", "wide", "anna", "s1")
    assert (row.department, row.urgency, row.options) == ("sales", "urgent", {"face.box": "1 2 3 4"})
    assert row.portrait.name == "anna.png"
    assert len(row.portrait_digest) == 64


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_spellings_of_one_content(write: Write, encoding: str, delimiter: str, ending: str) -> None:
    """Encoding, delimiter, line ends, empty rows and the order of columns change nothing but row numbers."""
    first = read_manifest(write("id,script,portrait\na,你好，世界。,pics/anna.png\n"))
    lines = ["portrait,id,script_file,title", "", ",,,", "pics/anna.png,a,plain.txt,", ""]
    text = ending.join(lines).replace(",", delimiter)
    second = read_manifest(write(text.encode(encoding)))
    assert problems(second) == []
    assert second.rows[0].number == 4
    assert second.rows[0].script == first.rows[0].script
    assert replace(second.rows[0], number=2, template=first.rows[0].template) == first.rows[0]


def test_big_endian_and_declared_delimiter(write: Write) -> None:
    """UTF-16 of either byte order is read, and so is Excel's line that names the delimiter."""
    text = "\ufeffsep=;\nid;script;portrait\na;Yes, no.;pics/anna.png\n"
    (row,) = read_manifest(write(text.encode("utf-16-be"))).rows
    assert (row.number, row.script) == (3, "Yes, no.")


def test_quotes_newlines_and_formulas_are_text(write: Write) -> None:
    """A cell may hold quotes, commas and line breaks; what looks like a formula is spoken as it stands."""
    path = write('id,script,portrait\na,"He said ""hi"", twice.\nYes.",pics/anna.png\nb,=1+1,pics/anna.png\n')
    first, second = read_manifest(path).rows
    assert first.script == 'He said "hi", twice.\nYes.'
    assert (second.number, second.script) == (3, "=1+1")


def test_values_are_not_expanded_again(write: Write) -> None:
    """Braces in a value are text: nothing is filled twice, and nothing is evaluated."""
    path = write('id,script,portrait,name,team\na,Hi {{name}}.,pics/anna.png,"{{team}} {0} %s $HOME",x\n')
    assert read_manifest(path).rows[0].script == "Hi {{team}} {0} %s $HOME."


def test_missing_ids_are_row_numbers(write: Write) -> None:
    """A row without id is named by its number."""
    path = write("script,portrait\nHello.,pics/anna.png\n\nBye.,pics/anna.png\n")
    assert [row.id for row in read_manifest(path).rows] == ["2", "4"]


def test_defaults_fill_empty_cells(write: Write) -> None:
    """What a cell leaves empty comes from the defaults, also for a column that is not there."""
    path = write("id,script,voice\na,Hello.,\nb,Hello.,own\n")
    manifest = read_manifest(path, reading=Reading(settings={"voice": "en", "Portrait": "pics/anna.png"}))
    assert [row.voice for row in manifest.rows] == ["en", "own"]


def test_all_problems_of_all_rows(write: Write) -> None:
    """Nothing stops at the first mistake; good rows are kept apart and counted."""
    path = write(
        "id,script,script_file,portrait,start_after,consent.by,name\n"
        "a,Hello.,,pics/anna.png,,,\n"
        "a,Hello.,talk.txt,,cn,yes,\n"
        "b,,,nowhere.png,,,\n"
        "c,Hi {{name}} {{city}}.,,pics/anna.png,,,\n"
        "d,Hi {{name.,,pics/anna.png,,,\n"
        "e,Hi {{}} ,,pics,,,,surplus\n"
        "f,Hi {{script}},,pics/anna.png,,,\n"
        f"g,Hi.,,{'p' * 300}.png,,,\n"
        f"{'h' * 201},Hi.,,pics/anna.png,,,\n"
    )
    manifest = read_manifest(path)
    assert problems(manifest) == [
        (3, "id", "manifest-id-twice"),
        (3, "start_after", "manifest-column-reserved"),
        (3, "consent.by", "manifest-option-unknown"),
        (3, "script_file", "manifest-script-twice"),
        (3, "portrait", "manifest-portrait-missing"),
        (4, "script", "manifest-script-missing"),
        (4, "portrait", "manifest-file-missing"),
        (5, "script", "manifest-variable-unfilled"),
        (5, "script", "manifest-variable-unfilled"),
        (6, "script", "manifest-variable-malformed"),
        (7, "", "manifest-row-long"),
        (7, "script", "manifest-variable-malformed"),
        (7, "portrait", "manifest-file-irregular"),
        (8, "script", "manifest-variable-itself"),
        (9, "portrait", "manifest-file-missing"),
        (10, "id", "manifest-field-long"),
    ]
    assert [row.id for row in manifest.rows] == ["a"]
    assert manifest.total == 9


def test_columns_that_nothing_uses(write: Write) -> None:
    """A column that no script uses is a warning, with the name that may have been meant."""
    path = write("id,script,portrait,voise,colour,name\na,Hi {{name}}.,pics/anna.png,x,y,z\n")
    manifest = read_manifest(path)
    assert len(manifest.rows) == 1
    assert [(w.column, w.code, w.facts.get("meant")) for w in manifest.warnings] == [
        ("voise", "manifest-column-misspelt", "voice"),
        ("colour", "manifest-column-unused", None),
    ]
    path = write("id,script,portrait,backgroud,face_motion\na,Hi.,pics/anna.png,blur,calm\n")
    assert [(w.column, w.facts.get("meant")) for w in read_manifest(path).warnings] == [
        ("backgroud", "background"),
        ("face_motion", "face.motion"),
    ]


@pytest.mark.parametrize("name", ["expression", "motion"])
def test_an_option_is_written_in_full(write: Write, name: str) -> None:
    """Half its name is refused, and the whole name is told."""
    manifest = read_manifest(write(f"id,script,portrait,{name}\na,Hi.,pics/anna.png,calm\n"))
    (problem,) = manifest.problems
    assert problem.code == "manifest-option-unknown"
    assert f"face.{name}" in str(problem.facts["known"])


@pytest.mark.parametrize(
    ("content", "row", "code"),
    [
        (b"", 0, "manifest-no-rows"),
        (b"\n ,, \n", 0, "manifest-no-rows"),
        (b"id,script,portrait\n", 0, "manifest-no-rows"),
        (b"PK\x03\x04rest", 0, "manifest-workbook-damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", 0, "manifest-workbook-old"),
        (b"id,script\0,portrait", 0, "manifest-nul"),
        ("id,title\na,Müller, Grüße\n".encode("latin-1"), 0, "manifest-encoding"),
        ("id,title\na,Müller\n".encode("cp1252"), 0, "manifest-encoding"),
        (b"\xff\xfei\x00d", 0, "manifest-encoding"),
        (PLAIN.encode() + b'b,"Hello.,pics/anna.png\n', 3, "manifest-quote"),
        (PLAIN.encode() + b'b,"Hel"lo.,pics/anna.png\n', 3, "manifest-quote"),
        (PLAIN.encode() + b"b," + b"x" * 140_000 + b",y\n", 3, "manifest-cell-long"),
        (b"id,script,portrait,ID\na,Hi.,pics/anna.png,b\n", 1, "manifest-column-twice"),
        (b"id,portrait\na,pics/anna.png\n", 1, "manifest-column-missing"),
        (b"a,Hello.,pics/anna.png\nb,Bye.,pics/anna.png\n", 1, "manifest-column-missing"),
        (PLAIN.encode() + b"b,Hi.,pics/anna.png\n" * 4, 0, "manifest-rows"),
        (b"x" * 300_000, 0, "manifest-file-large"),
    ],
)
def test_files_that_are_wrong_as_a_whole(write: Write, content: bytes, row: int, code: str) -> None:
    """A file that cannot be read to its end, or whose header is wrong, has no rows, and says why."""
    manifest = read_manifest(write(content), limits=ManifestLimits(rows=4, bytes=200_000))
    found = problems(manifest)
    if code != "manifest-rows":
        assert found[0][0] == row
    assert code in [told for _, _, told in found]
    assert manifest.rows == ()


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    """A missing manifest is a problem like any other, not a traceback."""
    assert problems(read_manifest(tmp_path / "none.csv")) == [(0, "", "manifest-file-missing")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("/etc/passwd", "manifest-path-absolute"),
        ("C:\\secret.txt", "manifest-path-absolute"),
        ("\\\\nas\\secret.txt", "manifest-path-absolute"),
        ("../outside.txt", "manifest-path-outside"),
        ("pics/../../outside.txt", "manifest-path-outside"),
        ("pics\\..\\..\\outside.txt", "manifest-path-outside"),
        ("link.txt", "manifest-path-outside"),
        ("linked/outside.txt", "manifest-path-outside"),
        ("loop.txt", "manifest-file-missing"),
        ("pipe", "manifest-file-irregular"),
        ("socket", "manifest-file-irregular"),
        ("pics", "manifest-file-irregular"),
        ("talk.txt/x", "manifest-file-missing"),
        ("big.txt", "manifest-file-large"),
    ],
)
def test_paths_stay_inside(write: Write, tmp_path: Path, name: str, code: str) -> None:
    """A manifest opens regular files of its own folder only, links followed, for scripts and portraits."""
    folder = tmp_path / "batch"
    path = write(f"id,script_file,portrait\na,{name},{name}\n")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "big.txt").write_bytes(b"x" * 500)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(folder)  # a socket's own path has to be short
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        manifest = read_manifest(path, limits=ManifestLimits(script_characters=100, portrait_bytes=400))
    assert problems(manifest) == [(2, "script_file", code), (2, "portrait", code)]


def test_files_that_may_not_be_read_are_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script or a portrait that the system does not open is told with the system's own reason."""
    path = write("script_file,portrait\ntalk.txt,pics/anna.png\n")
    (path.parent / "talk.txt").write_text("Hi.")
    opened = os.open

    def forbidding(file: str | Path, flags: int, *rest: int) -> int:
        if Path(file).name in {"talk.txt", "anna.png"}:
            raise PermissionError(errno.EACCES, "")
        return opened(file, flags, *rest)

    monkeypatch.setattr(os, "open", forbidding)
    manifest = read_manifest(path)
    assert problems(manifest) == [
        (2, "script_file", "manifest-file-unreadable"),
        (2, "portrait", "manifest-file-unreadable"),
    ]
    assert manifest.problems[0].facts["reason"] == os.strerror(errno.EACCES)


def test_links_inside_and_foreign_spellings(write: Write, tmp_path: Path) -> None:
    """A link that stays inside is followed; backslashes and decomposed accents find their file."""
    folder = tmp_path / "batch"
    (folder / "best.png").symlink_to("pics/anna.png")
    (folder / "Zoe\u0308.png").write_bytes(b"png")
    path = write("script,portrait\nHi.,best.png\nHi.,pics\\anna.png\nHi.,Zoë.png\n")
    manifest = read_manifest(path)
    assert problems(manifest) == []
    assert len({row.portrait_digest for row in manifest.rows}) == 1


def test_rows_share_what_they_name(write: Write, tmp_path: Path) -> None:
    """Ten thousand rows hold one script and one picture between them."""
    (tmp_path / "batch" / "talk.txt").write_text("Hello {{name}}. " + "And so on. " * 1000)
    lines = "".join(f"r{number},talk.txt,pics/anna.png,N{number}\n" for number in range(10_000))
    manifest = read_manifest(write(f"id,script_file,portrait,name\n{lines}"))
    assert manifest.total == len(manifest.rows) == 10_000
    assert len({id(row.template) for row in manifest.rows}) == 1
    assert manifest.rows[-1].script.startswith("Hello N9999. ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=6
    ),
    st.sampled_from(["utf-8", "utf-16", "gb18030"]),
)
def test_mutated_manifests(write: Write, changes: list[tuple[int, int, bytes]], encoding: str) -> None:
    """Whatever happens to a manifest's bytes, it gives rows or coded problems, never a traceback."""
    rows = 'a,"Hi {{name}}, 你好.",pics/anna.png,x\nb,"A ""b""",pics/anna.png,y\n'
    data = bytearray(f"id,script,portrait,name\n{rows}".encode(encoding))
    for at, length, new in changes:
        data[at % len(data) : at % len(data) + length] = new or b"\n"
        data = data or bytearray(b"x")
    manifest = read_manifest(write(bytes(data)))
    problems(manifest)
    assert manifest.rows or manifest.problems
    for row in manifest.rows:
        assert row.script is not None
