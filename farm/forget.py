"""Forget a person: of their voice and picture, nothing is left but the films that were made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from db import forgetting
from db.forgetting import FilmMade, Forgetting
from farm.bootstrap import Farm
from farm.local import empty_cache
from farm.register import Deed, person_digest, register_of
from pipeline.steps.archive import missing
from pipeline.steps.retract import Remains, retract


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What was forgotten of a person.

    Attributes:
        told: what the ledger knew of them.
        beside: how many files were removed that lay beside films in the archive.
        astray: films that do not lie in the archive as they were delivered: whoever took them elsewhere may
            have taken along what lay beside them.
    """

    told: Forgetting
    beside: int
    astray: tuple[FilmMade, ...]


def forget(farm: Farm, person: str, *, by: str) -> Forgotten:
    """Remove a person's portraits, voices, latents, recordings, and what was made of them; list their films.

    First the ledger ends their jobs and lets nobody order more, then files are deleted from the store, from
    what `lectern render` keeps in this home, and from the archive; last the ledger drops their profiles and
    writes one line into the audit. Whenever this is broken off, the same call goes on with it; and the
    register keeps any restore from undoing it.

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
    # Before anything is gone that could be asked for again, so that no restore brings the person back; and
    # once more at the end, for a backup that was taken in between.
    register = register_of(farm)
    register.enter(Deed.FORGOTTEN, person_digest(begun.person))
    for file in begun.files:
        farm.store.delete(file)
    # Nobody knows any more whose face is in there.
    empty_cache(farm)
    beside = farm.apart.run(retract, farm.archive, tuple(_remains(begun)))
    gone = farm.apart.run(missing, farm.archive, [film.path for film in begun.made if film.path])
    astray = tuple(film for film in begun.made if film.path in gone)
    forgetting.finish(farm.ledger, begun, by=by)
    register.enter(Deed.FORGOTTEN, person_digest(begun.person))
    return Forgotten(told=begun, beside=beside, astray=astray)


def _remains(begun: Forgetting) -> Iterator[Remains]:
    """What is the person's own beside their films; of what a voice reads out, the words are not."""
    for film in begun.films:
        if film.sources is not None:
            folder, stem = film.sources
            heard = film.sounds and film.recorded
            yield Remains(folder=folder, stem=stem, portrait=film.shows, transcript=heard)
