"""gc takes what nobody needs, and nothing else, also when somebody comes back for it at the last moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import departments, migrate, operations, submission, workers
from db.engine import connect
from db.ledger import Ledger
from db.values import Submission
from farm.gc import collect_garbage
from pipeline.plan.artifact import Artifact, Kind
from pipeline.store import Store, StoredFile
from tests.db.acting import desk_of, speak, take
from tests.db.values import digest, draft, spec, submit

_DAY_S = 24 * 3600


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A fresh ledger; gc's SQL runs on PostgreSQL in the property test."""
    engine = connect(f"sqlite:///{tmp_path}/ledger.sqlite3")
    migrate.upgrade(engine)
    yield Ledger(engine)
    engine.dispose()


def _put(store: Store, word: str) -> Artifact:
    return store.put(Kind.SPEECH, digest(word), ".bin", lambda part: _write(part, word))


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def _age(store: Store, seconds: int) -> None:
    for path in store.root.rglob("*.*"):
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


def test_old_files_that_nobody_knows_go_and_young_ones_stay(ledger: Ledger, tmp_path: Path) -> None:
    """What a killed process left behind is deleted once it is older than the grace."""
    store = Store(tmp_path / "store")
    old = _put(store, "old")
    half = store.root / ".parts" / "half.part"
    half.write_text("half")
    _age(store, 2 * _DAY_S)
    young = _put(store, "young")
    swept = collect_garbage(ledger, store, grace_s=_DAY_S)
    assert (swept.files, swept.bytes, swept.parts) == (1, 3, 1)
    assert store.open(young).is_file()
    assert not (store.root / old.path).exists()


def test_a_source_that_its_department_does_not_keep_is_deleted(ledger: Ledger, tmp_path: Path) -> None:
    """Once its film is over, and it is older than the grace; what others gave stays."""
    store = Store(tmp_path / "store")
    given = [
        store.put(Kind.SOURCE, digest(f"script of {row}"), ".bin", lambda part: _write(part, "words"))
        for row in ("over", "open")
    ]
    drafts = [
        replace(draft(word), spec=spec(word, script=each)) for word, each in zip("ab", given, strict=True)
    ]
    submission.submit(ledger, Submission(content=digest("content"), name="demo", user="anna"), drafts)
    departments.change(ledger, "default", {"retention": "never"}, by="olga")
    operations.cancel(ledger, [1], by="anna")
    assert collect_garbage(ledger, store, grace_s=_DAY_S).sources == 0
    _age(store, 2 * _DAY_S)
    ledger.clock = lambda now=ledger.clock: now() + 2 * _DAY_S * 1000  # type: ignore[misc]
    swept = collect_garbage(ledger, store, grace_s=_DAY_S)
    assert (swept.sources, swept.files) == (1, 1)
    assert [(store.root / each.path).exists() for each in given] == [False, True]


def test_nothing_is_taken_from_work_under_way(ledger: Ledger, tmp_path: Path) -> None:
    """A file that was put days ago by a step that still runs stays, and so does what a planned job uses."""
    store = Store(tmp_path / "store")
    submit(ledger, ["row"])
    claim = take(ledger, "speak")
    slow = _put(store, "slow")
    _age(store, 3 * _DAY_S)
    ledger.clock = lambda now=ledger.clock: now() + 3 * _DAY_S * 1000  # type: ignore[misc]
    assert collect_garbage(ledger, store, grace_s=_DAY_S).files == 0
    desk_of(ledger, claim).put(slow, 5)
    speak(ledger, claim)
    _age(store, 3 * _DAY_S)
    ledger.clock = lambda now=ledger.clock: now() + 3 * _DAY_S * 1000  # type: ignore[misc]
    kept = collect_garbage(ledger, store, grace_s=_DAY_S)
    assert (kept.artifacts, kept.files) == (0, 0), "the job is planned, and its step has used it"


def test_a_file_that_is_put_again_at_the_last_moment_stays(tmp_path: Path) -> None:
    """Somebody who puts the same file between gc's look and its deletion keeps it."""
    store = Store(tmp_path / "store")
    kept = _put(store, "again")
    _age(store, 2 * _DAY_S)
    (found,) = store.walk()
    assert _put(store, "again") == kept
    assert not store.delete_untouched(found)
    assert store.verify(kept).is_file()


