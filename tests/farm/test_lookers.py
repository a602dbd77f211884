"""Promises of looking at pictures side by side: the same findings, nothing lost, nobody left behind."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import cv2
import psutil
import pytest

from farm import lookers
from farm.portraits import Looker, Means, Seen, Sitting, View
from pipeline.engines.shelf import eyes
from pipeline.media import Limits, Media, find_ffmpeg
from pipeline.plan.errors import TransientError
from pipeline.plan.footage import FootageLimits
from pipeline.plan.formats import parse_format
from pipeline.steps.look import PictureLimits

MEANS = Means(
    pictures=PictureLimits(file_bytes=50_000_000, pixels=50_000_000),
    footage=FootageLimits(file_bytes=50_000_000, pixels=9_000_000, seconds=60),
    media=Media(find_ffmpeg(), limits=Limits(seconds=60, memory_bytes=4_000_000_000)),
)
PORTRAITS = Path(__file__).resolve().parents[2] / "demo/portraits"


def view(name: str, *, pictured: bool = False) -> View:
    """A portrait in a format."""
    return View(format=parse_format(name, fps=25), box=None, behind=None, pictured=pictured)


@pytest.fixture
def sittings(tmp_path: Path) -> list[Sitting]:
    """Two good pictures, a soft one, one without a face, a text and an empty file, each in two formats."""
    made = []
    astronaut = cv2.imread(str(PORTRAITS / "astronaut.png"))
    cv2.imwrite(str(tmp_path / "soft.png"), cv2.GaussianBlur(astronaut, (0, 0), 2))
    cv2.imwrite(str(tmp_path / "plain.png"), astronaut[:200, :200] * 0 + 99)
    (tmp_path / "text.png").write_text("I am no picture.")
    (tmp_path / "empty.png").touch()
    names = ("soft.png", "plain.png", "text.png", "empty.png")
    for file in (*sorted(PORTRAITS.glob("*.png")), *(tmp_path / name for name in names)):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        views = (view("wide"), view("square-1080", pictured=True))
        made.append(Sitting(file=file, digest=digest, views=views, backdrop=True))
    return made


def children() -> list[psutil.Process]:
    """The processes of ours that look, as far as they have begun."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "farm.looking" in child.cmdline():
                found.append(child)
    return found


def alone(sittings: list[Sitting]) -> dict[str, Seen]:
    """What is said of each by one who looks at one after the other."""
    shelf = eyes()
    looker = Looker(MEANS, shelf)
    seen = {sitting.digest: looker.look(sitting) for sitting in sittings}
    shelf.close()
    return seen


def test_findings_do_not_depend_on_who_looked(sittings: list[Sitting]) -> None:
    """One after the other here, or side by side in processes: equal to the last fact; and all of them end."""
    found = {sitting.digest: seen for sitting, seen in lookers.look(sittings, means=MEANS, hands=2)}
    assert found == alone(sittings)
    assert not children()
    codes = {finding.code for seen in found.values() for view in seen.views for finding in view}
    assert {"portrait-soft", "portrait-no-face", "portrait-no-picture", "portrait-background-unseen"} <= codes


def test_a_process_that_is_killed_loses_nothing(sittings: list[Sitting]) -> None:
    """What it had in hand is looked at again, and everything is found that would have been found."""
    killed = 0

    def look() -> Iterator[tuple[Sitting, Seen]]:
        nonlocal killed
        for each in lookers.look(sittings, means=MEANS, hands=2):
            yield each
            if killed < 2:
                killed += 1
                children()[0].kill()

    assert {sitting.digest: seen for sitting, seen in look()} == alone(sittings)
    assert killed == 2
    assert not children()


def test_a_picture_that_nobody_can_look_at_is_told_of(sittings: list[Sitting]) -> None:
    """Nobody who looks comes back in time: each picture is tried twice, then told of in every film."""
    found = list(lookers.look(sittings[:2], means=MEANS, hands=1, limit_s=0))
    assert [sitting for sitting, _ in found] == sittings[:2]
    for sitting, seen in found:
        assert {(one.code, one.level) for view in seen.views for one in view} == {(lookers.FATAL, "error")}
        assert {one.facts["name"] for one in seen.backdrop} == {sitting.file.name}
    assert not children()


def test_whoever_is_interrupted_leaves_no_process(sittings: list[Sitting]) -> None:
    """Ctrl-C is heard by the owner alone, who ends the others."""

    def interrupted() -> None:
        with closing(lookers.look(sittings, means=MEANS, hands=2)) as seen:
            next(seen)
            (child, *_) = children()
            assert os.getsid(child.pid) == child.pid
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not children()


def test_processes_that_do_not_even_begin_are_told_of(
    sittings: list[Sitting], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever forbids them: nothing is said of the pictures, which may be all right."""
    monkeypatch.setattr(lookers.sys, "executable", "/bin/false")
    with pytest.raises(TransientError) as refused:
        list(lookers.look(sittings, means=MEANS, hands=2))
    assert refused.value.code == "submit-lookers-gone"
    assert not children()
