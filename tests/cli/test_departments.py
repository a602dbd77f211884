"""Promises of `lectern departments`: rights are set, seen, granted and traced; nonsense is refused."""

from __future__ import annotations

import getpass
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cli.exits import Exit
from cli.quotas import quota_lines
from cli.terminal import Terminal
from db.tables import audit
from farm.bootstrap import open_farm
from farm.quotas import QuotaView
from tests.cli.conftest import Lectern
from tests.db.test_quotas import submit_as

pytestmark = pytest.mark.usefixtures("ready_home", "in_mid_day", "looked_once")


@pytest.fixture
def in_mid_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The quota's day began half a day ago: whenever this runs, none begins meanwhile."""
    begins = datetime.now().astimezone() - timedelta(hours=12)
    monkeypatch.setenv("LECTERN_QUOTA__DAY_BEGINS", f"{begins:%H:%M}")


def test_a_department_is_added_set_seen_and_removed(lectern: Lectern) -> None:
    """What was set is shown, in either language; the audit tells before and after, by whom."""
    rights = ("--weight", "50", "--films", "20", "--card-hours", "7.5", "--pool", "Studio", "--urgent")
    added = lectern("departments", "add", "市场部", *rights, "--retention", "days:30")
    assert added.code == Exit.OK
    assert "kept for 30 days after" in added.out
    assert "No worker is in the pool studio now." in added.out
    changed = lectern("departments", "set", "市场部", "--films", "none", "--card-hours", "0.25").out
    assert "films: 20 → none" in changed
    assert "card-hours: 7.5 → 0.25" in changed
    again = lectern("departments", "set", "市场部", "--weight", "50").out
    assert "was so already" in again
    assert "No worker" not in again
    (shown,) = (
        each
        for each in lectern("departments", "list", "--json").document["departments"]
        if each["name"] == "市场部"
    )
    wanted = {"weight": "50", "films": "none", "card-hours": "0.25", "pool": "studio", "urgent": "yes"}
    wanted |= {"retention": "days:30"}
    assert wanted.items() <= shown["limits"].items()
    assert "每个成员" in lectern("departments", "show", "市场部", "--lang", "zh").out
    assert lectern("departments", "remove", "市场部").code == Exit.OK
    assert lectern("audit", "--json").document["acts"][0]["name"] == "市场部"
    page = lectern("audit").out
    assert "市场部: card_hours=7.5 → 0.25, films=20 → –" in page
    assert page.count("urgent=1, weight=50") == 2
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
        (("set", "default", "--films", "-5"), "department-limit-wrong"),
        (("set", "default", "--films", "ten"), "department-limit-wrong"),
        (("set", "default", "--weight", "0"), "department-number-wrong"),
        (("set", "default", "--weight", "none"), "department-number-wrong"),
        (("set", "default", "--priority-limit", "51"), "department-number-wrong"),
        (("set", "default", "--card-hours", "nan"), "department-limit-wrong"),
        (("set", "default", "--member-card-hours", "-0.5"), "department-limit-wrong"),
        (("set", "default", "--pool", "no pool!"), "pool-name-wrong"),
        (("set", "default", "--window", "night"), "department-window-unknown"),
        (("set", "default", "--store-gb", "-1"), "department-limit-wrong"),
        (("set", "default", "--retention", "days:0"), "department-retention-wrong"),
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


def test_films_keep_what_they_were_granted_and_the_answer_says_so(lectern: Lectern, manifest: Path) -> None:
    """Of limits that count for waiting films, too, there is nothing to be said."""
    (wrong, *_) = lectern("submit", manifest, "--priority", "high", "--json").failure["problems"]
    assert wrong["code"] == "submit-priority-wrong"
    assert lectern("submit", manifest, "--priority", 20).code == Exit.OK
    asked = ("departments", "set", "default")
    lowered = lectern(*asked, "--priority-limit", 10).out
    assert "keep more than it may have now: 3." in lowered
    assert "`lectern set --department default`" in lowered
    assert lectern("list", 1, "--json").document["rows"][0]["priority"] == 20
    told = lectern(*asked, "--priority-limit", 30, "--json").document
    assert (told["kept"], told["beyond"]) == (True, 0)
    assert "keep" not in lectern(*asked, "--films", 9).out


