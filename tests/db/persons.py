"""People to test with: profiles, and jobs that were promised them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert

from db import profiles, submission
from db.ledger import Ledger
from db.profiles import Profile, ProfileDraft
from db.tables import departments
from db.values import JobDraft, Submission, Submitted
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.people import Consent, ProfileKind, ProfileUse
from tests.db.values import artifact, digest, draft

YEAR_MS = 365 * 24 * 3600 * 1000
PICTURE = artifact(Kind.SOURCE, "picture of anna")


def pass_time(ledger: Ledger, ms: int) -> None:
    """Let the ledger's clock go on."""
    ledger.clock = lambda now=ledger.clock: now() + ms  # type: ignore[misc]


def found_department(ledger: Ledger, name: str) -> None:
    """Have another department."""
    with ledger.write("submit") as connection:
        connection.execute(insert(departments).values(name=name))


def profile(
    ledger: Ledger,
    name: str = "Anna",
    *,
    kind: ProfileKind = ProfileKind.PORTRAIT,
    person: str = "Anna Lee",
    reference: Artifact = PICTURE,
    document: Artifact | None = None,
) -> Profile:
    """Add a profile whose consent holds for a year."""
    told = ProfileDraft(
        kind=kind,
        name=name,
        person=person,
        owner="bert",
        department="default",
        reference=reference,
        document=document or artifact(Kind.SOURCE, f"consent of {kind} {name}"),
        expires_ms=ledger.clock() + YEAR_MS,
    )
    return profiles.add(ledger, told, by="bert")


def use_of(of: Profile) -> ProfileUse:
    """A job's promise of a profile."""
    return ProfileUse(
        kind=of.kind, name=of.name, person=of.person, department=of.department, consent=of.consent
    )


def draft_with(row: str, *used: Profile) -> JobDraft:
    """A row's draft that was promised some profiles."""
    plain = draft(row)
    spec = replace(plain.spec, people=tuple(use_of(each) for each in used))
    for each in used:
        if each.kind is ProfileKind.PORTRAIT:
            spec = replace(spec, portrait=each.reference)
    return replace(plain, spec=spec)


def order(ledger: Ledger, *drafts: JobDraft) -> Submitted:
    """Submit a batch of some drafts."""
    names = " ".join(each.spec.row for each in drafts)
    told = Submission(content=digest(names), name="demo", user="anna")
    return submission.submit(ledger, told, drafts)


def consent_of(ledger: Ledger, word: str) -> tuple[Artifact, Consent]:
    """Another consent, for a year from now."""
    document = artifact(Kind.SOURCE, word)
    until = ledger.clock() + YEAR_MS
    return document, Consent(digest=document.digest, suffix=document.suffix, owner="carl", expires_ms=until)
