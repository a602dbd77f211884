"""The store: a file is there whole under its name or not at all, whatever dies, races or is damaged."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError, DamageError, InputError, TransientError
from pipeline.store import Store

KEY = hashlib.sha256(b"key").hexdigest()
POINTS = (
    "store-part-written",
    "store-part-synced",
    "store-folder-made",
    "store-linked",
    "store-folder-synced",
    "store-part-removed",
)


class _Killed(BaseException):
    """A process that was killed: nothing tidies up after it."""


def _writer(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


def _crash_at(point: str) -> Callable[[str], None]:
    def crash(reached: str) -> None:
        if reached == point:
            raise _Killed

    return crash


def _names(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_what_is_put_is_found_under_its_key_and_content(tmp_path: Path) -> None:
    """A file lies where its artifact says, holds what was written, and nothing else is left."""
    store = Store(tmp_path)
    artifact = store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    digest = hashlib.sha256(b"frames").hexdigest()
    assert artifact == Artifact(kind=Kind.CLIP, key=KEY, digest=digest, size=6, suffix=".mp4")
    assert store.open(artifact) == store.verify(artifact) == tmp_path / artifact.path
    assert store.verify(artifact).read_bytes() == b"frames"
    assert _names(tmp_path) == [artifact.path]


def test_the_same_content_twice_is_a_success(tmp_path: Path) -> None:
    """A second maker of equal bytes succeeds and leaves the first one's file in place, counted as new."""
    store = Store(tmp_path)
    first = store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    os.utime(store.open(first), (0, 0))
    inode = store.open(first).stat().st_ino
    assert store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames")) == first
    assert store.open(first).stat().st_ino == inode
    assert [file.age_s < 60 for file in store.walk()] == [True]


def test_other_content_of_one_key_gets_another_name(tmp_path: Path) -> None:
    """Two results of one key never overwrite each other."""
    store = Store(tmp_path)
    one = store.put(Kind.CLIP, KEY, ".mp4", _writer(b"one"))
    two = store.put(Kind.CLIP, KEY, ".mp4", _writer(b"two"))
    assert store.verify(one).read_bytes() == b"one"
    assert store.verify(two).read_bytes() == b"two"


def test_missing_and_damaged_files_are_named(tmp_path: Path) -> None:
    """A missing, shortened or changed file is reported with its kind and key."""
    store = Store(tmp_path)
    artifact = store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    path = store.open(artifact)
    path.write_bytes(b"fRames")
    assert store.open(artifact) == path
    with pytest.raises(DamageError, match="store-artifact-damaged") as changed:
        store.verify(artifact)
    assert changed.value.facts == {"kind": "clip", "key": KEY, "digest": artifact.digest}
    path.write_bytes(b"fram")
    with pytest.raises(DamageError, match="store-artifact-damaged"):
        store.open(artifact)
    path.unlink()
    with pytest.raises(DamageError, match="store-artifact-missing") as missing:
        store.open(artifact)
    assert missing.value.facts == {"kind": "clip", "key": KEY, "digest": artifact.digest}


def test_a_damaged_file_is_healed_by_making_it_again(tmp_path: Path) -> None:
    """Where a name holds other bytes than it promises, the right ones take their place."""
    store = Store(tmp_path)
    artifact = store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    store.open(artifact).write_bytes(b"fRames")
    assert store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames")) == artifact
    assert store.verify(artifact).read_bytes() == b"frames"
    assert _names(tmp_path) == [artifact.path]


def test_a_store_that_is_gone_is_away(tmp_path: Path) -> None:
    """Without its folder nothing counts as damaged: the work waits."""
    artifact = Store(tmp_path / "here").put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    with pytest.raises(AwayError, match="store-away"):
        Store(tmp_path / "gone").open(artifact)


@settings(deadline=None, max_examples=25)
@given(deaths=st.lists(st.sampled_from(POINTS), max_size=4), data=st.binary(max_size=40))
def test_no_death_leaves_a_half_file(deaths: list[str], data: bytes) -> None:
    """However often a maker dies, a final name holds the whole; the next maker succeeds; gc clears up."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        digest = hashlib.sha256(data).hexdigest()
        whole = Artifact(kind=Kind.CLIP, key=KEY, digest=digest, size=len(data), suffix=".mp4")
        for point in deaths:
            try:
                Store(root, crash=_crash_at(point)).put(Kind.CLIP, KEY, ".mp4", _writer(data))
            except _Killed:
                finals = [name for name in _names(root) if not name.startswith(".parts/")]
                assert finals in ([], [whole.path])
                if finals:
                    Store(root).verify(whole)
        assert Store(root).put(Kind.CLIP, KEY, ".mp4", _writer(data)) == whole
        Store(root).verify(whole)
        Store(root).delete_stale_parts(older_than_s=0)
        assert _names(root) == [whole.path]


def test_every_point_is_passed(tmp_path: Path) -> None:
    """The named crash points stand after each file operation, in order."""
    passed: list[str] = []
    Store(tmp_path, crash=passed.append).put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    assert tuple(passed) == POINTS


def test_many_makers_at_once(tmp_path: Path) -> None:
    """Makers of the same file at the same time all succeed, and one file remains."""
    with ThreadPoolExecutor(8) as pool:
        made = pool.map(lambda _: Store(tmp_path).put(Kind.CLIP, KEY, ".mp4", _writer(b"frames")), range(32))
        assert len({artifact.path for artifact in made}) == 1
    assert len(_names(tmp_path)) == 1


def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that knows no hard links serves as well: put, put again, heal."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "no links")

    monkeypatch.setattr(os, "link", refuse)
    store = Store(tmp_path)
    artifact = store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    assert store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames")) == artifact
    store.open(artifact).write_bytes(b"x")
    assert store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames")) == artifact
    assert store.verify(artifact).read_bytes() == b"frames"
    assert _names(tmp_path) == [artifact.path]


@pytest.mark.parametrize(
    ("number", "error", "code"),
    [
        (errno.ENOSPC, AwayError, "store-full"),
        (errno.EDQUOT, AwayError, "store-full"),
        (errno.EFBIG, AwayError, "store-full"),
        (errno.EROFS, AwayError, "store-away"),
        (errno.ESTALE, AwayError, "store-away"),
        (errno.ENETUNREACH, AwayError, "store-away"),
        (errno.EIO, TransientError, "store-failed"),
    ],
)
def test_failures_in_words(
    tmp_path: Path, number: int, error: type[AwayError | TransientError], code: str
) -> None:
    """A full disk or a lost share makes the work wait, a read error is tried again; no part is left."""

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(number, os.strerror(number))

    with pytest.raises(error) as caught:
        Store(tmp_path).put(Kind.CLIP, KEY, ".mp4", fail)
    assert caught.value.code == code
    assert _names(tmp_path) == []


def test_what_a_writer_raises_is_passed_on(tmp_path: Path) -> None:
    """A writer's own error stays itself, and nothing is kept."""

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise InputError("voice-unknown")

    with pytest.raises(InputError, match="voice-unknown"):
        Store(tmp_path).put(Kind.CLIP, KEY, ".mp4", fail)
    assert _names(tmp_path) == []


