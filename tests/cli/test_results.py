"""Promises of `lectern results`: the table as it stands now, where it was asked for, over nothing else."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.conftest import Lectern

pytestmark = pytest.mark.usefixtures("ready_home", "looked_once")


@pytest.fixture
def batch(lectern: Lectern, manifest: Path, ready_home: Path) -> int:
    """Three rows, of which the second is canceled."""
    assert ready_home.is_dir()
    number: int = lectern("submit", manifest, "--yes", "--json").document["batch"]
    assert lectern("cancel", 2).code == Exit.OK
    return number


def states(text: str) -> list[str]:
    """The states that a table tells."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    return [row["status"] for row in rows]


def test_the_table_is_told_on_standard_output(lectern: Lectern, batch: int) -> None:
    """Of the newest batch unless another is named; nothing else stands there."""
    told = lectern("results")
    assert (told.code, told.err) == (Exit.OK, "")
    assert states(told.out) == ["queued", "canceled", "queued"]
    assert lectern("results", batch).out == told.out


def test_programs_get_the_document(lectern: Lectern, batch: int) -> None:
    """Either way of asking for it."""
    document = lectern("results", batch, "--json").document
    assert document["kind"] == "results"
    assert [row["status"] for row in document["rows"]] == ["queued", "canceled", "queued"]
    assert lectern("results", batch, "--format", "json").document == document


@pytest.mark.parametrize(
    ("name", "wanted", "form"),
    [
        ("a.csv", "", "csv"),
        ("a.json", "", "json"),
        ("a.JSON", "", "json"),
        ("a", "", "csv"),
        ("a.txt", "json", "json"),
        ("a.json", "csv", "csv"),
    ],
)
@pytest.mark.usefixtures("batch")
def test_a_file_gets_the_form_that_its_name_says(
    lectern: Lectern, tmp_path: Path, name: str, wanted: str, form: str
) -> None:
    """Unless another one was asked for; and it is renewed when it is asked for again."""
    path = tmp_path / name
    options = ("--format", wanted) if wanted else ()
    for _ in range(2):
        assert lectern("results", "-o", path, *options).code == Exit.OK
    content = path.read_text("utf-8")
    assert content.startswith("\ufeffid,status," if form == "csv" else '{"kind": "results"')
    told = lectern("results", "-o", path, *options, "--json").document
    assert told == {"kind": "results-file", "batch": 1, "file": str(path), "format": form}


def test_a_file_of_something_else_is_kept(lectern: Lectern, batch: int, tmp_path: Path) -> None:
    """It is replaced only when that was asked for."""
    path = tmp_path / "films.csv"
    path.write_text("id,script,portrait\n")
    refused = lectern("results", batch, "-o", path)
    assert refused.code == Exit.CONFLICT
    assert "command-output-exists" in refused.err
    assert path.read_text() == "id,script,portrait\n"
    assert lectern("results", batch, "-o", path, "--force").code == Exit.OK
    assert states(path.read_text("utf-8")) == ["queued", "canceled", "queued"]


def test_what_cannot_be_is_told(lectern: Lectern, batch: int) -> None:
    """A form that there is not, a batch that there is not."""
    assert lectern("results", batch, "--format", "xlsx").code == Exit.USAGE
    unknown = lectern("results", 77, "--json")
    assert unknown.code == Exit.UNKNOWN
    assert json.loads(unknown.err)["code"] == "ledger-batch-unknown"


def test_nothing_was_submitted_yet(lectern: Lectern) -> None:
    """There is no newest batch."""
    assert lectern("results").code == Exit.UNKNOWN
