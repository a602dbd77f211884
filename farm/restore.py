"""Restore a farm from a backup, or from its archive alone: what is there is adopted, what is lost is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from db import consents, profiles, rebuilding, restoring, snapshots
from db.engine import connect, place_of
from db.ledger import CrashPoint, Ledger, no_crash
from db.profiles import Profile
from db.snapshots import Raised, undoing
from farm import forget as forgetting
from farm.backup import FILES, SETTINGS, Index, read_index
from farm.bootstrap import Farm, Settings, furnish, open_workshop, settings_file
from farm.reconcile import Reconciled, films_in, reconcile
from farm.register import Deed, Entry, Place, Register, person_digest, profile_digest, register_of
from pipeline.apart import Apart
from pipeline.durable import sync_file, sync_folder
from pipeline.plan.errors import InputError
from pipeline.plan.people import ProfileKind
from pipeline.steps.archive import archive_id
from pipeline.store import Store


class Lost(StrEnum):
    """What may be given up for good."""

    STORE = Place.STORE.value
    ARCHIVE = Place.ARCHIVE.value


class Told(StrEnum):
    """How much is known of who was forgotten, and whose consent was taken back, since a backup."""

    ALL = "all"  #: everything: the store's register is there
    MOST = "most"  #: what was told to the archive, or in this home: the store's register is lost
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came of a restore.

    Attributes:
        index: what was restored.
        found: what became of the farm since the backup.
        aside: what the ledger is called now that was there before; empty where none was.
        told: how much the register that is there knows of what happened to people since the backup.
        people: how many people were forgotten once more.
        consents: how many consents were taken back, or profiles removed, once more.
    """

    index: Index
    found: Reconciled
    aside: str
    told: Told
    people: int
    consents: int


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What came of a rebuild: how many films were entered, and what the ledger is called that was there."""

    films: int
    aside: str


def put_settings(settings: Settings, folder: Path) -> bool:
    """Put a backup's settings file where this home has none; whether that was done."""
    source, target = folder / SETTINGS, settings_file(settings)
    if target.exists() or not source.is_file():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(source.read_bytes())
    sync_file(part)
    part.replace(target)
    sync_folder(target.parent)
    return True


def restore(
    settings: Settings,
    folder: Path,
    *,
    by: str,
    replace: bool = False,
    without: Collection[Lost] = (),
    crash: CrashPoint = no_crash,
) -> Restored:
    """Put a backup's ledger in place, and have it agree with store and archive before anybody opens it.

    Whoever is killed in it is followed by the same call, which begins anew; what goes wrong leaves the ledger
    as it was.

    Whoever was forgotten since the backup was taken is forgotten again, and consents that were taken back
    stay so: the register tells, of which the store or the archive must have what the backup knew of.

    Args:
        settings: where everything goes.
        folder: the backup.
        by: whose act it is.
        replace: whether a ledger that is there may be put aside.
        without: what is lost for good. Otherwise each must be the one that the
            backup knew, so that a share which is not mounted is never taken for an empty one.
        crash: called between two changes with the point's name.

    Raises:
        InputError: ``backup-unknown``, ``backup-damaged``, ``restore-store-other``,
            ``restore-archive-other``, or as `db.snapshots.check_free` and `db.snapshots.put_back`.
        AwayError, TransientError: a place cannot be reached.
    """
    index = read_index(folder)
    with _hand(settings) as apart:
        _check_places(settings, index, apart, without)
        _check_free(settings, index, replace=replace)
        raised = snapshots.put_back(settings.ledger_url, index.ledger, folder, crash=crash)
        with _raised(settings, raised, apart, crash) as farm:
            register = register_of(farm)
            _give_back(farm.store, index, folder, crash)
            register.merge()
            crash("restore-register-merged")
            entries = register.read()
            _begin_epoch(farm, register)
            found = reconcile(farm, taken_ms=index.taken_ms, with_archive=Lost.ARCHIVE not in without)
            since = [entry for name, entry in entries.items() if name not in index.register]
            people, ended = _repeat(farm, since, by=by)
            told = {"backup": index.id, "taken": index.taken_ms, **asdict(found)}
            restoring.tell(farm.ledger, "restored", by=by, detail=json.dumps(told, sort_keys=True))
            aside = raised.finish()
    known = Told.NOTHING
    if _taking(index) in entries.values():
        known = Told.MOST if Lost.STORE in without else Told.ALL
    return Restored(index=index, found=found, aside=aside, told=known, people=people, consents=ended)


