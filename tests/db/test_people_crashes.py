"""Who deals with people's profiles may be killed at any point: doing it again ends where it would have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from db import consents, forgetting, grants, latents, profiles, reads
from db.engine import connect
from db.ledger import Ledger
from db.profiles import Profile
from db.states import HoldReason, JobState
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError
from pipeline.plan.people import ProfileKind
from tests.db.fuse import Fuse
from tests.db.persons import YEAR_MS, consent_of, draft_with, found_department, order, pass_time, profile
from tests.db.points import around, transactions_of_people
from tests.db.values import artifact


def _killed(fuse: Fuse, act: Callable[[], object]) -> None:
    """Do an act that is killed right before its commit, and then right after it."""
    for after in (0, 1):
        passed = len(fuse.passed)
        with fuse.lit(after):
            act()
            raise AssertionError("nobody was killed")
        assert len(fuse.passed) == passed + after + 1


def _anna(ledger: Ledger) -> Profile:
    found = profiles.find(ledger, ProfileKind.PORTRAIT, "Anna")
    assert found is not None
    return found


def test_a_kill_at_every_point_is_made_good_by_doing_it_again(url: str) -> None:
    """Profiles, grants, consents and holds stand whole or not at all; a person is forgotten in the end."""
    fuse = Fuse()
    ledger = Ledger(connect(url), crash=fuse)
    found_department(ledger, "sales")
    _killed(fuse, lambda: profile(ledger))
    with pytest.raises(InputError):
        profile(ledger)
    anna = _anna(ledger)
    spare = profile(ledger, "Spare", reference=artifact(Kind.SOURCE, "spare"))
    heard = artifact(Kind.LATENTS, "spare")
    _killed(fuse, lambda: latents.keep(ledger, spare, "ab" * 32, heard))
    assert latents.find(ledger, heard.key) == heard
    _killed(fuse, lambda: profiles.remove(ledger, spare, by="op"))
    assert profiles.read_all(ledger, ProfileKind.PORTRAIT) == (anna,)
    _killed(fuse, lambda: grants.grant(ledger, anna, "sales", by="op"))
    order(ledger, draft_with("one", anna), draft_with("two", anna))
    _killed(fuse, lambda: consents.withdraw(ledger, anna, by="anna"))
    assert _holds(ledger) == [(HoldReason.CONSENT,)] * 2
    document, consent = consent_of(ledger, "again")
    _killed(fuse, lambda: consents.renew(ledger, anna, document, consent, by="op"))
    assert (_holds(ledger), _anna(ledger).granted) == ([(), ()], ("sales",))
    pass_time(ledger, YEAR_MS)
    _killed(fuse, lambda: consents.hold_lapsed(ledger))
    assert _holds(ledger) == [(HoldReason.CONSENT,)] * 2
    _killed(fuse, lambda: forgetting.begin(ledger, "Anna Lee", by="op"))
    gone = forgetting.begin(ledger, "Anna Lee", by="op")
    _killed(fuse, lambda: forgetting.finish(ledger, gone, by="op"))
    assert profiles.read_all(ledger, ProfileKind.PORTRAIT) == ()
    assert {line.state for line in reads.list_jobs(ledger)} == {JobState.CANCELED}
    assert set(fuse.passed) >= around(transactions_of_people())
    ledger.close()


def _holds(ledger: Ledger) -> list[tuple[HoldReason, ...]]:
    return [line.held for line in reads.list_jobs(ledger)]
