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
from db.engine import connect
from db.ledger import Ledger
from db.profiles import Profile
from db.snapshots import Raised
from farm import forget as forgetting
from farm.backup import FILES, SETTINGS, Index, read_index
from farm.bootstrap import Farm, Settings, furnish, open_workshop, settings_file
from farm.reconcile import Reconciled, films_in, reconcile
from farm.register import Deed, Entry, Register, person_digest, profile_digest
from pipeline.apart import Apart
from pipeline.plan.errors import InputError
from pipeline.plan.people import ProfileKind
from pipeline.steps.archive import archive_id
from pipeline.store import Store


class Lost(StrEnum):
    """What may be given up for good."""

    STORE = "store"
    ARCHIVE = "archive"


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came of a restore.

    Attributes:
        index: what was restored.
        found: what became of the farm since the backup.
        aside: what the ledger is called now that was there before; empty where none was.
        told: whether a register was there that knows everything since the backup; otherwise nobody can tell
            who was forgotten since.
        people: how many people were forgotten once more.
        consents: how many consents were taken back, or profiles removed, once more.
    """

    index: Index
    found: Reconciled
    aside: str
    told: bool
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
    shutil.copyfile(source, part)
    part.chmod(0o600)
    part.replace(target)
    return True


def restore(
    settings: Settings, folder: Path, *, by: str, replace: bool = False, without: Collection[Lost] = ()
) -> Restored:
    """Put a backup's ledger in place, and have it agree with store and archive before anybody opens it.

    Whoever was forgotten since the backup was taken is forgotten again, and consents that were taken back
    stay so: the register tells, of which the store or the archive must have what the backup knew of.

    Args:
        settings: where everything goes.
        folder: the backup.
        by: whose act it is.
        replace: whether a ledger that is there may be put aside.
        without: what is lost for good. Otherwise each must be the one that the
            backup knew, so that a share which is not mounted is never taken for an empty one.

    Raises:
        InputError: ``backup-unknown``, ``backup-damaged``, ``restore-store-other``,
            ``restore-archive-other``, or as `db.snapshots.check_free` and `db.snapshots.put_back`.
        AwayError, TransientError: a place cannot be reached; the same call with `replace` begins again.
    """
    index = read_index(folder)
    with _hand(settings) as apart:
        _check_places(settings, index, apart, without)
    engine = connect(settings.ledger_url)
    snapshots.check_free(engine, replace=replace)
    engine.dispose()
    with _raised(settings, snapshots.put_back(settings.ledger_url, index.ledger, folder)) as (farm, raised):
        register = Register(farm.store.root, farm.archive, farm.apart)
        _give_back(farm.store, index, folder)
        register.merge()
        found = reconcile(farm, taken_ms=index.taken_ms, with_archive=Lost.ARCHIVE not in without)
        entries = register.read()
        since = [entry for name, entry in entries.items() if name not in index.register]
        people, ended = _repeat(farm, since, by=by)
        told = {"backup": index.id, "taken": index.taken_ms, **asdict(found)}
        restoring.tell(farm.ledger, "restored", by=by, detail=json.dumps(told, sort_keys=True))
    whole = _taking(index) in entries.values()
    return Restored(index=index, found=found, aside=raised.aside, told=whole, people=people, consents=ended)


def rebuild(settings: Settings, *, by: str, replace: bool = False) -> Rebuilt:
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
    with _raised(settings, snapshots.put_new(settings.ledger_url)) as (farm, raised):
        films = [(each.told, each.delivered) for each in films_in(farm.apart, farm.archive)]
        number = rebuilding.enter(farm.ledger, films)
        restoring.tell(farm.ledger, "rebuilt", by=by, detail=json.dumps({"films": number}))
    return Rebuilt(films=number, aside=raised.aside)


@contextmanager
def _raised(settings: Settings, raised: Raised) -> Iterator[tuple[Farm, Raised]]:
    """A farm around a ledger that nobody opens yet; it becomes the ledger when all went well."""
    with furnish(open_workshop(settings), Ledger(raised.engine)) as farm:
        yield farm, raised
    raised.finish()


def _hand(settings: Settings) -> Apart:
    """What touches the archive before there is a farm."""
    return Apart(settings.archive_root, stuck_s=settings.archive.stuck_s)


def _check_places(settings: Settings, index: Index, apart: Apart, without: Collection[Lost]) -> None:
    """Return if store and archive are those that the backup knew, or are given up.

    Raises:
        InputError: ``restore-store-other`` or ``restore-archive-other``.
        AwayError: as `archive_id`.
    """
    register = Register(settings.store_root, settings.archive_root, apart)
    if Lost.STORE not in without and _taking(index) not in register.read((Lost.STORE,)).values():
        raise InputError("restore-store-other", store=str(settings.store_root))
    root = settings.archive_root
    if Lost.ARCHIVE not in without and index.archive and apart.run(archive_id, root) != index.archive:
        raise InputError("restore-archive-other", archive=str(root))


def _taking(index: Index) -> Entry:
    """What the register tells of a backup."""
    return Entry(deed=Deed.BACKUP, subject=index.id)


def _give_back(store: Store, index: Index, folder: Path) -> None:
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