def rebuild(settings: Settings, *, by: str, replace: bool = False, crash: CrashPoint = no_crash) -> Rebuilt:
    """Make a ledger from the manifests of the archive's films alone.

    Its films are known again, and rows that are submitted again come to them. What was not archived, and
    profiles, departments and words, are not in an archive.

    Raises:
        InputError, AwayError, TransientError: as `restore`.
    """
    with _hand(settings) as apart:
        apart.run(archive_id, settings.archive_root)
        engine = connect(settings.ledger_url)
        snapshots.check_free(engine, replace=replace)
        engine.dispose()
        raised = snapshots.put_new(settings.ledger_url, crash=crash)
        with _raised(settings, raised, apart, crash) as farm:
            _begin_epoch(farm, register_of(farm))
            number = rebuilding.enter(farm.ledger, list(films_in(farm.apart, farm.archive)))
            restoring.tell(farm.ledger, "rebuilt", by=by, detail=json.dumps({"films": number}))
            aside = raised.finish()
    return Rebuilt(films=number, aside=aside)


@contextmanager
def _raised(settings: Settings, raised: Raised, apart: Apart, crash: CrashPoint) -> Iterator[Farm]:
    """A farm around a ledger that nobody else opens yet; what goes wrong is undone."""
    ledger = Ledger(raised.engine, crash=crash)
    with undoing(raised.undo), furnish(open_workshop(settings), ledger, apart) as farm:
        yield farm


def _begin_epoch(farm: Farm, register: Register) -> None:
    """Have nobody who comes late be taken for who holds a step now, in whichever life of the ledger."""
    before = [int(each.subject) for each in register.read().values() if each.deed is Deed.EPOCH]
    restoring.begin_epoch(farm.ledger, before, lambda epoch: register.enter(Deed.EPOCH, str(epoch)))


def _hand(settings: Settings) -> Apart:
    """What touches the archive before there is a farm."""
    return Apart(settings.archive_root, stuck_s=settings.archive.stuck_s)


def _check_places(settings: Settings, index: Index, apart: Apart, without: Collection[Lost]) -> None:
    """Return if store and archive are those that the backup knew, or are given up.

    Raises:
        InputError: ``restore-store-other`` or ``restore-archive-other``.
        AwayError: as `archive_id`.
    """
    register = Register(settings, apart)
    if Lost.STORE not in without and _taking(index) not in register.read([Place.STORE]).values():
        raise InputError("restore-store-other", store=str(settings.store_root))
    root = settings.archive_root
    if Lost.ARCHIVE not in without and index.archive and apart.run(archive_id, root) != index.archive:
        raise InputError("restore-archive-other", archive=str(root))


def _check_free(settings: Settings, index: Index, *, replace: bool) -> None:
    """Return if the ledger may take its place.

    Raises:
        InputError, AwayError: as `db.snapshots.check_free`; or ``restore-done-already``.
    """
    engine = connect(settings.ledger_url)
    try:
        snapshots.check_free(engine, replace=replace)
    except InputError as error:
        if error.code == "restore-ledger-there" and index.id in restoring.restored_from(engine):
            raise InputError("restore-done-already", place=place_of(engine)) from error
        raise
    finally:
        engine.dispose()


def _taking(index: Index) -> Entry:
    """What the register tells of a backup."""
    return Entry(deed=Deed.BACKUP, subject=index.id)


def _give_back(store: Store, index: Index, folder: Path, crash: CrashPoint) -> None:
    """Have a backup's files in the store again that are not there."""
    for file in index.files:
        path = store.root / file.path
        if path.is_file() and path.stat().st_size == file.size:
            continue
        source = folder / FILES / file.path

        def write(part: Path, source: Path = source) -> None:
            shutil.copyfile(source, part)

        if store.put(file.kind, file.key, file.suffix, write) != file:
            raise InputError("backup-damaged", file=file.path, folder=str(folder))
        crash("restore-given-back")


def _repeat(farm: Farm, since: Collection[Entry], *, by: str) -> tuple[int, int]:
    """Do once more what the register tells that the backup did not know of; people and consents concerned."""
    subjects = {deed: {each.subject for each in since if each.deed is deed} for deed in Deed}
    every = [each for kind in ProfileKind for each in profiles.read_all(farm.ledger, kind)]
    gone = sorted({each.person for each in every if person_digest(each.person) in subjects[Deed.FORGOTTEN]})
    people = {person_digest(person): person for person in gone}
    for person in people.values():
        forgetting.forget(farm, person, by=by)
    ended = 0
    for kind in ProfileKind:
        for profile in profiles.read_all(farm.ledger, kind):
            told = profile_digest(profile)
            if told in subjects[Deed.REMOVED] and _removed(farm, profile, by=by):
                ended += 1
            elif told in subjects[Deed.WITHDRAWN] | subjects[Deed.REMOVED] and not profile.withdrawn:
                consents.withdraw(farm.ledger, profile, by=by)
                ended += 1
    return len(people), ended


def _removed(farm: Farm, profile: Profile, *, by: str) -> bool:
    try:
        profiles.remove(farm.ledger, profile, by=by)
    except InputError:
        # Films that nobody archived were ordered with it, by what the backup knows: its consent ends instead.
        return False
    return True
