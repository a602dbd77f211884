"""Tell how the consents stand that a job rests on."""

from __future__ import annotations

from db import profiles
from db.ledger import Ledger
from farm.views.films import PersonView
from pipeline.plan.job import JobSpec
from pipeline.plan.moments import iso
from pipeline.plan.people import ProfileUse

_FORGOTTEN = "forgotten"


def people_of(ledger: Ledger, spec: JobSpec) -> tuple[PersonView, ...]:
    """Whose voice and picture a job uses, and whether they may still be used.

    Raises:
        AwayError: ``ledger-away``.
    """
    return tuple(_person(ledger, use) for use in spec.people)


def _person(ledger: Ledger, use: ProfileUse) -> PersonView:
    found = profiles.find(ledger, use.kind, use.name) if use.person else None
    if found is None:
        return PersonView(kind=use.kind.value, name="", person="", standing=_FORGOTTEN, expires="")
    return PersonView(
        kind=use.kind.value,
        name=found.name,
        person=found.person,
        standing=found.standing(ledger.clock()).value,
        expires=iso(found.consent.expires_ms),
    )
