"""End profiles of people, so that no restore undoes it: take back a consent, remove a profile."""

from __future__ import annotations

from db import consents, profiles
from db.acts import Operated
from db.profiles import Profile
from farm.bootstrap import Farm
from farm.register import Deed, Register, profile_digest


def withdraw(farm: Farm, profile: Profile, *, by: str) -> Operated:
    """Take a consent back, as `db.consents.withdraw` does, and have it stay so.

    Raises:
        AwayError, TransientError: ledger or store cannot be reached; the same call goes on with it.
    """
    done = consents.withdraw(farm.ledger, profile, by=by)
    Register(farm.store.root, farm.archive, farm.apart).enter(Deed.WITHDRAWN, profile_digest(profile))
    return done


def remove(farm: Farm, profile: Profile, *, by: str) -> None:
    """Drop a profile that no job was ever promised, and have it stay so.

    Raises:
        InputError: ``profile-in-use``.
        AwayError, TransientError: as `withdraw`.
    """
    register = Register(farm.store.root, farm.archive, farm.apart)
    # A store that is away is found out while the profile is still there to be removed.
    register.merge()
    profiles.remove(farm.ledger, profile, by=by)
    register.enter(Deed.REMOVED, profile_digest(profile))
