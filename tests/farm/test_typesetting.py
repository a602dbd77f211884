"""Promises about captions in pictures at submit: fonts found, kept with the job, or said to be missing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import reads
from farm import submit as submitting
from farm.bootstrap import Farm, open_farm, settings_of
from farm.gc import collect_garbage
from farm.precheck import BatchRefusedError
from farm.reading import Reading
from farm.submit import Manner
from pipeline.plan.job import JobSpec
from pipeline.plan.switches import BURN
from tests.farm.models.cards import put_folder
from tests.farm.test_submit import ROW, manifest, submit
from tests.support.fonts import write_font
from tests.support.pens import writers_with_scribe

LATIN = "".join(map(chr, range(32, 127)))
_ROW = {**ROW, BURN.name: "yes"}


@pytest.fixture
def own(tmp_path: Path, fresh_ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Farm, Path]]:
    """A farm on a machine whose only fonts lie in one folder, and that folder."""
    monkeypatch.setattr("farm.typesetting.system_folders", lambda: ())
    home, fonts = tmp_path / "home", tmp_path / "fonts"
    home.mkdir()
    shutil.copy(fresh_ledger, home / "ledger.sqlite3")
    environment = {"LECTERN_HOME": str(home), "LECTERN_CAPTIONS__FONTS": str(fonts)}
    with open_farm(settings_of(environment)) as farm:
        yield farm, fonts


def specs(farm: Farm, batch: int) -> list[JobSpec]:
    """What the ledger holds of a batch's jobs."""
    return [reads.read_job(farm.ledger, line.id).spec for line in reads.list_jobs(farm.ledger, batch=batch)]


def test_fonts_travel_with_the_job(own: tuple[Farm, Path], batch_folder: Path) -> None:
    """A job names what it is set in, and the store has it: no worker needs a font."""
    farm, fonts = own
    plain = write_font(fonts / "plain.otf", LATIN, family="Plain", weight=700)
    rare = write_font(fonts / "rare.otf", LATIN + "ŋ", family="Rare")
    rows = [{**_ROW, "name": "Maria"}, {**_ROW, "name": "Maŋa"}, {**ROW, "name": "Nobody"}]
    receipt = submit(farm, manifest(batch_folder, *rows))
    first, second, third = specs(farm, receipt.batch)
    assert first.options == {BURN.name: "yes"}
    assert [(face.family, face.bold, face.letters) for face in first.typefaces] == [("Plain", True, "")]
    assert second.typefaces[0] == first.typefaces[0]
    assert [(face.family, face.bold, face.letters) for face in second.typefaces[1:]] == [("Rare", False, "ŋ")]
    assert third.typefaces == ()
    for face, file in zip(second.typefaces, (plain, rare), strict=True):
        assert farm.store.verify(face.file).read_bytes() == file.read_bytes()


def test_gc_keeps_fonts_that_a_job_needs(own: tuple[Farm, Path], batch_folder: Path) -> None:
    """However long a job waits, what its captions are set in stays in the store."""
    farm, fonts = own
    write_font(fonts / "plain.otf", LATIN)
    receipt = submit(farm, manifest(batch_folder, {**_ROW, "name": "Maria"}))
    time.sleep(0.05)
    collect_garbage(farm.ledger, farm.store, grace_s=0.01)
    (spec,) = specs(farm, receipt.batch)
    assert farm.store.verify(spec.typefaces[0].file)


def test_letters_that_cannot_be_drawn_are_told(own: tuple[Farm, Path], batch_folder: Path) -> None:
    """The row is refused with the letters and the package that brings them; without drawing it goes."""
    farm, fonts = own
    write_font(fonts / "plain.otf", LATIN)
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, manifest(batch_folder, {**_ROW, "name": "小明"}))
    (problem,) = refused.value.problems
    assert (problem.row, problem.column, problem.code) == (2, BURN.name, "captions-letters-missing")
    assert problem.facts == {"letters": "小明", "packages": "fonts-noto-cjk"}
    assert submit(farm, manifest(batch_folder, {**ROW, "name": "小明"})).created


def test_a_machine_without_fonts_is_told(own: tuple[Farm, Path], batch_folder: Path) -> None:
    """Nothing is drawn with nothing."""
    farm, _ = own
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, manifest(batch_folder, {**_ROW, "name": "Maria"}))
    (problem,) = refused.value.problems
    assert (problem.code, problem.facts) == ("captions-fonts-none", {"packages": "fonts-noto-core"})


def test_emoji_are_a_warning(own: tuple[Farm, Path], batch_folder: Path) -> None:
    """They are left out of the pictures, and somebody should know."""
    farm, fonts = own
    write_font(fonts / "plain.otf", LATIN)
    receipt = submit(farm, manifest(batch_folder, {**_ROW, "name": "Maria 🎉"}))
    assert [(warning.column, warning.code) for warning in receipt.warnings] == [
        (BURN.name, "captions-emoji-left-out")
    ]


@pytest.mark.parametrize("word", ["perhaps", "2"])
def test_only_yes_and_no_are_understood(own: tuple[Farm, Path], batch_folder: Path, word: str) -> None:
    """Another word is refused with its column."""
    farm, _ = own
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, manifest(batch_folder, {**_ROW, "name": "Maria", BURN.name: word}))
    (problem,) = refused.value.problems
    assert (problem.column, problem.code) == (BURN.name, "captions-burn-unknown")


def test_a_script_that_is_yet_to_be_written_is_set_in_its_languages_font(
    own: tuple[Farm, Path], batch_folder: Path
) -> None:
    """The one that a script in it would be set in first; without one for its language it is refused."""
    farm, fonts = own
    write_font(fonts / "plain.otf", LATIN, family="Plain", weight=700)
    put_folder(farm.models.root, "small", {"config.json": b"{}"})
    writing, reading = replace(farm, writers=writers_with_scribe()), Reading(write=True)
    asked = {BURN.name: "yes", "brief": "Bread.", "portrait": "astronaut.png", "language": "en"}
    receipt = submitting.submit(writing, manifest(batch_folder, asked), Manner(), reading=reading)
    (job,) = specs(farm, receipt.batch)
    assert [(face.family, face.letters) for face in job.typefaces] == [("Plain", "")]
    assert farm.store.verify(job.typefaces[0].file).read_bytes() == (fonts / "plain.otf").read_bytes()
    path = manifest(batch_folder, {**asked, "language": "zh"})
    with pytest.raises(BatchRefusedError) as refused:
        submitting.submit(writing, path, Manner(), reading=reading)
    assert [problem.code for problem in refused.value.problems] == ["captions-letters-missing"]
