"""Promises of the look at consents: the policy, and how many end."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from db import consents
from db.tables import profiles
from farm.bootstrap import Farm, open_workshop, settings_of
from farm.doctor import Doubt
from farm.doctor_people import look_at_consents
from tests.db.persons import profile

_DAY_MS = 24 * 3600 * 1000


def test_the_policy_is_told_without_a_ledger_as_well(tmp_path: Path) -> None:
    """Nobody has to be there yet, and none is made."""
    knobs = {"LECTERN_HOME": str(tmp_path / "home"), "LECTERN_CONSENT__POLICY": "required"}
    with open_workshop(settings_of(knobs)) as workshop:
        there = look_at_consents(workshop)
    assert (there.detail, dict(there.facts)) == ("consent.policy = required", {})
    assert not list(tmp_path.iterdir())


def test_consents_that_end_are_told_of_in_time(farm: Farm) -> None:
    """Those that have, those that will within a month; who took theirs back did so knowingly."""
    assert not look_at_consents(farm).facts
    people = {name: profile(farm.ledger, name) for name in ("Anna", "Bert", "Carl", "Dora")}
    assert dict(look_at_consents(farm).facts) == {"consents": 4}
    now = farm.ledger.clock()
    with farm.ledger.write("test") as connection:
        for name, days in (("Anna", 29), ("Bert", 31), ("Carl", -1), ("Dora", -1)):
            ends = update(profiles).where(profiles.c.id == people[name].id)
            connection.execute(ends.values(expires_at=now + days * _DAY_MS))
    consents.withdraw(farm.ledger, people["Dora"], by="dora")
    with pytest.raises(Doubt) as doubt:
        look_at_consents(farm)
    assert doubt.value.error.code == "consents-ending"
    assert dict(doubt.value.error.facts) == {"policy": "none", "expired": 1, "soon": 1, "days": 30}