def test_what_the_quota_holds_is_no_work_for_the_night(lectern: Lectern, manifest: Path) -> None:
    """The dry run counts as many films for the window as submit does: those that begin; others are late."""
    lectern("departments", "set", "default", "--films", "1")
    lectern("windows", "add", "night", "23:00-22:59 Asia/Kathmandu")
    assert "NOW is told by the farm's clock" in " ".join(lectern("windows", "list").out.split())
    wanted = (datetime.now(UTC) + timedelta(hours=6)).isoformat(timespec="seconds")
    asked = ("submit", manifest, "--window", "night", "--deadline", wanted)
    tried = " ".join(lectern(*asked, "--dry-run").out.split())
    assert "Made in the window night alone: 3, of which the quota holds 2. " in tried
    foretold = lectern(*asked, "--dry-run", "--json").document
    told = lectern(*asked, "--json").document
    for each in (foretold, told):
        assert [night["films"] for night in each["nights"]] == [1]
        assert [(window["films"], window["quota_held"]) for window in each["windows"]] == [(3, 2)]
    rows = [row["row"] for row in lectern("list", 1, "--json").document["rows"]]
    assert [each["row"] for each in foretold["missed"]] == rows[1:]
    assert foretold["missed"] == told["missed"]


def test_submit_says_how_many_wait_until_when_and_what_lets_them_begin(
    lectern: Lectern, manifest: Path
) -> None:
    """The dry run and the answer say the same; lists, one job and the results tell when each begins."""
    lectern("departments", "set", "default", "--films", "1")
    forecast = lectern("submit", manifest, "--dry-run", "--json").document["quota"]
    receipt = lectern("submit", manifest, "--json").document["quota"]
    assert forecast == receipt
    assert (receipt["begin"], receipt["held"], receipt["by_member"]) == (1, 2, False)
    known = lectern("submit", manifest).out
    assert "By the quota of default (1 a day) 1 of these films may begin today; 2 are held, the last" in known
    assert "lectern departments grant default --films 2 --until" in known
    begins = [each["begins"] for each in lectern("list", "1", "--json").document["rows"]]
    assert begins == ["", begins[1], receipt["last"]]
    assert "" < begins[1] < begins[2]
    assert "held for the quota until 20" in lectern("show", "3").out
    assert "等待配额" in lectern("list", "1", "--lang", "zh").out
    told = lectern("results", "1", "--format", "json").document["rows"]
    assert [each["code"] for each in told] == ["", "quota-waits", "quota-waits"]
    assert "Waiting for a quota: 2; the last until 20" in lectern("list", "1").out
    batch = lectern("list", "1", "--json").document
    assert (batch["quota"], batch["quota_last"]) == (2, receipt["last"])
    lectern("cancel", "1", "2", "3")
    assert "Waiting for a quota" not in lectern("list", "1").out
    assert "Waiting for a quota: 1; the last until 20" in lectern("requeue", "1", "2").out
    lectern("cancel", "1", "2")
    lectern("departments", "set", "default", "--films", "0")
    again = lectern("requeue", "1", "2", "--json").document["quota"]
    assert again == {"films": 2, "last": ""}


