"""End profiles of people, so that no restore undoes it: take back a consent, remove a profile."""

from __future__ import annotations

from db import consents, profiles
from db.acts import Operated
from db.profiles import Profile
from farm.bootstrap import Farm
from farm.register import Deed, profile_digest, register_of


def withdraw(farm: Farm, profile: Profile, *, by: str) -> Operated:
    """Take a consent back, as `db.consents.withdraw` does, and have it stay so.

    Raises:
        AwayError, TransientError: ledger or store cannot be reached; the same call goes on with it.
    """
    register = register_of(farm)
    # First, lest who is killed in between leave a ledger that says so and a restore that does not know; and
    # once more at the end, for a backup that was taken in between.
    register.enter(Deed.WITHDRAWN, profile_digest(profile))
    done = consents.withdraw(farm.ledger, profile, by=by)
    register.enter(Deed.WITHDRAWN, profile_digest(profile))
    return done


def remove(farm: Farm, profile: Profile, *, by: str) -> None:
    """Drop a profile that no job was ever promised, and have it stay so.

    Raises:
        InputError: ``profile-in-use``.
        AwayError, TransientError: as `withdraw`.
    """
    register = register_of(farm)
    # A store that is away is found out while the profile is still there to be removed.
    register.merge()
    profiles.remove(farm.ledger, profile, by=by)
    register.enter(Deed.REMOVED, profile_digest(profile))
