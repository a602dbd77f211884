"""Promises about tables of briefs: they become manifests, whole, with the reason beside what is missing."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from farm import stopwords
from farm.bootstrap import Farm
from farm.writing import Written, write_scripts
from pipeline.plan.errors import AwayError, InputError
from tests.farm.models.cards import put_folder
from tests.farm.submitting import manifest, submit
from tests.support.pens import Scribe, writers_with_scribe

BREAD = {"id": "bread", "brief": "bread", "audience": "bakers", "seconds": "4", "portrait": "astronaut.png"}


@pytest.fixture
def farm(farm: Farm) -> Farm:
    """A farm with a writer and its model."""
    put_folder(farm.models.root, "small", {"config.json": b"{}"})
    return replace(farm, writers=writers_with_scribe())


def _written(farm: Farm, folder: Path, *rows: Mapping[str, str], **options: object) -> Written:
    briefs = manifest(folder, *rows, name="briefs.csv")
    return write_scripts(farm, briefs, folder / "scripts.csv", replace=True, **options)  # type: ignore[arg-type]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _asked(farm: Farm) -> list[tuple[str, int]]:
    (writer,) = farm.writers.opened()
    assert isinstance(writer, Scribe)
    return writer.asked


def test_a_table_of_briefs_becomes_a_manifest(farm: Farm, batch_folder: Path) -> None:
    """Other columns are kept, each language is a row of its own, and it is submitted as it is."""
    chinese = {**BREAD, "id": "面包", "brief": "面包", "voice": "", "format": "square-512"}
    told: list[tuple[int, int]] = []
    spoken = {**BREAD, "voice": "en-us", "format": "square-512"}
    written = _written(
        farm,
        batch_folder,
        spoken,
        chinese,
        translate=["zh", "en"],
        told=lambda done, of: told.append((done, of)),
    )
    assert (written.scripts, written.notes, written.model) == (4, (), "small")
    rows = _read(written.file)
    assert [(row["id"], row["language"], row["voice"]) for row in rows] == [
        ("bread", "en", "en-us"),
        ("bread-zh", "zh", ""),
        ("面包", "zh", ""),
        ("面包-en", "en", ""),
    ]
    assert list(rows[0]) == ["id", "portrait", "voice", "format", "language", "script"]
    assert rows[0]["script"].startswith("This film"), "nothing begins as a formula does"
    assert {row["portrait"] for row in rows} == {"astronaut.png"}
    assert told == [(1, 2), (2, 2), (1, 1), (1, 1)]
    assert submit(farm, written.file).jobs == 4


def test_what_cannot_be_written_is_told_beside_it(farm: Farm, batch_folder: Path) -> None:
    """Each reason by row, in the person's language; the others are written all the same."""
    stopwords.add(farm, "default", ["cheap"])
    rows = [
        BREAD,
        {**BREAD, "id": "cheap", "brief": "cheap bread"},
        {**BREAD, "id": "empty", "brief": ""},
        {**BREAD, "id": "long", "seconds": "a minute"},
        {**BREAD, "id": "nothing", "brief": "nothing"},
        {**BREAD, "id": "where", "language": "xx-nowhere"},
    ]
    written = _written(farm, batch_folder, *rows, translate=["zh"], language="zh", seed=3)
    assert {note.id: note.code for note in written.notes} == {
        "cheap": "writing-word-stopped",
        "empty": "brief-empty",
        "long": "brief-seconds-wrong",
        "nothing": "writing-empty",
        "where": "brief-language-unknown",
    }
    assert written.scripts == 2
    table = {row["id"]: row for row in _read(written.file)}
    assert list(table) == ["bread", "bread-zh", "cheap", "empty", "long", "nothing", "where"]
    assert "不允许使用" in table["cheap"]["notes"]
    assert (table["cheap"]["script"], table["bread"]["notes"]) == ("", "")
    assert {seed for _, seed in _asked(farm)} == {3, 4}


def test_a_script_that_is_there_is_only_translated(farm: Farm, batch_folder: Path) -> None:
    """It stays as it is; nothing is written for a language that it is in already."""
    script = "Bread is flour, water and salt, and takes some time."
    row = {"id": "a", "script": script, "portrait": "astronaut.png"}
    written = _written(farm, batch_folder, row, translate=["en", "zh"])
    assert [(each["id"], each["script"]) for each in _read(written.file)] == [
        ("a", script),
        ("a-zh", "面包由面粉、水和盐制成。"),
    ]
    assert len(_asked(farm)) == 1


@pytest.mark.parametrize(
    ("header", "options", "code"),
    [
        ("id,subject", {}, "brief-no-column"),
        ("id,brief", {"translate": ["klingonese"]}, "brief-language-unknown"),
        ("id,brief", {"model": "large"}, "model-unknown"),
        ("id,brief", {"out": "briefs.csv"}, "command-output-exists"),
    ],
)
def test_what_is_wrong_as_a_whole_writes_nothing(
    farm: Farm, batch_folder: Path, header: str, options: dict[str, object], code: str
) -> None:
    """And asks no model anything."""
    briefs = batch_folder / "briefs.csv"
    briefs.write_text(f"{header}\na,bread\n", "utf-8")
    out = batch_folder / str(options.pop("out", "scripts.csv"))
    with pytest.raises(InputError) as refused:
        write_scripts(farm, briefs, out, **options)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert briefs.read_text("utf-8") == f"{header}\na,bread\n"
    assert not (batch_folder / "scripts.csv").exists()


def test_who_lacks_the_model_lets_others_write(farm: Farm) -> None:
    """A job whose model is not on this shelf goes to another worker."""
    from farm.writerdoor import open_writer

    with pytest.raises(AwayError) as away:
        open_writer(farm, "0" * 64)
    assert away.value.code == "farm-no-model"
