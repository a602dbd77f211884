"""The archive: whole films, never overwritten, whatever happens in between."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError, DamageError, InputError, TransientError
from pipeline.steps import archive as room
from pipeline.steps.archive import Delivery, archive, archive_id, init_archive, sweep
from pipeline.store import Store

NAME = "2026-11-20/anna_20261120-221502_a.b.mp4"
STEM = "2026-11-20/anna_20261120-221502_a.b"
VISIBLE = {
    f"{STEM}.jpg",
    f"{STEM}.json",
    f"{STEM}.mp4",
    f"{STEM}.srt",
    f"{STEM}.vtt",
    "2026-11-20/source/anna_20261120-221502_a.b.portrait.png",
    "2026-11-20/source/anna_20261120-221502_a.b.script.txt",
}


class KilledError(BaseException):
    """Plays the end of a process: nothing is tidied up after it."""


def put(store: Store, kind: Kind, suffix: str, content: bytes) -> Artifact:
    """An artifact of the store with this content."""
    return store.put(kind, os.urandom(32).hex(), suffix, lambda path: _write(path, content))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "store")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive."""
    init_archive(tmp_path / "nas")
    return tmp_path / "nas"


@pytest.fixture
def delivery(store: Store) -> Delivery:
    """A film with everything that goes with it."""
    return Delivery(
        name=NAME,
        film=put(store, Kind.FILM, ".mp4", b"film" * 100_000),
        companions=(
            put(store, Kind.CAPTIONS, ".srt", b"1"),
            put(store, Kind.CAPTIONS, ".vtt", b"WEBVTT"),
            put(store, Kind.POSTER, ".jpg", b"jpeg"),
            put(store, Kind.MANIFEST, ".json", b"{}"),
        ),
        script=put(store, Kind.SOURCE, ".txt", b"Hello."),
        portrait=put(store, Kind.SOURCE, ".png", b"png"),
    )


def visible(root: Path) -> set[str]:
    """Every file of an archive that is not hidden."""
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {str(path) for path in found if not any(part.startswith(".") for part in path.parts)}


def parts(root: Path) -> list[Path]:
    """What lies in the hidden folder."""
    return list((root / room.PARTS).iterdir()) if (root / room.PARTS).is_dir() else []


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
        passed: list[str] = []

        def die(point: str, passed: list[str] = passed, last: int = last) -> None:
            passed.append(point)
            if len(passed) > last:
                raise KilledError

        with pytest.raises(KilledError):
            archive(delivery, store=store, root=root, crash=die)
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


def test_folder_without_marker_is_away(delivery: Delivery, store: Store, tmp_path: Path) -> None:
    """A folder that is missing or bears no marker, such as an empty mount point, is away and untouched."""
    for folder in (tmp_path / "missing", tmp_path / "empty"):
        if folder.name == "empty":
            folder.mkdir()
        with pytest.raises(AwayError) as caught:
            archive(delivery, store=store, root=folder)
        assert caught.value.code == "archive-away"
    assert list((tmp_path / "empty").iterdir()) == []


def test_damaged_marker_is_away(root: Path) -> None:
    """A marker that cannot be read makes no archive."""
    (root / room.MARKER).write_text("[]")
    with pytest.raises(AwayError, match="archive-away"):
        archive_id(root)


def test_init_keeps_the_id(root: Path) -> None:
    """An archive keeps its id, however often it is made one, and nothing else is left in it."""
    known = archive_id(root)
    assert init_archive(root) == known
    assert [path.name for path in root.iterdir()] == [room.MARKER]


def test_unmounted_in_between_is_away(delivery: Delivery, store: Store, root: Path) -> None:
    """A share that vanishes in mid-delivery makes the film wait, also when its mount point takes files."""

    def unmount(point: str) -> None:
        if point == "archive-parts-removed":
            (root / room.MARKER).unlink()

    with pytest.raises(AwayError, match="archive-away"):
        archive(delivery, store=store, root=root, crash=unmount)


def refuse(number: int) -> Callable[..., NoReturn]:
    """A file operation that fails with an error number."""

    def fail(*_args: object, **_more: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (errno.ENOSPC, AwayError, "archive-full"),
        (errno.EDQUOT, AwayError, "archive-full"),
        (errno.EROFS, AwayError, "archive-away"),
        (errno.ESTALE, AwayError, "archive-away"),
        (errno.EIO, TransientError, "archive-failed"),
    ],
)
def test_errors_of_the_file_system(
    delivery: Delivery,
    store: Store,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    number: int,
    kind: type[Exception],
    code: str,
) -> None:
    """Full and away make the film wait, other errors are tried again; no half film and no part remains."""
    monkeypatch.setattr(os, "fsync", refuse(number))
    with pytest.raises(kind, match=code):
        archive(delivery, store=store, root=root)
    assert visible(root) == set()
    assert parts(root) == []


def test_damaged_artifact(delivery: Delivery, store: Store, root: Path) -> None:
    """An artifact that changed in the store is never delivered."""
    path = store.open(delivery.film)
    path.write_bytes(b"film" * 99_999 + b"mlif")
    with pytest.raises(DamageError, match="store-artifact-damaged"):
        archive(delivery, store=store, root=root)
    assert visible(root) == set()


def test_copy_that_came_out_wrong(delivery: Delivery, store: Store, root: Path) -> None:
    """What is read back from the archive is compared before it gets its name."""

    def spoil(point: str) -> None:
        if point == "archive-parts-synced":
            part = next(path for path in (root / room.PARTS).rglob("*.part") if path.stat().st_size > 1000)
            part.write_bytes(b"film" * 99_999 + b"mlif")

    with pytest.raises(TransientError, match="archive-copy-differs"):
        archive(delivery, store=store, root=root, crash=spoil)
    assert visible(root) == set()


def test_sweeps_parts_of_the_dead_alone(delivery: Delivery, store: Store, root: Path) -> None:
    """Parts that nobody wrote to for a day go; a living writer's stay."""
    for name, age in (("dead", 100_000), ("alive", 10)):
        folder = root / room.PARTS / name
        folder.mkdir(parents=True)
        (folder / "0.part").write_bytes(b"x")
        for path in (folder / "0.part", folder):
            os.utime(path, (path.stat().st_mtime - age, path.stat().st_mtime - age))
    archive(delivery, store=store, root=root)
    assert [path.name for path in parts(root)] == ["alive"]
    assert sweep(root, older_than_s=0) == 1
