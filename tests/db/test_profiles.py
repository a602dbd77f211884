"""A profile stands for one person's voice or picture; films are ordered with it while its consent holds."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db import consents, grants, profiles, reads
from db.ledger import Ledger
from db.tables import artifacts, audit, job_profiles
from pipeline.plan.errors import InputError
from pipeline.plan.people import ProfileKind, Standing
from tests.db.persons import (
    YEAR_MS,
    consent_of,
    draft_with,
    found_department,
    order,
    pass_time,
    profile,
)


def test_a_profile_is_what_was_added(ledger: Ledger) -> None:
    """It is found by its name whatever its case, for its own kind alone, and its files are accepted."""
    added = profile(ledger)
    assert profiles.find(ledger, ProfileKind.PORTRAIT, "  aNNa ") == added
    assert profiles.find(ledger, ProfileKind.VOICE, "Anna") is None
    assert (added.person, added.department, added.granted) == ("Anna Lee", "default", ())
    assert added.standing(ledger.clock()) is Standing.VALID
    assert added.standing(added.consent.expires_ms) is Standing.EXPIRED
    with ledger.read() as connection:
        kept = set(connection.execute(select(artifacts.c.digest)).scalars())
    assert kept == {added.reference.digest, added.consent.digest}


def test_a_name_stands_for_one_profile(ledger: Ledger) -> None:
    """The same name in another case is refused; the other kind has names of its own."""
    profile(ledger, "Anna")
    with pytest.raises(InputError) as refused:
        profile(ledger, "ANNA", person="Other")
    assert refused.value.code == "profile-taken"
    profile(ledger, "Anna", kind=ProfileKind.VOICE)
    assert [each.name for each in profiles.read_all(ledger, ProfileKind.PORTRAIT)] == ["Anna"]


def test_others_need_a_grant(ledger: Ledger) -> None:
    """A department sees its own profiles and those that it was granted; a grant is given once."""
    found_department(ledger, "sales")
    added = profile(ledger)
    assert profiles.read_all(ledger, ProfileKind.PORTRAIT, department="sales") == ()
    assert grants.grant(ledger, added, "sales", by="bert")
    assert not grants.grant(ledger, added, "sales", by="bert")
    (seen,) = profiles.read_all(ledger, ProfileKind.PORTRAIT, department="sales")
    assert (seen.granted, seen.may_be_used_by("sales"), seen.may_be_used_by("law")) == (
        ("sales",),
        True,
        False,
    )
    with pytest.raises(InputError) as refused:
        grants.grant(ledger, added, "nowhere", by="bert")
    assert refused.value.code == "ledger-department-unknown"


def test_jobs_know_their_profiles(ledger: Ledger) -> None:
    """Each is entered with its profiles, and only those that have some."""
    portrait, voice = profile(ledger), profile(ledger, kind=ProfileKind.VOICE)
    order(ledger, draft_with("both", portrait, voice), draft_with("none"), draft_with("one", portrait))
    with ledger.read() as connection:
        entered = connection.execute(select(job_profiles.c.job_id, job_profiles.c.profile_id)).all()
    assert sorted(map(tuple, entered)) == [(1, portrait.id), (1, voice.id), (3, portrait.id)]
    assert [use.kind for use in reads.read_job(ledger, 1).spec.people] == ["portrait", "voice"]


@pytest.mark.parametrize(
    ("end", "code"),
    [("withdraw", "consent-withdrawn"), ("expire", "consent-expired"), ("remove", "profile-unknown")],
)
def test_a_consent_that_ends_before_its_batch_is_queued_refuses_it(
    ledger: Ledger, end: str, code: str
) -> None:
    """Between the check of a row and its queueing lie minutes: nothing of the batch is entered."""
    added = profile(ledger)
    promised = draft_with("row", added)
    if end == "withdraw":
        consents.withdraw(ledger, added, by="anna")
    elif end == "expire":
        pass_time(ledger, YEAR_MS)
    else:
        profiles.remove(ledger, added, by="anna")
    with pytest.raises(InputError) as refused:
        order(ledger, draft_with("free"), promised)
    assert refused.value.code == code
    assert reads.list_jobs(ledger) == ()


def test_what_was_used_is_not_removed(ledger: Ledger) -> None:
    """The record of a consent stays as long as a job tells of it; an unused profile goes whole."""
    used, unused = profile(ledger), profile(ledger, "Unused")
    found_department(ledger, "sales")
    grants.grant(ledger, unused, "sales", by="bert")
    order(ledger, draft_with("row", used))
    with pytest.raises(InputError) as refused:
        profiles.remove(ledger, used, by="bert")
    assert refused.value.code == "profile-in-use"
    profiles.remove(ledger, unused, by="bert")
    assert [each.name for each in profiles.read_all(ledger, ProfileKind.PORTRAIT)] == ["Anna"]


def test_the_audit_names_nobody(ledger: Ledger) -> None:
    """Nothing in it is ever changed, so profiles are told by their numbers."""
    added = profile(ledger)
    found_department(ledger, "sales")
    grants.grant(ledger, added, "sales", by="bert")
    consents.withdraw(ledger, added, by="bert")
    document, consent = consent_of(ledger, "again")
    consents.renew(ledger, added, document, consent, by="bert")
    profiles.remove(ledger, added, by="bert")
    with ledger.read() as connection:
        told = connection.execute(select(audit.c.verb, audit.c.detail).order_by(audit.c.id)).all()
    assert [row.verb for row in told] == [
        "profile-added",
        "profile-granted",
        "consent-withdrawn",
        "consent-renewed",
        "profile-removed",
    ]
    assert not any("anna" in row.detail.casefold() for row in told)
