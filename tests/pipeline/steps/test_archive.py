"""The archive: whole films, never overwritten, whatever happens in between."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NoReturn, Self

import pytest

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError, DamageError, InputError, SupersededError, TransientError
from pipeline.steps import archive as room
from pipeline.steps.archive import Delivery, archive, archive_id, init_archive, sweep
from pipeline.store import Store
from tests.db.conftest import SCRATCH

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
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: what is tested is what a process's death does."""
    made = Path(tempfile.mkdtemp(prefix="lectern-archive-", dir=SCRATCH))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def store(folder: Path) -> Store:
    """An empty store."""
    return Store(folder / "store")


@pytest.fixture
def root(folder: Path) -> Path:
    """An archive."""
    init_archive(folder / "nas")
    return folder / "nas"


@pytest.fixture
def delivery(store: Store) -> Delivery:
    """A film with everything that goes with it."""
    return delivery_of(store, b"film" * 100_000)


def delivery_of(store: Store, content: bytes, *, trace: str = "a" * 32) -> Delivery:
    """A film of this content, with everything that goes with it."""
    film = put(store, Kind.FILM, ".mp4", content)
    srt, vtt = put(store, Kind.CAPTIONS, ".srt", b"1" + content), put(store, Kind.CAPTIONS, ".vtt", b"WEBVTT")
    poster = put(store, Kind.POSTER, ".jpg", b"jpeg")
    told = {"trace": trace, "film": {"digest": film.digest}, "poster": {"digest": poster.digest}}
    told["captions"] = {"srt": {"digest": srt.digest}, "vtt": {"digest": vtt.digest}}
    manifest = put(store, Kind.MANIFEST, ".json", json.dumps(told).encode())
    return Delivery(
        name=NAME,
        film=film,
        companions=(srt, vtt, poster, manifest),
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


def deliver_and_die(delivery: Delivery, store: Store, root: Path, *, after: int) -> None:
    """Deliver a film, and die after so many file operations if there are as many."""
    passed: list[str] = []

    def die(point: str) -> None:
        passed.append(point)
        if len(passed) > after:
            raise KilledError

    with contextlib.suppress(KilledError):
        archive(delivery, store=store, root=root, crash=die)


def assert_whole(root: Path) -> None:
    """A visible film has its own companions beside it, and nothing of another."""
    assert visible(root) == VISIBLE
    content = (root / NAME).read_bytes()
    assert (root / f"{STEM}.srt").read_bytes() == b"1" + content


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


def test_folder_without_marker_is_away(delivery: Delivery, store: Store, tmp_path: Path) -> None:
    """A folder that is missing or bears no marker, such as an empty mount point, is away and untouched."""
    for folder in (tmp_path / "missing", tmp_path / "empty"):
        if folder.name == "empty":
            folder.mkdir()
        with pytest.raises(AwayError) as caught:
            archive(delivery, store=store, root=folder)
        assert caught.value.code == "archive-unmarked"
    assert list((tmp_path / "empty").iterdir()) == []


def test_damaged_marker_is_away(root: Path) -> None:
    """A marker that cannot be read makes no archive."""
    (root / room.MARKER).write_text("[]")
    with pytest.raises(AwayError, match="archive-marker-damaged"):
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

    with pytest.raises(AwayError, match="archive-unmarked"):
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
        (errno.EFBIG, AwayError, "archive-full"),
        (errno.EROFS, AwayError, "archive-away"),
        (errno.ESTALE, AwayError, "archive-away"),
        (errno.ENETUNREACH, AwayError, "archive-away"),
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


class _Failing:
    """A file whose disk has a limit, or whose server tells only at the end that it has."""

    def __init__(self, file: IO[Any], *, room: int | None) -> None:
        self._file = file
        self._room = room

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_told: object) -> None:
        self._file.close()
        if self._room is None:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, block: bytes) -> int:
        if self._room is not None and (room := self._room - self._file.tell()) < len(block):
            self._file.write(block[:room])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(block)


@pytest.mark.parametrize("room", [100_000, None])
def test_a_disk_that_is_full_in_the_middle_or_at_the_close(
    delivery: Delivery, store: Store, root: Path, monkeypatch: pytest.MonkeyPatch, room: int | None
) -> None:
    """A film of which only a part finds room waits, and nothing of it stays; what was there before does."""
    earlier = delivery_of(store, b"earlier")
    archive(earlier, store=store, root=root)
    opened = Path.open

    def limited(path: Path, mode: str = "r", *more: Any, **told: Any) -> object:  # noqa: ANN401 - handed on
        file = opened(path, mode, *more, **told)
        return _Failing(file, room=room) if mode == "xb" else file

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", limited)
        with pytest.raises(AwayError, match="archive-full"):
            archive(delivery, store=store, root=root)
    assert (root / NAME).read_bytes() == b"earlier"
    assert visible(root) == VISIBLE
    assert parts(root) == []
    archive(delivery, store=store, root=root)
    assert_whole(root)


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
