"""Promises of `lectern write`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.exits import Exit
from farm import bootstrap
from tests.cli.conftest import Lectern
from tests.farm.models.cards import put_folder
from tests.support.pens import writers_with_scribe

pytestmark = pytest.mark.usefixtures("ready_home")


@pytest.fixture
def briefs(home: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two briefs beside a portrait, and a farm with a writer."""
    monkeypatch.setattr(bootstrap, "writers", writers_with_scribe)
    put_folder(home / "models", "small", {"config.json": b"{}"})
    path = manifest.with_name("briefs.csv")
    path.write_text("id,brief,seconds,portrait,format\na,bread,4,face.png,square-512\n", "utf-8")
    return path


def test_what_is_written_is_submitted_unchanged(lectern: Lectern, briefs: Path) -> None:
    """The table is a manifest; the answer says what to do with it."""
    out = briefs.with_name("scripts.csv")
    answer = lectern("write", briefs, "-o", out, "--translate", "zh")
    assert (answer.code, answer.err) == (Exit.OK, "writing\n")
    assert answer.out == f"{out}: scripts by small: 2. Read them, then: lectern submit {out}\n"
    assert lectern("submit", out, "--json").document["jobs"] == 2


def test_rows_without_a_script_are_told_and_end_with_five(lectern: Lectern, briefs: Path) -> None:
    """For people and for machines; the other scripts are there."""
    briefs.write_text(briefs.read_text("utf-8") + "b,nothing,4,face.png,square-512\n", "utf-8")
    out = briefs.with_name("scripts.csv")
    answer = lectern("write", briefs, "-o", out, "--lang", "zh")
    assert answer.code == Exit.FAILED
    assert answer.out.startswith("b 没有脚本：")
    document = lectern("write", briefs, "-o", out, "--force", "--json").document
    assert (document["scripts"], document["model"]) == (1, "small")
    (note,) = document["notes"]
    assert (note["id"], note["code"], note["failed"]) == ("b", "writing-empty", True)


def test_what_a_person_has_read_is_not_written_over(lectern: Lectern, briefs: Path) -> None:
    """Unless they say so: what they changed in the table would be lost."""
    out = briefs.with_name("scripts.csv")
    out.write_text("id,script\na,as I want it\n", "utf-8")
    assert lectern("write", briefs, "-o", out, "--json").failure["code"] == "command-output-exists"
    assert "as I want it" in out.read_text("utf-8")
    assert lectern("write", briefs, "-o", out, "--force").code == Exit.OK
    assert "as I want it" not in out.read_text("utf-8")


def test_without_a_model_it_says_how_to_bring_one(lectern: Lectern, briefs: Path) -> None:
    """And writes no file."""
    lectern("models", "remove", "small", "--force")
    out = briefs.with_name("scripts.csv")
    answer = lectern("write", briefs, "-o", out, "--json")
    assert answer.failure["code"] == "model-missing"
    assert not out.exists()
