"""Tell how the consents stand that a job rests on."""

from __future__ import annotations

from datetime import UTC, datetime

from db import profiles
from db.ledger import Ledger
from farm.views.films import PersonView
from pipeline.plan.job import JobSpec
from pipeline.plan.people import ProfileUse

_FORGOTTEN = "forgotten"


def people_of(ledger: Ledger, spec: JobSpec) -> tuple[PersonView, ...]:
    """Whose voice and picture a job uses, and whether they may still be used.

    Raises:
        AwayError: ``ledger-away``.
    """
    return tuple(_person(ledger, use) for use in spec.people)


def moment_of(time_ms: int) -> str:
    """A time in UTC, ISO 8601 with seconds."""
    return datetime.fromtimestamp(time_ms // 1000, UTC).isoformat().replace("+00:00", "Z")


def _person(ledger: Ledger, use: ProfileUse) -> PersonView:
    found = profiles.find(ledger, use.kind, use.name) if use.person else None
    if found is None:
        return PersonView(kind=use.kind.value, name="", person="", standing=_FORGOTTEN, expires="")
    return PersonView(
        kind=use.kind.value,
        name=found.name,
        person=found.person,
        standing=found.standing(ledger.clock()).value,
        expires=moment_of(found.consent.expires_ms),
    )
