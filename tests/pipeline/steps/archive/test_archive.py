"""Whole films, never overwritten, wherever the writer dies and whoever else writes."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError, SupersededError
from pipeline.steps.archive import Delivery, archive, init_archive
from pipeline.steps.parts import PARTS, sweep
from pipeline.store import Store
from tests.pipeline.steps.archive.deliveries import (
    NAME,
    STEM,
    VISIBLE,
    KilledError,
    assert_whole,
    deliver_and_die,
    delivery_of,
    parts,
    put,
    refuse,
    visible,
)


def test_a_background_lies_with_the_sources(delivery: Delivery, store: Store, root: Path) -> None:
    """The picture behind the portrait is archived beside it."""
    background = put(store, Kind.SOURCE, ".jpg", b"office")
    archive(replace(delivery, background=background), store=store, root=root)
    place = "2026-11-20/source/anna_20261120-221502_a.b.background.jpg"
    assert visible(root) == {*VISIBLE, place}
    assert (root / place).read_bytes() == b"office"


def test_delivers_film_companions_and_sources(delivery: Delivery, store: Store, root: Path) -> None:
    """Film, captions, poster and manifest lie beside each other, the inputs below, nothing is left over."""
    assert archive(delivery, store=store, root=root) == NAME
    assert visible(root) == VISIBLE
    assert (root / NAME).read_bytes() == b"film" * 100_000
    assert parts(root) == []


def test_runs_twice(delivery: Delivery, store: Store, root: Path) -> None:
    """A second run finds everything in place and touches nothing."""
    archive(delivery, store=store, root=root)
    before = (root / NAME).stat()
    archive(delivery, store=store, root=root)
    after = (root / NAME).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert parts(root) == []


@pytest.mark.parametrize("links", [True, False])
def test_survives_death_at_every_point(
    delivery: Delivery, store: Store, root: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    """Whoever sees the film sees its companions, wherever the writer dies; the next run finishes the work."""
    if not links:
        monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    points: list[str] = []
    archive(delivery, store=store, root=root, crash=points.append)
    assert len(points) > 15
    for last in range(len(points)):
        shutil.rmtree(root)
        init_archive(root)
        deliver_and_die(delivery, store, root, after=last)
        if NAME in visible(root):
            assert visible(root) == VISIBLE
        archive(delivery, store=store, root=root)
        assert visible(root) == VISIBLE
        assert parts(root) == []


@pytest.mark.parametrize("stranger", [NAME, f"{STEM}.srt"])
def test_never_overwrites_a_stranger(delivery: Delivery, store: Store, root: Path, stranger: str) -> None:
    """Another file of the same name is an error in words, and stays as it is."""
    (root / stranger).parent.mkdir(parents=True)
    (root / stranger).write_bytes(b"mine")
    with pytest.raises(InputError) as caught:
        archive(delivery, store=store, root=root)
    assert caught.value.code == "archive-name-taken"
    assert caught.value.facts["name"] == stranger
    assert (root / stranger).read_bytes() == b"mine"
    assert visible(root) == {stranger}
    assert parts(root) == []


def test_stranger_that_comes_in_between(delivery: Delivery, store: Store, root: Path) -> None:
    """A file that takes the name after the question is not overwritten either."""

    def intrude(point: str) -> None:
        if point == "archive-parts-verified":
            (root / NAME).parent.mkdir(parents=True, exist_ok=True)
            (root / NAME).write_bytes(b"mine")

    with pytest.raises(InputError, match="archive-name-taken"):
        archive(delivery, store=store, root=root, crash=intrude)
    assert (root / NAME).read_bytes() == b"mine"


@pytest.mark.parametrize("links", [True, False])
def test_a_film_that_was_joined_anew_takes_the_place_of_its_earlier_self(
    delivery: Delivery, store: Store, root: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    """However much of it an earlier run left, and wherever the new run dies, the film is never a mixture."""
    if not links:
        monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    again = delivery_of(store, b"again")
    points: list[str] = []
    archive(delivery, store=store, root=root)
    archive(again, store=store, root=root, crash=points.append)
    assert points.count("archive-earlier-set-aside") == 5
    for last in range(len(points)):
        shutil.rmtree(root / "2026-11-20")
        # The earlier run, too, may have died anywhere.
        deliver_and_die(delivery, store, root, after=last * 5 % (len(points) + 2))
        deliver_and_die(again, store, root, after=last)
        if NAME in visible(root):
            assert_whole(root)
        archive(again, store=store, root=root)
        assert (root / NAME).read_bytes() == b"again"
        assert_whole(root)
        assert parts(root) == []


def test_takes_nothing_away_that_its_manifest_does_not_tell_of(
    delivery: Delivery, store: Store, root: Path
) -> None:
    """Another job's film keeps its place, and so does one that somebody has worked on since."""
    archive(delivery_of(store, b"other", trace="b" * 32), store=store, root=root)
    with pytest.raises(InputError, match="archive-name-taken"):
        archive(delivery, store=store, root=root)
    assert (root / NAME).read_bytes() == b"other"
    shutil.rmtree(root / "2026-11-20")
    archive(delivery_of(store, b"earlier"), store=store, root=root)
    (root / NAME).write_bytes(b"cut by hand")
    before = {name: (root / name).read_bytes() for name in visible(root)}
    with pytest.raises(InputError, match="archive-name-taken"):
        archive(delivery, store=store, root=root)
    assert before == {name: (root / name).read_bytes() for name in visible(root)}
    assert parts(root) == []


