"""The register of what a restore must not undo: who was forgotten, and whose consent was taken back.

It lies beside what it is about, in the store and in the archive, and not in the ledger, so that a ledger of
yesterday can be told what happened since. Nobody's name stands in it: a person and a profile are told by a
digest. Each entry is a file of its own that is never changed, since no lock is to be trusted on a share.
"""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from db.profiles import Profile
from pipeline.apart import Apart
from pipeline.durable import Trouble, give_name, sync_folder, trouble
from pipeline.plan.errors import AwayError, TransientError
from pipeline.plan.keys import digest_of
from pipeline.plan.people import folded
from pipeline.steps.archive import archive_id

_STORE = ".register"
_ARCHIVE = ".lectern-register"
_SUFFIX = ".json"


class Deed(StrEnum):
    """What an entry tells."""

    FORGOTTEN = "forgotten"  #: a person, with everything of theirs
    WITHDRAWN = "withdrawn"  #: a profile's consent was taken back
    REMOVED = "removed"  #: a profile was removed
    BACKUP = "backup"  #: a backup was taken: who has this entry has all that came before it, too


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the register.

    Attributes:
        deed: what was done.
        subject: whom or what it concerns: a digest, or a backup's id.
    """

    deed: Deed
    subject: str


def person_digest(person: str) -> str:
    """What the register and the audit tell of a person instead of their name."""
    return digest_of("person", 1, name=folded(person))


def profile_digest(profile: Profile) -> str:
    """What the register tells of a profile."""
    return digest_of("profile", 1, what=profile.kind.value, name=folded(profile.name))


class Register:
    """The register of one farm, in both of its places.

    Args:
        store: root of the store, where every entry stands.
        archive: root of the archive, which has a copy of each from when it can be reached.
        apart: touches that.
    """

    def __init__(self, store: Path, archive: Path, apart: Apart) -> None:
        self._store = store / _STORE
        self._archive = archive
        self._apart = apart

    def enter(self, deed: Deed, subject: str) -> str:
        """Make an entry, durably; its name.

        Raises:
            AwayError, TransientError: the store cannot be written.
        """
        name = uuid.uuid4().hex
        text = json.dumps({"deed": deed.value, "subject": subject}).encode()
        try:
            _put(self._store, name, text)
        except OSError as error:
            _raise(error)
        self._copy()
        return name

    def read(self, places: Iterable[str] = ("store", "archive")) -> Mapping[str, Entry]:
        """Every entry by its name, of some of the places.

        Raises:
            AwayError, TransientError: the store cannot be read; an archive that is away tells nothing.
        """
        found: dict[str, Entry] = {}
        for place in places:
            for name, text in (self._here() if place == "store" else self._there()).items():
                told = json.loads(text)
                found[name] = Entry(deed=Deed(told["deed"]), subject=str(told["subject"]))
        return found

    def merge(self) -> None:
        """Have each place tell what the other does, where both can be reached.

        Raises:
            AwayError, TransientError: the store cannot be written.
        """
        self._copy()
        try:
            here, there = self._here(), self._there()
            for name in there.keys() - here.keys():
                _put(self._store, name, there[name])
        except OSError as error:
            _raise(error)

    def _here(self) -> Mapping[str, bytes]:
        try:
            return _listed(self._store)
        except OSError as error:
            _raise(error)

    def _there(self) -> Mapping[str, bytes]:
        try:
            return self._apart.run(_listed, self._archive / _ARCHIVE)
        except (AwayError, OSError):
            return {}

    def _copy(self) -> None:
        """Bring the archive's copy up to date; one that is away gets it with the next entry, or backup."""
        with contextlib.suppress(AwayError, OSError):
            self._apart.run(_copy_into, self._archive, self._here())


def _copy_into(archive: Path, entries: Mapping[str, bytes]) -> None:
    """Have an archive hold some entries."""
    archive_id(archive)
    folder = archive / _ARCHIVE
    for name in entries.keys() - _listed(folder).keys():
        _put(folder, name, entries[name])


def _listed(folder: Path) -> Mapping[str, bytes]:
    if not folder.is_dir():
        return {}
    return {path.stem: path.read_bytes() for path in folder.glob(f"*{_SUFFIX}")}


def _put(folder: Path, name: str, text: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.{uuid.uuid4().hex}.part"
    with part.open("xb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        give_name(part, folder / f"{name}{_SUFFIX}")
    finally:
        part.unlink(missing_ok=True)
    sync_folder(folder)
    sync_folder(folder.parent)


def _raise(error: OSError) -> NoReturn:
    kind, reason = trouble(error)
    if kind is Trouble.OTHER:
        raise TransientError("store-failed", reason=reason) from error
    code = "store-full" if kind is Trouble.FULL else "store-away"
    raise AwayError(code, reason=reason) from error
