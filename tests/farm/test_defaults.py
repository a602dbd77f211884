"""Values for what rows leave empty: from the command line, else from the file beside the manifest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.batchfiles import BatchFolder
from farm.defaults import assigned
from farm.manifest import read_manifest
from farm.reading import Reading
from farm.rows import Manifest
from farm.sidefile import read_side_file
from pipeline.plan.errors import InputError
from pipeline.plan.messages import tell

Batch = Callable[..., Path]


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """Writes a manifest, the file beside it and a portrait."""

    def make(rows: str, side: str = "") -> Path:
        folder = tmp_path / "batch"
        folder.mkdir(exist_ok=True)
        (folder / "anna.png").write_bytes(b"png")
        if side:
            (folder / "films.toml").write_text(side, "utf-8")
        (folder / "films.csv").write_text(rows, "utf-8")
        return folder / "films.csv"

    return make


def problems(manifest: Manifest) -> list[tuple[str, str, str]]:
    """Column, place and code of everything that is wrong with the file as a whole; each has its words."""
    for problem in (*manifest.problems, *manifest.warnings):
        tell(problem.code, problem.facts, "en")
        tell(problem.code, problem.facts, "zh")
    return [(problem.column, problem.place, problem.code) for problem in manifest.problems]


ROWS = "id,script,portrait,voice,title\na,Hi.,anna.png,,\nb,Hi.,anna.png,own,\n"


def test_the_nearest_word_counts(batch: Batch) -> None:
    """A row goes before an option, an option before the side file."""
    path = batch(ROWS, '[defaults]\nvoice = "side"\ntitle = "Side"\nspeed = 90\nface.motion = "lively"\n')
    first, second = read_manifest(path, reading=Reading(settings={"Title": "Option"})).rows
    assert (first.voice, first.title, first.speed) == ("side", "Option", "90")
    assert (second.voice, second.title) == ("own", "Option")
    assert first.options == {"face.motion": "lively"}
    assert dict(second.places) == {"title": "--set", "speed": "films.toml", "face.motion": "films.toml"}


def test_values_of_the_side_file(batch: Batch) -> None:
    """Texts, numbers, dates, yes and no are what a cell would hold."""
    script = "{{a}} {{b}} {{c}} {{d}} {{e:date}} {{f:time}}"
    side = '[defaults]\na = " x "\nb = 1.50\nc = 7\nd = true\ne = 2026-03-02\nf = 14:30:00\n'
    (row,) = read_manifest(batch(f"script,portrait\n{script},anna.png\n", side)).rows
    assert row.script == "x 1.50 7 true March 2, 2026 2:30 PM"


def test_a_template_of_its_own(batch: Batch, tmp_path: Path) -> None:
    """Rows are variables alone; a row with a script of its own keeps it."""
    path = batch("portrait,name,script\nanna.png,Ben,\nanna.png,,\nanna.png,Zoe,Bye {{name}}.\n")
    (path.parent / "talk.txt").write_text("Hi {{name|friend}}!", "utf-8")
    (path.parent / "films.toml").write_text('template = "talk.txt"\n', "utf-8")
    assert [row.script for row in read_manifest(path).rows] == ["Hi Ben!", "Hi friend!", "Bye Zoe."]
    # One that is named on the command line may lie anywhere, and goes before.
    other = tmp_path / "other.txt"
    other.write_text("Ho {{name|you}}!", "utf-8")
    manifest = read_manifest(path, reading=Reading(template=other))
    assert [row.script for row in manifest.rows] == ["Ho Ben!", "Ho you!", "Bye Zoe."]
    gone = read_manifest(path, reading=Reading(template=tmp_path / "gone.txt"))
    assert set(problems(gone)) == {("script_file", "--template", "manifest-file-missing")}
    assert [row.script for row in gone.rows] == ["Bye Zoe."]


def test_a_template_that_no_row_needs_is_told(batch: Batch) -> None:
    """Who names a template means it to be spoken; rows with scripts of their own never speak it."""
    path = batch("script,portrait\nHello.,anna.png\n,anna.png\n", 'template = "talk.txt"\n')
    (path.parent / "talk.txt").write_text("Good day.", "utf-8")
    assert not read_manifest(path).warnings
    path.write_text("script,portrait\nHello.,anna.png\n", "utf-8")
    (warning,) = read_manifest(path).warnings
    assert (warning.code, warning.place) == ("manifest-template-idle", "films.toml")


def test_the_side_files_template_stays_in_the_folder(batch: Batch, tmp_path: Path) -> None:
    """What a batch brings with it names files of the batch only."""
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    path = batch("portrait\nanna.png\n", 'template = "../secret.txt"\n')
    assert problems(read_manifest(path)) == [("script_file", "films.toml", "manifest-path-outside")]


def test_a_wrong_default_says_where_it_stands(batch: Batch) -> None:
    """Whoever looks at the row would see an empty cell: the file and the key are named."""
    path = batch("id,script\na,Hi {{n:whole}}.\n", '[defaults]\nportrait = "gone.png"\nn = "two"\n')
    assert problems(read_manifest(path)) == [
        ("n", "films.toml", "manifest-variable-whole"),
        ("portrait", "films.toml", "manifest-file-missing"),
    ]


@pytest.mark.parametrize(
    ("side", "column", "code"),
    [
        ("voice = ", "", "manifest-side-malformed"),
        ("a = " + "[" * 100_000, "", "manifest-side-malformed"),
        ("\0", "", "manifest-nul"),
        ('[defaults]\nvoice = "\\u0000"\n', "voice", "manifest-cell-nul"),
        ('voice = "x"\n', "voice", "manifest-side-key-misspelt"),
        ('[default]\nvoice = "x"\n', "default", "manifest-side-key-misspelt"),
        ("colour = 1\n", "colour", "manifest-side-key"),
        ('[defaults]\nvoice = ["a"]\n', "voice", "manifest-side-value"),
        ('[[defaults]]\nvoice = "a"\n', "defaults", "manifest-side-defaults"),
        ('defaults = "voice"\n', "defaults", "manifest-side-defaults"),
        ('[defaults]\nVoice = "a"\nvoice = "b"\n', "voice", "manifest-side-key-twice"),
        ('[defaults]\nid = "a"\n', "id", "manifest-default-id"),
        ('[defaults]\nvoise = "a"\n', "voise", "manifest-default-misspelt"),
        ('[defaults]\ncolour = "a"\n', "colour", "manifest-default-unused"),
        ('[defaults]\nstart_after = "a"\n', "start_after", "manifest-column-reserved"),
        ('[defaults]\nface.mood = "a"\n', "face.mood", "manifest-option-unknown"),
        ('sheet = "Films"\n', "", "manifest-sheet-nowhere"),
        (f"[defaults]\nfps = {'9' * 5_000}\n", "", "manifest-side-malformed"),
        (f"[defaults]\nfps = 0x{'f' * 5_000}\n", "", "manifest-side-malformed"),
        (f"[defaults]\n{'a.' * 3_000}a = 1\n", "", "manifest-side-malformed"),
    ],
)
def test_wrong_side_files(batch: Batch, side: str, column: str, code: str) -> None:
    """A key that means nothing is refused with the one that may have been meant; nothing is ignored."""
    manifest = read_manifest(batch(ROWS, side))
    assert [(problem.row, problem.column, problem.code) for problem in manifest.problems] == [
        (0, column, code)
    ]
    problems(manifest)
    if code.startswith("manifest-side"):
        assert manifest.problems[0].facts["file"] == "films.toml"


def test_a_misspelt_default_is_told_beside_a_script_that_cannot_be_read(batch: Batch) -> None:
    """Else the good rows would go without it; a default that such a script may use is not refused."""
    rows = "script,portrait\nHi {{colour,anna.png\nHi.,anna.png\n"
    side = '[defaults]\nvoise = "a"\ncolour = "b"\n'
    assert ("voise", "films.toml", "manifest-default-misspelt") in problems(read_manifest(batch(rows, side)))
    assert "colour" not in {column for column, *_ in problems(read_manifest(batch(rows, side)))}


def test_what_the_command_line_sets(batch: Batch) -> None:
    """A setting that nothing uses is refused, as it was typed on purpose; a later one goes before."""
    assert assigned(["voice=a", "title=x=y", "voice=b"]) == {"voice": "b", "title": "x=y"}
    manifest = read_manifest(batch(ROWS), reading=Reading(settings={"voise": "x"}))
    assert problems(manifest) == [("voise", "--set", "manifest-default-misspelt")]
    for word in ("voice", "=x", " =x"):
        with pytest.raises(InputError) as caught:
            assigned([word])
        assert caught.value.code == "manifest-set-malformed"


def test_a_side_file_that_leads_outside(batch: Batch, tmp_path: Path) -> None:
    """A link out of the folder is refused like any other."""
    path = batch(ROWS)
    (tmp_path / "other.toml").write_text('[defaults]\nvoice = "x"\n', "utf-8")
    (path.parent / "films.toml").symlink_to(tmp_path / "other.toml")
    assert problems(read_manifest(path)) == [("", "", "manifest-path-outside")]


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_side_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Any bytes give a side file, or problems with words."""
    folder = tmp_path_factory.mktemp("side")
    (folder / "films.toml").write_bytes(b"[defaults]\n" + data)
    for _, error in read_side_file(BatchFolder(folder), "films.csv").problems:
        tell(error.code, error.facts, "zh")
