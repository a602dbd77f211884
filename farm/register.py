"""The register of what a restore must not undo: who was forgotten, and whose consent was taken back.

It lies beside what it is about, in the store and in the archive, and in the home of whoever made an entry,
and not in the ledger, so that a ledger of yesterday can be told what happened since. The store's is whole:
who cannot write there makes no entry. The archive's may lag, since an archive may be away. Nobody's name
stands in it: a person and a profile are told by a digest. Each entry is a file of its own that is never
changed, since no lock is to be trusted on a share.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from db.profiles import Profile
from farm.bootstrap import Farm, Settings
from pipeline.apart import Apart
from pipeline.durable import Trouble, trouble
from pipeline.plan.errors import AwayError, TransientError
from pipeline.plan.keys import digest_of
from pipeline.plan.people import folded
from pipeline.steps.notes import put_note, put_notes_into, read_notes

_STORE = ".register"
_ARCHIVE = ".lectern-register"
_HOME = "register"


class Place(StrEnum):
    """Where the register lies."""

    STORE = "store"
    ARCHIVE = "archive"
    HOME = "home"


class Deed(StrEnum):
    """What an entry tells."""

    FORGOTTEN = "forgotten"  #: a person, with everything of theirs
    WITHDRAWN = "withdrawn"  #: a profile's consent was taken back
    REMOVED = "removed"  #: a profile was removed
    BACKUP = "backup"  #: a backup was taken: who has this entry has all that came before it, too
    EPOCH = "epoch"  #: a ledger was put back, or rebuilt: no fence was ever higher before


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the register.

    Attributes:
        deed: what was done.
        subject: whom or what it concerns: a digest, a backup's id, or a fence.
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
    """The register of one farm, in all of its places.

    Args:
        settings: where store, archive and home are.
        apart: touches the archive.
    """

    def __init__(self, settings: Settings, apart: Apart) -> None:
        self._store = settings.store_root / _STORE
        self._home = settings.home / _HOME
        self._archive = settings.archive_root
        self._apart = apart
        self._places: Mapping[Place, Callable[[], Mapping[str, bytes]]] = {
            Place.STORE: lambda: self._here(self._store),
            Place.ARCHIVE: self._there,
            Place.HOME: lambda: self._here(self._home),
        }

    def enter(self, deed: Deed, subject: str) -> str:
        """Make an entry, durably; its name.

        Raises:
            AwayError, TransientError: store or home cannot be written.
        """
        name = uuid.uuid4().hex
        text = json.dumps({"deed": deed.value, "subject": subject}).encode()
        try:
            for folder in (self._store, self._home):
                put_note(folder, name, text)
        except OSError as error:
            _raise(error)
        self._copy()
        return name

    def read(self, places: Iterable[Place] = tuple(Place)) -> Mapping[str, Entry]:
        """Every entry by its name, of some of the places; what is damaged in one is left to the others.

        Raises:
            AwayError, TransientError: store or home cannot be read; an archive that is away tells nothing.
        """
        found: dict[str, Entry] = {}
        for place in places:
            for name, text in self._places[place]().items():
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    told = json.loads(text)
                    found[name] = Entry(deed=Deed(told["deed"]), subject=str(told["subject"]))
        return found

    def merge(self) -> None:
        """Have each place tell what the others do, where they can be reached.

        Raises:
            AwayError, TransientError: store or home cannot be written.
        """
        every = {name: text for place in Place for name, text in self._places[place]().items()}
        try:
            for folder in (self._store, self._home):
                for name in every.keys() - read_notes(folder).keys():
                    put_note(folder, name, every[name])
        except OSError as error:
            _raise(error)
        self._copy()

    def _here(self, folder: Path) -> Mapping[str, bytes]:
        try:
            return read_notes(folder)
        except OSError as error:
            _raise(error)

    def _there(self) -> Mapping[str, bytes]:
        try:
            return self._apart.run(read_notes, self._archive / _ARCHIVE)
        except (AwayError, OSError):
            return {}

    def _copy(self) -> None:
        """Bring the archive's copy up to date; one that is away gets it with the next entry, or backup."""
        with contextlib.suppress(AwayError, OSError):
            self._apart.run(put_notes_into, self._archive, _ARCHIVE, self._here(self._store))


def register_of(farm: Farm) -> Register:
    """The register of a farm that is open."""
    return Register(farm.settings, farm.apart)


def _raise(error: OSError) -> NoReturn:
    kind, reason = trouble(error)
    if kind is Trouble.OTHER:
        raise TransientError("store-failed", reason=reason) from error
    code = "store-full" if kind is Trouble.FULL else "store-away"
    raise AwayError(code, reason=reason) from error
