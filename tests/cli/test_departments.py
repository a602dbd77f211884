"""Promises of `lectern departments`: rights are set, seen, granted and traced; nonsense is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cli.exits import Exit
from db.tables import audit
from farm.bootstrap import open_farm
from tests.cli.conftest import Lectern
from tests.db.test_quotas import submit_as

pytestmark = pytest.mark.usefixtures("ready_home")


def test_a_department_is_added_set_seen_and_removed(lectern: Lectern) -> None:
    """What was set is shown, in either language; the audit tells before and after, by whom."""
    rights = ("--weight", "50", "--films", "20", "--card-hours", "7.5", "--pool", "Studio", "--urgent")
    assert lectern("departments", "add", "市场部", *rights).code == Exit.OK
    changed = lectern("departments", "set", "市场部", "--films", "none", "--card-hours", "0.25").out
    assert "films: 20 → none" in changed
    assert "card-hours: 7.5 → 0.25" in changed
    assert "was so already" in lectern("departments", "set", "市场部", "--weight", "50").out
    (shown,) = (
        each
        for each in lectern("departments", "list", "--json").document["departments"]
        if each["name"] == "市场部"
    )
    wanted = {"weight": "50", "films": "none", "card-hours": "0.25", "pool": "studio", "urgent": "yes"}
    assert wanted.items() <= shown["limits"].items()
    assert "每个成员" in lectern("departments", "show", "市场部", "--lang", "zh").out
    assert lectern("departments", "remove", "市场部").code == Exit.OK
    with open_farm() as farm, farm.ledger.read() as connection:
        told = connection.execute(select(audit.c.verb, audit.c.detail)).all()
    assert [row.verb for row in told] == ["department-added", "department-set", "department-removed"]
    assert told[1].detail == (
        '市场部: {"after":{"card_ms":900000,"films":null},"before":{"card_ms":27000000,"films":20}}'
    )


def test_a_grant_lets_held_films_begin_and_is_shown(lectern: Lectern) -> None:
    """Who waits begins at once; what is left of the grant, and what still waits, is told."""
    lectern("departments", "set", "default", "--films", "1")
    with open_farm() as farm:
        submit_as(farm.ledger, "anna", 4, "one")
    page = lectern("departments", "list").out
    assert "1 of 1" in page
    assert "HELD" in page
    answer = lectern("departments", "grant", "default", "--films", "2", "--until", "2999-12-31")
    assert "begin now: 2" in answer.out
    assert "still wait for the quota: 1" in answer.out
    shown = lectern("departments", "show", "default", "--json").document["department"]
    assert (shown["films"], shown["granted"], shown["held"], shown["left"]) == (1, 2, 1, 0)
    assert [(each["films"], each["used"]) for each in shown["grants"]] == [(2, 2)]
    assert [(each["name"], each["films"]) for each in shown["members"]] == [("anna", 3)]
    assert "begin now: 1" in lectern("departments", "set", "default", "--films", "2").out
    assert lectern("departments", "remove", "default", "--json").failure["code"] == "department-needed"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "DEFAULT"), "department-exists"),
        (("add", "ｄｅｆａｕｌｔ"), "department-exists"),
        (("add", "two words"), "department-name-wrong"),
        (("add", ""), "department-name-wrong"),
        (("add", "x" * 65), "department-name-wrong"),
        (("set", "default", "--films", "-5"), "department-number-wrong"),
        (("set", "default", "--films", "ten"), "department-number-wrong"),
        (("set", "default", "--weight", "0"), "department-number-wrong"),
        (("set", "default", "--weight", "none"), "department-number-wrong"),
        (("set", "default", "--priority-limit", "51"), "department-number-wrong"),
        (("set", "default", "--card-hours", "nan"), "department-number-wrong"),
        (("set", "default", "--member-card-hours", "-0.5"), "department-number-wrong"),
        (("set", "default", "--pool", "no pool!"), "pool-name-wrong"),
        (("set", "default", "--window", "night"), "department-window-unknown"),
        (("set", "default"), "department-nothing-set"),
        (("set", "marketing", "--films", "5"), "department-unknown"),
        (("grant", "default", "--films", "5", "--until", "2020-01-01"), "department-grant-past"),
        (("grant", "default", "--films", "5", "--until", "soon"), "department-moment-wrong"),
        (("grant", "default", "--films", "5", "--until", "9999-12-31"), "department-moment-wrong"),
        (("show", "marketing"), "department-unknown"),
    ],
)
def test_nonsense_is_refused_by_name(lectern: Lectern, arguments: tuple[str, ...], code: str) -> None:
    """Two of one name, a negative quota, a weight of nothing: refused with a cure, and nothing is changed."""
    answer = lectern("departments", *arguments, "--json")
    assert answer.failure["code"] == code
    assert answer.failure["cure"]
    assert answer.code != Exit.OK
    assert lectern("audit", "--json").document["acts"] == []


def test_a_department_is_found_in_any_case(lectern: Lectern) -> None:
    """Whoever writes it otherwise means the one that there is."""
    assert lectern("departments", "set", "Default", "--films", "5", "--json").document["name"] == "default"
