"""Whoever restores or rebuilds may be killed at any point: the same command, given again, does all of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from db import profiles
from db.engine import connect, revision_of
from farm.backup import BackedUp, back_up
from farm.bootstrap import Farm, Settings, open_farm
from farm.forget import forget
from farm.profiles import ending
from farm.restore import rebuild, restore
from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.people import ProfileKind
from pipeline.plan.trace import parse
from pipeline.steps.archive import init_archive
from tests.db.acting import speak, take
from tests.db.fuse import Killed
from tests.db.points import crash_points_alone
from tests.db.test_restore import destroy
from tests.farm.test_backup import person
from tests.tasks.yard import Row, one, quick_settings, sow

#: Where a ledger is whole already, on either database.
_DONE = {"restore-file-named", "restore-schema-after-open"}
_DIGEST = hashlib.sha256(b"").hexdigest()


class KillAt:
    """Kills whoever passes a point of a name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, point: str) -> None:
        """Pass a crash point, or be killed there."""
        if point == self.name:
            raise Killed(point)


class Failing(KillAt):
    """Has a file operation fail at a point, where nobody is killed."""

    def __call__(self, point: str) -> None:
        """Pass a crash point, or fail there."""
        if point == self.name:
            raise TransientError("store-failed", reason="Input/output error")


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    """Those of a farm on each database in turn, with an archive."""
    made = quick_settings(tmp_path / "home", LEDGER__URL=url)
    made.home.mkdir(parents=True)
    init_archive(made.archive_root)
    return made


@pytest.fixture
def taken(settings: Settings, tmp_path: Path) -> BackedUp:
    """A backup of a farm at work, which then went on, so that a restore has to do all that it ever does."""
    with open_farm(settings) as farm:
        for name in ("Anna", "Ben"):
            person(farm, name)
        sow(farm, [Row(row="known", script="One."), Row(row="other", script="Two.")])
        speak(farm.ledger, take(farm.ledger, "speak"))
        take(farm.ledger, "speak")
        done = back_up(farm, tmp_path / "backup")
        forget(farm, "anna lee", by="bert")
        found = profiles.find(farm.ledger, ProfileKind.PORTRAIT, "Ben")
        assert found is not None
        ending.withdraw(farm, found, by="bert")
        person(farm, "Dora")
        trace = parse(str(one(farm, "SELECT traceparent FROM jobs WHERE row_name = 'other'"))).trace_id
        deliver(farm, "other", trace)
        deliver(farm, "unknown", "a" * 32)
    shutil.rmtree(settings.store_root / "source")
    return done


def deliver(farm: Farm, row: str, trace: str) -> None:
    """Lay a film of today and its manifest into the archive."""
    now = datetime.now().astimezone()
    folder = farm.archive / f"{now:%Y-%m-%d}"
    folder.mkdir(exist_ok=True)
    file = {"digest": _DIGEST, "size": 1}
    told = {
        "trace": trace,
        "submitted": now.astimezone(UTC).isoformat(timespec="milliseconds"),
        "frames": 5,
        "essence": _DIGEST,
        "film": file,
        "poster": file,
        "captions": {"srt": file, "vtt": file},
        "row": row,
        "title": row,
        "user": "test",
        "scene": row,
        "inputs": {
            "script": file,
            "portrait": file,
            "voice": {"engine": "espeak", "name": "en-us", "language": "en"},
            "options": {},
        },
        "profile": {"engine": "warp"},
        "format": {"width": 128, "height": 128, "fps": 25},
    }
    (folder / f"{row}.mp4").write_bytes(b"")
    (folder / f"{row}.json").write_text(json.dumps(told))


def people(settings: Settings) -> dict[str, bool]:
    """Whose portraits the ledger knows, and whether their consent was taken back."""
    with open_farm(settings) as farm:
        return {each.name: each.withdrawn for each in profiles.read_all(farm.ledger, ProfileKind.PORTRAIT)}


#: Before the backup was followed by other things, and after a restore of it; Ben's consent stays taken back.
AFTER, RESTORED = {"Ben": True, "Dora": False}, {"Ben": True}


