"""Promises about the nightly folder: nothing half-written is taken, nothing is overwritten or lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from farm.inbox import REFUSED, SUBMITTED, Inbox, Laid
from pipeline.plan.errors import AwayError, InputError

DAY = "2026-11-22"


class Clocks:
    """The clock of the wall and the one that nobody sets."""

    def __init__(self) -> None:
        self.wall_s = 2_000_000_000.0
        self.still_s = 0.0


@pytest.fixture
def clocks() -> Clocks:
    """Both long after anything was written."""
    return Clocks()


@pytest.fixture
def inbox(tmp_path: Path, clocks: Clocks) -> Inbox:
    """An empty folder, in which what was not changed for a minute is complete."""
    (tmp_path / "in").mkdir()
    return Inbox(tmp_path / "in", settled_s=60, wall_s=lambda: clocks.wall_s, still_s=lambda: clocks.still_s)


def lay(inbox: Inbox, *names: str) -> None:
    """Lay files there, each with its name as its content."""
    for name in names:
        place = inbox.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(name)


def ready(inbox: Inbox) -> list[str]:
    """What is complete."""
    return [laid.name for laid in inbox.look()[0]]


def test_manifests_and_folders_are_batches(inbox: Inbox) -> None:
    """A manifest with the values beside it, or a folder with its files; pictures and leftovers are none."""
    lay(inbox, "a.csv", "a.toml", "anna.png", "b.XLSX", "~$b.XLSX", ".c.csv.part", "notes.txt")
    lay(inbox, "d/d.jsonl", "d/pictures/anna.png", "d/pictures/list.csv", "e/1.csv", "e/2.csv", "f/anna.png")
    lay(inbox, f"{SUBMITTED}/{DAY}/old.csv", f"{REFUSED}/{DAY}/bad.csv")
    (inbox.root / "empty").mkdir()
    found = {laid.name: laid for laid in inbox.look()[0]}
    assert sorted(found) == ["a.csv", "b.XLSX", "d", "e"]
    assert [part.name for part in found["a.csv"].parts] == ["a.csv", "a.toml"]
    assert found["d"].manifest.name == "d.jsonl"
    with pytest.raises(InputError) as caught:
        _ = found["e"].manifest
    assert caught.value.code == "nightly-which-manifest"


def test_a_folder_of_pictures_stays_beside_its_manifest(inbox: Inbox, clocks: Clocks) -> None:
    """It is no batch, and a manifest beside it may name its files: so both are complete together."""
    lay(inbox, "a.csv", "portraits/anna.png")
    assert ready(inbox) == ["a.csv"]
    assert inbox.bare == ("portraits",)
    now = clocks.wall_s
    os.utime(inbox.root / "portraits" / "anna.png", (now - 30, now - 30))
    assert inbox.look() == ((), ("a.csv",))
    lay(inbox, "portraits/anna.png", "portraits/more.csv")
    assert ready(inbox) == ["a.csv", "portraits"]
    assert inbox.bare == ()


def test_what_is_being_written_waits(inbox: Inbox, clocks: Clocks) -> None:
    """Until a minute after the last change of any of its files; other folders are not held back."""
    lay(inbox, "a.csv", "anna.png", "d/d.csv", "d/anna.png")
    now = clocks.wall_s
    os.utime(inbox.root / "anna.png", (now - 30, now - 30))
    assert inbox.look() == ((inbox.look()[0]), ("a.csv",))
    assert ready(inbox) == ["d"]
    clocks.wall_s += 31
    assert ready(inbox) == ["a.csv", "d"]
    os.utime(inbox.root / "d" / "anna.png", (clocks.wall_s, clocks.wall_s))
    assert ready(inbox) == ["a.csv"]


def test_a_clock_that_is_wrong_holds_nothing_back_for_ever(inbox: Inbox, clocks: Clocks) -> None:
    """A file from the future is complete once it was seen unchanged for a minute, and not before."""
    lay(inbox, "a.csv")
    later = clocks.wall_s + 1_000_000
    os.utime(inbox.root / "a.csv", (later, later))
    assert ready(inbox) == []
    clocks.still_s = 59
    (inbox.root / "a.csv").write_text("more")
    os.utime(inbox.root / "a.csv", (later, later))
    assert ready(inbox) == []
    clocks.still_s = 60
    assert ready(inbox) == []
    clocks.still_s = 119
    assert ready(inbox) == ["a.csv"]


def _only(inbox: Inbox) -> Laid:
    (laid,) = inbox.look()[0]
    return laid


def test_what_is_put_away_overwrites_nothing(inbox: Inbox) -> None:
    """The same names again and again: each is there with its own content, and the folder is empty."""
    for number in (1, 2, 3):
        lay(inbox, "a.csv", "a.toml")
        (inbox.root / "a.csv").write_text(str(number))
        inbox.put_away(_only(inbox), SUBMITTED, DAY)
    away = inbox.root / SUBMITTED / DAY
    assert {each.name for each in away.iterdir()} == {
        "a.csv", "a.toml", "a_2.csv", "a_2.toml", "a_3.csv", "a_3.toml",
    }  # fmt: skip
    assert [(away / name).read_text() for name in ("a.csv", "a_2.csv", "a_3.csv")] == ["1", "2", "3"]
    assert inbox.look() == ((), ())


def test_problems_lie_beside_what_was_refused(inbox: Inbox) -> None:
    """Of a file and of a folder, each under its own name."""
    for _ in range(2):
        lay(inbox, "d/d.csv", "d/anna.png")
        place = inbox.put_away(_only(inbox), REFUSED, DAY, problems="wrong")
        assert (place / "anna.png").read_text() == "d/anna.png"
    lay(inbox, "a.csv")
    inbox.put_away(_only(inbox), REFUSED, DAY, problems="bad")
    away = inbox.root / REFUSED / DAY
    told = {each.name: each.read_text() for each in away.glob("*.txt")}
    assert told == {"d.problems.txt": "wrong", "d_2.problems.txt": "wrong", "a.problems.txt": "bad"}


def test_links_are_no_batches(inbox: Inbox, tmp_path: Path) -> None:
    """Nobody has the night read what only its own user may."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "films.csv").write_text("secret")
    (inbox.root / "a.csv").symlink_to(tmp_path / "private" / "films.csv")
    (inbox.root / "b").symlink_to(tmp_path / "private")
    (inbox.root / "c").mkdir()
    (inbox.root / "c" / "films.csv").symlink_to(tmp_path / "private" / "films.csv")
    assert inbox.look() == ((), ())
    assert inbox.bare == ("c",)


def test_only_one_works_in_a_folder(inbox: Inbox, tmp_path: Path) -> None:
    """The second one is told; after the first one's end it may."""
    other = Inbox(tmp_path / "in", settled_s=60)
    with inbox.alone(), pytest.raises(InputError) as caught, other.alone():
        pass
    assert caught.value.code == "nightly-running"
    with other.alone():
        assert other.look() == ((), ())


def test_a_folder_that_is_gone_is_told(inbox: Inbox) -> None:
    """As a place that cannot be reached."""
    inbox.root.rmdir()
    with pytest.raises(AwayError) as caught:
        inbox.look()
    assert caught.value.code == "nightly-folder-away"
