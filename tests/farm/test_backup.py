"""What a backup holds, what a restore refuses, and who stays forgotten when one is put back."""

from __future__ import annotations

import errno
import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import profiles
from db.auditing import read_audit
from db.backups import read_last_backup
from db.ledger import Ledger
from db.profiles import Profile, ProfileDraft
from farm.backup import INDEX, BackedUp, back_up
from farm.bootstrap import Farm, Settings, open_farm
from farm.forget import forget
from farm.profiles import ending
from farm.register import Deed, Entry, Place, profile_digest, register_of
from farm.restore import Lost, Told, put_settings, restore
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.people import ProfileKind
from tests.db.fuse import Fuse
from tests.tasks.yard import break_ground, quick_settings

_ALL_TIME = 1 << 42


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a farm with a ledger and an archive."""
    made = quick_settings(tmp_path / "home")
    break_ground(made)
    return made


@pytest.fixture
def farm(settings: Settings) -> Iterator[Farm]:
    """That farm; closed before anything is restored."""
    with open_farm(settings) as opened:
        yield opened


def person(farm: Farm, name: str) -> Profile:
    """Enter a portrait of somebody, with a consent; nobody looks at it."""
    given = farm.settings.home / "given"
    files = []
    for what in ("picture", "consent"):
        given.write_text(f"{what} of {name}")
        files.append(farm.store.adopt(Kind.SOURCE, ".txt", given, limit_bytes=1000))
    draft = ProfileDraft(
        kind=ProfileKind.PORTRAIT,
        name=name,
        person=f"{name} Lee",
        owner="Bert",
        department="default",
        reference=files[0],
        document=files[1],
        expires_ms=_ALL_TIME,
    )
    return profiles.add(farm.ledger, draft, by="bert")


def kept(farm: Farm, folder: Path) -> BackedUp:
    """A backup, after which the farm is closed."""
    done = back_up(farm, folder)
    farm.close()
    return done


def test_whoever_was_forgotten_since_stays_forgotten(farm: Farm, settings: Settings, tmp_path: Path) -> None:
    """And a consent that was taken back stays so, and a profile that was removed; others come back."""
    people = {name: person(farm, name) for name in ("Anna", "Ben", "Cleo", "Dora")}
    taken = back_up(farm, tmp_path / "backup")
    forget(farm, "anna lee", by="bert")
    ending.withdraw(farm, people["Ben"], by="bert")
    ending.remove(farm, people["Cleo"], by="bert")
    farm.close()
    (settings.home / "ledger.sqlite3").unlink()
    done = restore(settings, taken.folder, by="bert")
    assert (done.people, done.consents, done.told) == (1, 2, Told.ALL)
    with open_farm(settings) as again:
        found = {each.name: each for each in profiles.read_all(again.ledger, ProfileKind.PORTRAIT)}
        assert set(found) == {"Ben", "Dora"}
        assert (found["Ben"].withdrawn, found["Dora"].withdrawn) == (True, False)
        assert again.store.verify(found["Dora"].reference)
    assert not (settings.store_root / people["Anna"].reference.path).exists()
    named = [path for path in settings.home.rglob("*.json") if b"Lee" in path.read_bytes()]
    assert named == [], "the register tells nobody's name"


def test_with_the_store_gone_people_come_from_the_backup_and_the_register_from_the_archive(
    farm: Farm, settings: Settings, tmp_path: Path
) -> None:
    """And from this home, which knows what the archive was not told while away; what is unsure is said."""
    anna, ben, dora = (person(farm, name) for name in ("Anna", "Ben", "Dora"))
    taken = back_up(farm, tmp_path / "backup")
    forget(farm, "Anna Lee", by="bert")
    away = settings.archive_root.rename(tmp_path / "unmounted")
    ending.withdraw(farm, ben, by="bert")
    away.rename(settings.archive_root)
    farm.close()
    shutil.rmtree(settings.store_root)
    (settings.home / "ledger.sqlite3").unlink()
    with pytest.raises(InputError, match="restore-store-other"):
        restore(settings, taken.folder, by="bert")
    done = restore(settings, taken.folder, by="bert", without=[Lost.STORE])
    assert (done.told, done.people, done.consents) == (Told.MOST, 1, 1)
    assert (settings.store_root / dora.reference.path).is_file()
    assert not (settings.store_root / anna.reference.path).exists()
    shutil.rmtree(settings.store_root)
    shutil.rmtree(settings.archive_root)
    shutil.rmtree(settings.home / "register")
    done = restore(settings, taken.folder, by="bert", replace=True, without=list(Lost))
    assert (done.told, done.people) == (Told.NOTHING, 0)
    assert (settings.store_root / anna.reference.path).is_file()


def test_who_takes_a_consent_back_and_is_killed_is_heard_by_any_restore(farm: Farm) -> None:
    """The register knows before the ledger does, so that no ledger ever says more than it."""
    ben = person(farm, "Ben")
    fuse = Fuse()
    with fuse.lit(0):
        ending.withdraw(replace(farm, ledger=Ledger(farm.ledger.engine, crash=fuse)), ben, by="bert")
    assert fuse.passed == ["withdraw-before-commit"]
    told = Entry(deed=Deed.WITHDRAWN, subject=profile_digest(ben))
    assert told in register_of(farm).read([Place.STORE]).values()


def test_the_farm_knows_when_it_was_backed_up_last(
    farm: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the audit, which every host reads; one that fails does not count."""
    assert read_last_backup(farm.ledger) == 0
    farm.ledger.clock = lambda: 1_795_348_800_000
    taken = back_up(farm, tmp_path / "backup")
    farm.ledger.clock = lambda: 1_795_348_900_000
    with monkeypatch.context() as patch:
        patch.setattr("farm.backup.snapshots.take", _no_room)
        with pytest.raises(AwayError, match="backup-full"):
            back_up(farm, tmp_path / "another")
    assert read_last_backup(farm.ledger) == 1_795_348_800_000
    (line,) = read_audit(farm.ledger, limit=1)
    assert (line.verb, json.loads(line.detail)) == ("backup", {"bytes": taken.bytes})