def test_a_file_that_is_put_while_it_is_set_aside_stays(tmp_path: Path) -> None:
    """Somebody who puts the same file in the very moment of its deletion has it afterwards."""
    acts: list[Callable[[], object]] = []
    store = Store(tmp_path / "store", crash=lambda point: point == "store-set-aside" and acts.pop()())
    kept = _put(store, "again")
    _age(store, 2 * _DAY_S)
    (found,) = store.walk()
    acts.append(lambda: _put(Store(store.root), "again"))
    store.delete_untouched(found)
    assert store.verify(kept).is_file()
    gone = StoredFile(
        kind=Kind.SPEECH, key=digest("x"), digest16="0" * 16, suffix=".bin", size=1, age_s=1.0, touched_ns=1
    )
    assert not store.delete_untouched(gone)


class _Killed(BaseException):
    """A gc that was killed: nothing tidies up after it."""


def _killed_over(store: Store, word: str, *, again: bool) -> Artifact:
    """What is left of an old file that gc set aside before it was killed; again: somebody had put it anew."""

    def crash(point: str) -> None:
        if point == "store-set-aside":
            raise _Killed

    artifact = _put(store, word)
    _age(store, 2 * _DAY_S)
    (found,) = store.walk()
    if again:
        _put(store, word)
    with pytest.raises(_Killed):
        Store(store.root, crash=crash).delete_untouched(found)
    assert not (store.root / artifact.path).exists()
    return artifact


@pytest.mark.parametrize("after", ["open", "gc", "put"])
def test_a_gc_that_is_killed_over_a_file_that_was_put_again_has_not_taken_it(
    ledger: Ledger, tmp_path: Path, after: str
) -> None:
    """Whoever comes next has the file back: who opens it, the next gc, and who puts it once more."""
    store = Store(tmp_path / "store")
    kept = _killed_over(store, "again", again=True)
    if after == "gc":
        assert collect_garbage(ledger, store, grace_s=_DAY_S).files == 0
        assert (store.root / kept.path).is_file()
    elif after == "put":
        _put(store, "again")
    assert store.verify(kept).read_text() == "again"
    collect_garbage(ledger, store, grace_s=_DAY_S)
    assert [path for path in store.root.rglob("*") if path.is_file()] == [store.open(kept)]


def test_the_next_gc_deletes_what_one_was_killed_over(ledger: Ledger, tmp_path: Path) -> None:
    """What nobody put again is no longer kept for having been set aside."""
    store = Store(tmp_path / "store")
    _killed_over(store, "old", again=False)
    swept = collect_garbage(ledger, store, grace_s=_DAY_S)
    assert (swept.files, swept.parts) == (1, 0)
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("again", [True, False])
def test_a_file_is_there_while_gc_looks_at_it(tmp_path: Path, again: bool) -> None:  # noqa: FBT001 - a parameter
    """Who opens a file in the very moment in which it is set aside has it, and so gc leaves it for later."""
    opened: list[Path] = []
    store = Store(tmp_path / "store", crash=lambda point: point == "store-set-aside" and look())
    kept = _put(store, "again")
    _age(store, 2 * _DAY_S)
    (found,) = store.walk()
    if again:
        _put(store, "again")

    def look() -> None:
        opened.append(Store(store.root).verify(kept))

    assert not store.delete_untouched(found)
    assert opened == [store.open(kept)]


def test_workers_that_were_gone_for_a_week_are_forgotten(ledger: Ledger, tmp_path: Path) -> None:
    """Every process that ever worked would otherwise be read at each look at the farm."""
    store = Store(tmp_path / "store")
    for name in ("old", "new"):
        workers.register(ledger, name, host="h", device="cpu", capabilities=["speak"], profiles=[])
    workers.leave(ledger, "old")
    assert collect_garbage(ledger, store, grace_s=_DAY_S).workers == 0
    ledger.clock = lambda now=ledger.clock: now() + 8 * _DAY_S * 1000  # type: ignore[misc]
    assert collect_garbage(ledger, store, grace_s=_DAY_S).workers == 1
    assert [worker.name for worker in workers.read_workers(ledger)] == ["new"]
