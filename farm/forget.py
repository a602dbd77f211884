"""Forget a person: of their voice and picture, nothing is left but the films that were made."""

from __future__ import annotations

from collections.abc import Iterator

from db import forgetting
from db.forgetting import FilmMade, Forgetting
from farm.bootstrap import Farm
from pipeline.steps.retract import PORTRAIT, RECORDING, retract


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
    retract(farm.archive, (each for film in begun.films for each in _inputs_of(film)))
    forgetting.finish(farm.ledger, begun, by=by)
    return begun


def _inputs_of(film: FilmMade) -> Iterator[tuple[str, str, str]]:
    """What lies beside a film in the archive that shows or sounds like the person."""
    if film.sources is not None:
        folder, stem = film.sources
        for concerned, what in ((film.shows, PORTRAIT), (film.sounds, RECORDING)):
            if concerned:
                yield folder, stem, what
