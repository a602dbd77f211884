"""What is a person's own is taken from beside their films, and nothing else is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.plan.errors import AwayError
from pipeline.steps.archive import init_archive
from pipeline.steps.parts import PARTS
from pipeline.steps.retract import Remains, retract

_DAY = "2026-11-22"


def _lying(root: Path) -> set[str]:
    there = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {str(path) for path in there if not path.name.startswith(".lectern-archive")}


def test_pictures_and_transcripts_go_and_films_stay(tmp_path: Path) -> None:
    """Whatever a picture's suffix is; another film's, and what somebody put beside them, is not touched."""
    init_archive(tmp_path)
    hers, others = (hashlib.sha256(f"{_DAY}/{stem}.mp4".encode()).hexdigest()[:32] for stem in ("a", "b"))
    gone = {f"{_DAY}/source/a.portrait.png", f"{_DAY}/a.txt", f"{PARTS}/{hers}.1/0.part"}
    stay = {f"{_DAY}/a.mp4", f"{_DAY}/a.srt", f"{_DAY}/source/a.script.txt", f"{_DAY}/source/a.txt"}
    stay |= {f"{_DAY}/b.txt", f"{_DAY}/source/b.portrait.mp4", f"{_DAY}/source/aa.portrait.png"}
    stay |= {f"{PARTS}/{others}.1/0.part"}
    for name in gone | stay:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    films = [Remains(folder=_DAY, stem=stem, portrait=True, transcript=True) for stem in ("a", "gone")]
    assert retract(tmp_path, films) == 2
    assert _lying(tmp_path) == stay
    assert retract(tmp_path, films) == 0


def test_words_that_a_voice_read_out_stay(tmp_path: Path) -> None:
    """Only what was heard in a recording is somebody's own."""
    init_archive(tmp_path)
    (tmp_path / _DAY).mkdir()
    (tmp_path / _DAY / "a.txt").write_text("a note")
    assert retract(tmp_path, [Remains(folder=_DAY, stem="a", portrait=True)]) == 0
    assert _lying(tmp_path) == {f"{_DAY}/a.txt"}


def test_an_archive_that_is_away_says_so(tmp_path: Path) -> None:
    """Nothing counts as gone that nobody could look for; without a film nobody has to look."""
    with pytest.raises(AwayError):
        retract(tmp_path, [Remains(folder=_DAY, stem="a", portrait=True)])
    assert retract(tmp_path, []) == 0