def test_what_comes_in_the_last_moment_goes_back_to_its_place(
    delivery: Delivery, store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's file that takes the earlier film's place while that is set aside is not lost."""
    archive(delivery_of(store, b"earlier"), store=store, root=root)
    rename = Path.rename

    def intrude(path: Path, target: Path) -> Path:
        if path == root / NAME:
            path.write_bytes(b"mine")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", intrude)
    with pytest.raises(InputError, match="archive-name-taken"):
        archive(delivery, store=store, root=root)
    assert (root / NAME).read_bytes() == b"mine"
    assert visible(root) == VISIBLE


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("also", [b"", b"other"], ids=["free", "taken"])
def test_what_comes_in_the_last_moment_outlives_its_finder(
    delivery: Delivery, store: Store, root: Path, monkeypatch: pytest.MonkeyPatch, *, also: bytes, links: bool
) -> None:
    """Killed over it, or with a share that fails just then: it goes back to its place, or lies beside it."""
    if not links:
        monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    archive(delivery_of(store, b"earlier"), store=store, root=root)

    def intrude(point: str) -> None:
        if point == "archive-earlier-moved":
            (aside,) = (root / PARTS).rglob(Path(NAME).name)
            aside.write_bytes(b"mine")
            if also:
                (root / NAME).write_bytes(also)
            raise KilledError

    with pytest.raises(KilledError):
        archive(delivery, store=store, root=root, crash=intrude)
    with pytest.raises(InputError, match="archive-name-taken"):
        archive(delivery, store=store, root=root)
    assert (root / NAME).read_bytes() == (also or b"mine")
    beside = {f"{STEM}.kept-1.mp4"} if also else set()
    assert visible(root) == VISIBLE | beside
    assert {(root / name).read_bytes() for name in beside} <= {b"mine"}
    assert sweep(root, older_than_s=0) == 1
    assert visible(root) == VISIBLE | beside


def test_who_has_lost_the_step_changes_nothing(delivery: Delivery, store: Store, root: Path) -> None:
    """A late writer is refused before anything becomes visible or gives way."""

    def refused() -> None:
        raise SupersededError("ledger-superseded", step=1, fence=1)

    with pytest.raises(SupersededError):
        archive(delivery, store=store, root=root, confirm=refused)
    assert visible(root) == set()
    archive(replace(delivery_of(store, b"new"), script=delivery.script), store=store, root=root)
    with pytest.raises(SupersededError):
        archive(delivery, store=store, root=root, confirm=refused)
    assert (root / NAME).read_bytes() == b"new"
    assert_whole(root)
    assert parts(root) == []
