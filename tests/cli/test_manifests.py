"""Manifests through the command line: a workbook, a template of its own, and what is set for every row."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from cli.exits import Exit
from tests.cli.conftest import Lectern
from tests.support.workbooks import saved

pytestmark = pytest.mark.usefixtures("ready_home")


@pytest.fixture
def workbook(manifest: Path) -> Path:
    """A workbook of two films in its second sheet, with its template somewhere else."""
    book = Workbook()
    sheet = book.create_sheet("Films")
    for row in (["id", "portrait", "name", "seats"], ["a", "face.png", "Anna", 12], ["b", None, None, 1200]):
        sheet.append(row)
    path = manifest.with_name("films.xlsx")
    path.write_bytes(saved(book))
    (manifest.parents[1] / "welcome.txt").write_text("Hello {{name|friend}}, {{seats:whole}} seats.", "utf-8")
    return path


def test_a_workbook_with_a_template_and_settings(lectern: Lectern, workbook: Path) -> None:
    """Sheet, template and settings are said on the command line; the rows are variables alone."""
    template = workbook.parents[1] / "welcome.txt"
    told = lectern(
        "submit", workbook, "--sheet", "films", "--template", template,
        "--set", "portrait=face.png", "--set", "format=square-512", "--json",
    )  # fmt: skip
    assert (told.code, told.document["jobs"]) == (Exit.OK, 2)


def test_what_is_set_wrongly_names_the_option(lectern: Lectern, workbook: Path) -> None:
    """A person looks for the mistake where it is, and not in the rows."""
    template = workbook.parents[1] / "welcome.txt"
    arguments = ("submit", workbook, "--sheet", "Films", "--template", template)
    failure = lectern(*arguments, "--set", "portrait=fase.png", "--json").failure
    told = {(each["row"], each["column"], each["place"], each["code"]) for each in failure["problems"]}
    assert told == {(3, "portrait", "--set", "manifest-file-misspelt")}
    table = lectern(*arguments, "--set", "portrait=fase.png").err
    assert "(--set)" in table
    assert "face.png" in table
    assert lectern(*arguments, "--set", "portrait").code == Exit.USAGE
