"""An archive that is away or full, damaged files, parts of the dead: a film waits, and nothing half stays."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import IO, Any, Self

import pytest

from pipeline.plan.errors import AwayError, DamageError, TransientError
from pipeline.steps import archive as room
from pipeline.steps.archive import Delivery, archive, archive_id, init_archive
from pipeline.steps.parts import PARTS, sweep
from pipeline.store import Store
from tests.pipeline.steps.archive.deliveries import (
    NAME,
    VISIBLE,
    assert_whole,
    delivery_of,
    parts,
    refuse,
    visible,
)


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


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (errno.ENOSPC, AwayError, "archive-full"),
        (errno.EDQUOT, AwayError, "archive-full"),
        (errno.EFBIG, AwayError, "archive-full"),
        (errno.EROFS, AwayError, "archive-away"),
        (errno.ESTALE, AwayError, "archive-away"),
        (errno.ENETUNREACH, AwayError, "archive-away"),
        (errno.EIO, AwayError, "archive-away"),
        (errno.EINVAL, TransientError, "archive-failed"),
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
            part = next(path for path in (root / PARTS).rglob("*.part") if path.stat().st_size > 1000)
            part.write_bytes(b"film" * 99_999 + b"mlif")

    with pytest.raises(TransientError, match="archive-copy-differs"):
        archive(delivery, store=store, root=root, crash=spoil)
    assert visible(root) == set()


def test_sweeps_parts_of_the_dead_alone(delivery: Delivery, store: Store, root: Path) -> None:
    """Parts that nobody wrote to for a day go; a living writer's stay."""
    for name, age in (("dead", 100_000), ("alive", 10)):
        folder = root / PARTS / name
        folder.mkdir(parents=True)
        (folder / "0.part").write_bytes(b"x")
        for path in (folder / "0.part", folder):
            os.utime(path, (path.stat().st_mtime - age, path.stat().st_mtime - age))
    archive(delivery, store=store, root=root)
    assert [path.name for path in parts(root)] == ["alive"]
    assert sweep(root, older_than_s=0) == 1