def _no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_backup_is_its_owners_alone_and_nothing_is_overwritten(farm: Farm, tmp_path: Path) -> None:
    """Whatever the mask of the process; a folder that holds something is refused."""
    person(farm, "Anna")
    taken = back_up(farm, tmp_path / "backup")
    for path in taken.folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    with pytest.raises(InputError, match="backup-folder-taken"):
        back_up(farm, taken.folder)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_nothing_is_restored_from_what_is_damaged(farm: Farm, settings: Settings, tmp_path: Path) -> None:
    """Every file of a backup is read before anything is changed."""
    person(farm, "Anna")
    taken = kept(farm, tmp_path / "backup")
    before = (settings.home / "ledger.sqlite3").read_bytes()
    (some,) = [path for path in taken.folder.rglob("*.txt") if b"consent" in path.read_bytes()]
    some.write_text("another")
    with pytest.raises(InputError, match="backup-damaged"):
        restore(settings, taken.folder, by="bert", replace=True)
    (taken.folder / INDEX).unlink()
    with pytest.raises(InputError, match="backup-unknown"):
        restore(settings, taken.folder, by="bert", replace=True)
    assert (settings.home / "ledger.sqlite3").read_bytes() == before


def test_a_ledger_that_is_there_is_put_aside_when_nobody_uses_it(
    farm: Farm, settings: Settings, tmp_path: Path
) -> None:
    """It is neither overwritten nor deleted; one that somebody has open is left alone."""
    taken = back_up(farm, tmp_path / "backup")
    person(farm, "Anna")
    with pytest.raises(InputError, match="restore-ledger-used"):
        restore(settings, taken.folder, by="bert", replace=True)
    farm.close()
    with pytest.raises(InputError, match="restore-ledger-there"):
        restore(settings, taken.folder, by="bert")
    done = restore(settings, taken.folder, by="bert", replace=True)
    aside = quick_settings(settings.home, LEDGER__URL=f"sqlite:///{done.aside}")
    for each, names in ((settings, set()), (aside, {"Anna"})):
        with open_farm(each) as opened:
            assert {one.name for one in profiles.read_all(opened.ledger, ProfileKind.PORTRAIT)} == names


def test_settings_come_back_where_there_are_none(farm: Farm, settings: Settings, tmp_path: Path) -> None:
    """A file that is there is left as it is."""
    place = settings.home / "lectern.toml"
    place.write_text("[film]\nfps = 30\n")
    taken = kept(farm, tmp_path / "backup")
    assert json.loads((taken.folder / "settings.json").read_text())["worker"]["count"] == 2
    assert not put_settings(settings, taken.folder)
    place.unlink()
    assert put_settings(settings, taken.folder)
    assert place.read_text() == "[film]\nfps = 30\n"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
