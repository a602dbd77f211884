"""Forget a person: of their voice and picture, nothing is left but the films that were made."""

from __future__ import annotations

from db import forgetting
from db.forgetting import Forgetting
from farm.bootstrap import Farm
from pipeline.steps.retract import retract


def forget(farm: Farm, person: str, *, by: str) -> Forgetting:
    """Remove a person's portraits, voices, latents, cached speech and clips; what it was, and their films.

    First the ledger ends their jobs and lets nobody order more, then files are deleted from the store and
    from the archive, and last the ledger drops their profiles and writes one line into the audit. Whenever
    this is broken off, the same call goes on with it.

    Args:
        farm: the farm.
        person: their name, as it stands in their profiles; case does not matter.
        by: whose act it is.

    Raises:
        InputError: ``person-unknown``: nobody of that name, or forgotten already.
        AwayError: ledger, store or archive cannot be reached.
        TransientError: a file could not be deleted.
    """
    begun = forgetting.begin(farm.ledger, person, by=by)
    for file in begun.files:
        farm.store.delete(file)
    # Of what a film sounds like, nothing lies beside it.
    shown = (film.sources for film in begun.films if film.shows and film.sources is not None)
    retract(farm.archive, shown)
    forgetting.finish(farm.ledger, begun, by=by)
    return begun