def test_a_source_is_adopted_by_content(tmp_path: Path) -> None:
    """A user's file is copied in under its own digest; equal files share one."""
    source = tmp_path / "portrait.png"
    source.write_bytes(b"picture")
    store = Store(tmp_path / "store")
    artifact = store.adopt(Kind.SOURCE, ".png", source, limit_bytes=7)
    assert artifact.key == artifact.digest == hashlib.sha256(b"picture").hexdigest()
    source.unlink()
    assert store.verify(artifact).read_bytes() == b"picture"


def test_sources_that_are_refused(tmp_path: Path) -> None:
    """A file that is missing, too large, a folder or a pipe is refused in words at once; nothing is left."""
    store = Store(tmp_path / "store")
    large = tmp_path / "large"
    large.write_bytes(b"12345678")
    with pytest.raises(InputError, match="store-source-large"):
        store.adopt(Kind.SOURCE, ".png", large, limit_bytes=7)
    os.mkfifo(tmp_path / "pipe")
    for name in ("none", "pipe", "store"):
        with pytest.raises(InputError, match="store-source-unreadable"):
            store.adopt(Kind.SOURCE, ".png", tmp_path / name, limit_bytes=7)
    assert _names(tmp_path / "store") == []


def test_gc_sees_artifacts_and_nothing_else(tmp_path: Path) -> None:
    """A walk gives every artifact once, with size and age; deleting one is final and may be repeated."""
    store = Store(tmp_path)
    made = [store.put(kind, KEY, ".mp4", _writer(b"frames")) for kind in (Kind.CLIP, Kind.FILM)]
    (tmp_path / "clip" / "notes.txt").write_text("by hand")
    (tmp_path / "clip" / KEY[:2] / "notes.txt").write_text("by hand")
    assert [file.path for file in store.walk()] == [artifact.path for artifact in made]
    assert all(file.size == 6 and file.age_s < 60 for file in store.walk())
    store.delete(made[0])
    store.delete(made[0])
    assert [file.path for file in store.walk()] == [made[1].path]
    store.delete(next(store.walk()))
    assert list(store.walk()) == []


def test_gc_gives_back_what_was_put_again(tmp_path: Path) -> None:
    """A file that was put again since gc saw it stays; one that was not goes."""
    store = Store(tmp_path)
    artifact = store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    seen = next(store.walk())
    os.utime(store.open(artifact), (1, 1))
    assert store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames")) == artifact
    assert not store.delete_untouched(seen)
    store.verify(artifact)
    assert store.delete_untouched(next(store.walk()))
    assert _names(tmp_path) == []


def test_gc_in_between_does_not_lose_what_is_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that gc takes away while it is being put again is there afterwards all the same."""
    store = Store(tmp_path)
    artifact = store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    utime = os.utime
    taken: list[Path] = []

    def take_away(path: Path) -> None:
        if not taken:
            taken.append(path)
            path.unlink()
        utime(path)

    monkeypatch.setattr(os, "utime", take_away)
    assert store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames")) == artifact
    assert taken
    store.verify(artifact)


def test_young_parts_are_left_alone(tmp_path: Path) -> None:
    """Only what was not written to for long counts as left behind."""
    store = Store(tmp_path)
    store.put(Kind.CLIP, KEY, ".mp4", _writer(b"frames"))
    old, young = tmp_path / ".parts" / "old.part", tmp_path / ".parts" / "young.part"
    old.write_bytes(b"")
    young.write_bytes(b"")
    os.utime(old, (0, 0))
    # No part of ours is a folder: whoever made one is not disturbed, and disturbs nobody.
    strange = tmp_path / ".parts" / "strange"
    strange.mkdir()
    os.utime(strange, (0, 0))
    assert store.delete_stale_parts(older_than_s=3600) == 1
    assert not old.exists()
    assert young.exists()


@pytest.mark.parametrize(
    ("key", "suffix"), [("../x", ".mp4"), (KEY, "/../x"), (KEY.upper(), ".mp4"), (KEY, "")]
)
def test_names_are_our_own(tmp_path: Path, key: str, suffix: str) -> None:
    """No key and no suffix can lead out of the store."""
    with pytest.raises(ValueError, match=re.escape(f"{key}{suffix}")):
        Store(tmp_path).put(Kind.CLIP, key, suffix, _writer(b"x"))