def kept_aside(settings: Settings, place: str) -> set[str]:
    """Whose portraits the ledger knows that was put aside."""
    of_schema = not settings.ledger_url.startswith("sqlite")
    engine = connect(settings.ledger_url if of_schema else f"sqlite:///{place}")
    with engine.connect() as connection:
        where = f'"{place}".profiles' if of_schema else "profiles"
        names = set(connection.execute(text(f"SELECT name FROM {where}")).scalars())  # noqa: S608 - our own name
    engine.dispose()
    return names


class Witness:
    """Looks at every point at what somebody would find who came there: nothing new, until all is done."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.ledger_url
        self._before = self._look()
        self.passed: list[str] = []

    def __call__(self, point: str) -> None:
        """Pass a crash point."""
        self.passed.append(point)
        # Who looks while PostgreSQL's tables are moved waits until that is done, or undone.
        if not _DONE & set(self.passed) and not point.startswith("restore-schema-before-"):
            assert self._look() == self._half(), point

    def _half(self) -> str:
        """The old ledger is there until another one takes its place; in PostgreSQL it lies aside."""
        return self._before if self._url.startswith("sqlite") else "ledger-half-restored"

    def _look(self) -> str:
        if self._url.startswith("sqlite"):
            path = connect(self._url).url.database
            with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as ledger:
                return "".join(ledger.iterdump())
        engine = connect(self._url)
        try:
            return str(revision_of(engine))
        except InputError as error:
            return error.code
        finally:
            engine.dispose()


def test_a_restore_that_is_killed_is_done_by_the_same_command(settings: Settings, taken: BackedUp) -> None:
    """At no point can anybody open a half, and what was there lies aside when all is done."""
    is_sqlite = settings.ledger_url.startswith("sqlite")
    for name in (
        ["restore-file-aside"] if is_sqlite else ["restore-schema-filled", "restore-schema-before-open"]
    ):
        with pytest.raises(Killed):
            restore(settings, taken.folder, by="test", replace=True, crash=KillAt(name))
        if is_sqlite:
            assert people(settings) == AFTER, name
        else:
            with pytest.raises(InputError, match="ledger-half-restored"):
                people(settings)
    witness = Witness(settings)
    done = restore(settings, taken.folder, by="test", replace=True, crash=witness)
    assert (done.people, done.consents, done.found.archived, done.found.entered) == (1, 1, 1, 1)
    assert people(settings) == RESTORED
    assert kept_aside(settings, done.aside) == set(AFTER)
    others = "restore-schema-" if is_sqlite else "restore-file-"
    here = {each for each in crash_points_alone() if not each.startswith(others)}
    assert set(witness.passed) >= here - {"restore-schema-upgraded"}, "which no restore of this schema passes"


def test_what_fails_changes_nothing_and_what_is_done_is_not_done_again(
    settings: Settings, taken: BackedUp
) -> None:
    """A failure leaves the old ledger in its place; a half is never taken for a ledger; an end is known."""
    is_sqlite = settings.ledger_url.startswith("sqlite")
    with pytest.raises(TransientError, match="store-failed"):
        restore(settings, taken.folder, by="test", replace=True, crash=Failing("restore-epoch-before-commit"))
    assert people(settings) == AFTER
    if not is_sqlite:
        with pytest.raises(Killed):
            rebuild(settings, by="test", replace=True, crash=KillAt("restore-schema-upgraded"))
    done = rebuild(settings, by="test", replace=True)
    assert (done.films, kept_aside(settings, done.aside)) == (2, set(AFTER))
    destroy(settings)
    with pytest.raises(Killed):
        restore(settings, taken.folder, by="test", crash=KillAt("restore-tell-after-commit"))
    with pytest.raises(InputError, match="ledger-half-restored"):
        people(settings)
    named = "restore-file-named" if is_sqlite else "restore-schema-after-open"
    with pytest.raises(Killed):
        restore(settings, taken.folder, by="test", crash=KillAt(named))
    with pytest.raises(InputError, match="restore-done-already"):
        restore(settings, taken.folder, by="test")
    assert people(settings) == RESTORED
