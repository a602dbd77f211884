"""Promises of `lectern verify`: what a film carries, in words and for machines."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.conftest import Lectern
from tests.support import films
from tests.support.joined import film_with_manifest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled film with its manifest; not to be changed."""
    return film_with_manifest(tmp_path_factory.mktemp("made"))


@pytest.fixture
def film(made: Path, tmp_path: Path) -> Path:
    """A copy of both."""
    shutil.copyfile(made.with_suffix(".json"), tmp_path / "film.json")
    return Path(shutil.copyfile(made, tmp_path / "film.mp4"))


def _lines(out: str) -> list[str]:
    return [" ".join(line.split()) for line in out.splitlines()]


def test_a_person_reads_what_a_film_carries(lectern: Lectern, film: Path, home: Path) -> None:
    """Without a farm, and without leaving anything behind."""
    answer = lectern("verify", film)
    assert (answer.code, answer.err) == (Exit.OK, "")
    head, *facts = _lines(answer.out)
    assert head == f"{film}: as it was made, and labelled"
    number = films.TRACE.trace_id
    label = f"made by AI, by {films.PRODUCER}, number {number}"
    assert f"LABEL FOR MACHINES {label} · as the manifest says" in facts
    assert "VISIBLE LABEL “AI生成 / AI-generated” in the first seconds, as the manifest tells" in facts
    assert "CAPTIONS IN THE FILM 2, language eng · as the manifest says" in facts
    assert f"TRACE {number}" in facts
    assert f"MANIFEST {film.with_suffix('.json')}" in facts
    assert not home.exists()


def test_a_film_that_was_cut_short_is_named(lectern: Lectern, film: Path) -> None:
    """In the reader's language, with what differs."""
    os.truncate(film, film.stat().st_size * 2 // 3)
    answer = lectern("verify", film, "--lang", "zh")
    assert answer.code == Exit.FAILED
    head, *facts = _lines(answer.out)
    assert head == f"{film}: 与制作时不一致：差异见下"
    (essence,) = (line for line in facts if line.startswith("画面和声音"))
    assert essence.endswith("· 与清单文件不一致 · 与标识不一致")


def test_of_several_films_each_has_its_verdict(lectern: Lectern, film: Path) -> None:
    """Those that are no films among them; the sum comes last."""
    (film.parent / "notes.mp4").write_text("no film")
    answer = lectern("verify", film.parent)
    assert answer.code == Exit.FAILED
    lines = _lines(answer.out)
    assert f"{film}: as it was made, and labelled" in lines
    assert any("notes.mp4: cannot be read as a film (" in line for line in lines)
    assert lines[-1] == "2 films: 1 fine, 1 not"


def test_a_machine_reads_the_same(lectern: Lectern, film: Path) -> None:
    """One document, whatever the verdicts."""
    (film.parent / "notes.mp4").write_text("no film")
    answer = lectern("verify", film.parent, "--json")
    assert answer.code == Exit.FAILED
    assert answer.document["kind"] == "verification"
    one, other = answer.document["films"]
    assert (one["film"], one["verdict"], one["label"]["Label"]) == (str(film), "ok", "1")
    assert one["agree"] == dict.fromkeys(("seal", "file", "essence", "label", "captions"), True)
    assert (other["verdict"], other["label"]) == ("unreadable", {})


def test_nothing_there_is_refused(lectern: Lectern, tmp_path: Path) -> None:
    """With a code, before anything is read."""
    answer = lectern("verify", tmp_path / "gone.mp4", "--json")
    assert (answer.code, answer.failure["code"]) == (Exit.REFUSED, "verify-nothing-there")
