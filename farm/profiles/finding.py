"""Find the profiles that a row names, as far as its department may use them and their consents hold."""

from __future__ import annotations

import difflib
from pathlib import Path

from db import profiles
from db.profiles import Profile, check_standing
from farm.bootstrap import Farm
from farm.departments import DEPARTMENT
from farm.once import Once
from farm.rows import Wanted
from pipeline.plan.errors import DamageError, InputError
from pipeline.plan.people import ProfileKind, ProfileUse, folded, named_in
from pipeline.store import Store

_LIKENESS = 0.6
_NEAR = 3
_QUOTED_CHARACTERS = 64


def find(farm: Farm, kind: ProfileKind, name: str, *, department: str) -> Profile:
    """The profile of that name, if a department may use it now.

    Args:
        farm: the farm.
        kind: what of a person it holds.
        name: as somebody wrote it; case does not matter.
        department: who wants to use it.

    Raises:
        InputError: ``profile-unknown``, ``profile-foreign``, ``consent-withdrawn`` or ``consent-expired``.
        AwayError: ``ledger-away``.
    """
    found = named(farm, kind, name)
    if not found.may_be_used_by(department):
        raise InputError(
            "profile-foreign", kind=kind.value, name=found.name, owner=found.department, department=department
        )
    check_standing(found, found.standing(farm.ledger.clock()))
    return found


def named(farm: Farm, kind: ProfileKind, name: str) -> Profile:
    """The profile of that name, whoever may use it.

    Raises:
        InputError: ``profile-unknown``, with names like it.
        AwayError: ``ledger-away``.
    """
    found = profiles.find(farm.ledger, kind, name)
    if found is None:
        names = {folded(each.name): each.name for each in profiles.read_all(farm.ledger, kind)}
        near = difflib.get_close_matches(folded(name), names, n=_NEAR, cutoff=_LIKENESS)
        known = ", ".join(names[each] for each in near) or "-"
        raise InputError("profile-unknown", kind=kind.value, name=name[:_QUOTED_CHARACTERS], known=known)
    return found


def use_of(profile: Profile) -> ProfileUse:
    """What a job is promised of a profile, and its film tells."""
    return ProfileUse(
        kind=profile.kind,
        name=profile.name,
        person=profile.person,
        department=profile.department,
        consent=profile.consent,
        reference=profile.reference if profile.kind is ProfileKind.VOICE else None,
    )


class Finder:
    """Finds profiles for rows, each once for all the rows that name it.

    Args:
        farm: the farm.
    """

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        self._found: Once[tuple[ProfileKind, str, str], Profile] = Once()
        self._files: Once[str, Path] = Once()

    def find(self, kind: ProfileKind, name: str, *, department: str) -> Profile:
        """As `find`; an empty department is the usual one."""
        wanted = department or DEPARTMENT
        return self._found.find(
            (kind, folded(name), wanted), lambda: find(self._farm, kind, name, department=wanted)
        )

    def picture(self, name: str, department: str) -> tuple[Path, str]:
        """Where the picture of a portrait's profile lies, and its digest.

        Raises:
            InputError: as `find`, or the picture was lost from the store.
            AwayError: the ledger or the store cannot be reached.
        """
        profile = self.find(ProfileKind.PORTRAIT, name, department=department)
        return self._opened(profile), profile.reference.digest

    def sample(self, name: str, department: str) -> str:
        """SHA-256 (hex) of the sample of a voice's profile.

        Raises:
            InputError: as `find`.
        """
        return self.find(ProfileKind.VOICE, name, department=department).reference.digest

    def lend_sample(self, name: str, department: str, store: Store) -> None:
        """Copy the sample of a voice's profile into another store than the farm's.

        Raises:
            InputError: as `find`, or the sample was lost from the store.
            TransientError, AwayError: the ledger or a store cannot be reached, or is full.
        """
        profile = self.find(ProfileKind.VOICE, name, department=department)
        sample = profile.reference
        store.adopt(sample.kind, sample.suffix, self._opened(profile), limit_bytes=sample.size)

    def uses_of(self, row: Wanted) -> tuple[ProfileUse, ...]:
        """What a row is promised: the portrait and the voice that it names by their profiles.

        Raises:
            InputError: as `find`.
        """
        voice = named_in(row.voice)
        wanted = [(ProfileKind.PORTRAIT, row.portrait_profile)] if row.portrait_profile else []
        wanted += [(ProfileKind.VOICE, voice.name)] if voice is not None else []
        return tuple(use_of(self.find(kind, name, department=row.department)) for kind, name in wanted)

    def _opened(self, profile: Profile) -> Path:
        return self._files.find(profile.reference.digest, lambda: self._open(profile))

    def _open(self, profile: Profile) -> Path:
        try:
            return self._farm.store.verify(profile.reference)
        except DamageError as error:
            # No step could make it again: whoever added the profile still has the file, perhaps.
            raise InputError(error.code, **error.facts) from error