def test_submit_and_dry_run_refuse_what_there_is_no_room_for(lectern: Lectern, manifest: Path) -> None:
    """With the figures and the command that raises the limit; the same batch is known again all the same."""
    lectern("departments", "set", "default", "--store-gb", "0.000000001")
    for manner in (("--dry-run",), ()):
        refused = lectern("submit", manifest, *manner, "--json")
        assert (refused.code, refused.failure["code"]) == (Exit.REFUSED, "submit-store-limit")
        assert "lectern departments set default --store-gb N" in refused.failure["cure"]
    assert lectern("list", "--json").document["batches"] == []
    lectern("departments", "set", "default", "--store-gb", "0.002")
    tried = " ".join(lectern("submit", manifest, "--dry-run").out.split())
    assert "default may have 2.0 MB in the store: 0.0 MB are there, and about" in tried
    assert "after that nothing more is taken for default until it has room" in tried
    lectern("departments", "set", "default", "--store-gb", "1")
    told = " ".join(lectern("submit", manifest).out.split())
    assert "default may have 1,000.0 MB in the store: 0.0 MB are there, 0." in told
    assert "after that nothing" not in told
    used = lectern("usage", "--by", "department", "--json").document["total"]["store_bytes"]
    shown = lectern("departments", "show", "default", "--json").document["department"]
    assert shown["store_bytes"] == used > 0
    room = lectern("submit", manifest, "--again", "--json").document["room"]
    assert (room["used"], room["limit"], room["new"]) == (used, 1_000_000_000, 0)
    assert "of 1" in lectern("departments", "list").out
    lectern("departments", "set", "default", "--store-gb", "0")
    assert lectern("submit", manifest).code == Exit.OK
    assert lectern("submit", manifest, "--again", "--json").failure["code"] == "submit-store-limit"


def test_what_a_grant_would_not_help_is_told_with_what_would() -> None:
    """Who waits for the limit of members is not sent to a grant; a quota of nothing is told as for ever."""
    view = QuotaView(
        department="default",
        begin=0,
        held=3,
        last="",
        films=None,
        member_films=0,
        by_member=True,
        members_too=True,
        until="2026-11-23",
    )
    out = io.StringIO()
    terminal = Terminal(json_wanted=False, language="en", stdout=out, stderr=out)
    told, cure = quota_lines(terminal, view)
    assert (
        "each member of default (0 a day) none of these films may begin today; 3 are held, and some" in told
    )
    assert cure.endswith("lectern departments set default --member-films N")
    both = list(quota_lines(terminal, replace(view, by_member=False, films=5)))
    assert "grant default --films 3 --until 2026-11-23" in both[1]
    assert both[2] == cure


def test_who_is_no_member_is_refused_at_the_row(
    lectern: Lectern, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever the settings name for other departments alone queues nothing."""
    me = getpass.getuser()
    monkeypatch.setenv("LECTERN_MEMBERS__OF", f"{me} = training")
    answer = lectern("submit", manifest, "--dry-run", "--json")
    assert {each["code"] for each in answer.failure["problems"]} == {"submit-member-foreign"}


def test_status_tells_of_departments_that_have_reached_a_limit(lectern: Lectern) -> None:
    """What waits for a quota, and who may begin nothing or render nothing, with what ends it."""
    assert lectern("status", "--json").document["limits"] == []
    rights = ("--films", "1", "--running", "0", "--card-hours", "0")
    lectern("departments", "set", "default", *rights)
    with open_farm() as farm:
        submit_as(farm.ledger, "anna", 3, "one")
    found = lectern("status", "--json").document["limits"]
    assert [(each["limit"], each["films"]) for each in found] == [
        ("quota", 2),
        ("running", 0),
        ("card-hours", 0),
    ]
    page = lectern("status").out
    assert "lectern departments grant default --films N" in page
    assert "nothing of it is rendered until" in page
    # With a limit of members a grant helps none of them, and nobody is sent for one.
    lectern("departments", "set", "default", "--member-films", "1")
    granted = lectern("departments", "grant", "default", "--films", "2", "--until", "2999-12-31").out
    assert "which a grant does not raise" in granted
    members = lectern("status", "--json").document["limits"][0]
    assert (members["limit"], members["films"]) == ("member-quota", 2)
    assert "lectern departments set default --member-films N" in lectern("status").out
    assert "同时进行的影片已达上限" in lectern("status", "--lang", "zh").out
