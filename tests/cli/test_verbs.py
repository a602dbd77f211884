"""The operator's verbs as they are typed: whom they are for, what they tell, and what they refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.exits import Exit
from db import nights
from farm.bootstrap import open_farm
from tests.cli.conftest import Lectern

pytestmark = pytest.mark.usefixtures("ready_home", "looked_once")


@pytest.fixture
def jobs(lectern: Lectern, manifest: Path) -> list[int]:
    """Three films in the line."""
    assert lectern("submit", manifest).code == Exit.OK
    return [job["id"] for job in lectern("list", 1, "--json").document["rows"]]


def test_what_changed_and_what_did_not_is_told_with_the_reason(lectern: Lectern, jobs: list[int]) -> None:
    """A dry run tells it before; the audit keeps why; and what stands tells the command that ends it."""
    first, second, third = jobs
    lectern("cancel", third, "--reason", "twice in the list")
    trial = lectern("hold", *jobs, "--dry-run")
    assert trial.out == (
        f"Would hold 2 jobs: {first}, {second}\n"
        f"Left as it is, since it was canceled (1 job): {third}\n"
        "Nothing was changed: this was a dry run.\n"
    )
    done = lectern("hold", "--batch", 1, "--reason", "wrong logo", "--until", "23:59", "--json").document
    assert (done["changed"], done["why"]) == ([first, second], {str(third): "canceled"})
    page = " ".join(lectern("show", first).out.split())
    assert "wrong logo" in page
    assert "23:59" in page
    assert f"`lectern release {first}`" in page
    assert f"`lectern release {first}`" in lectern("show", first, "--lang", "zh").out
    (hold,) = lectern("show", first, "--json").document["held"]
    assert (hold["reason"], hold["detail"]) == ("operator", "wrong logo")
    acts = lectern("audit", "--json").document["acts"]
    assert {act["verb"]: json.loads(act["detail"])["reason"] for act in acts[:2]} == {
        "hold": "wrong logo",
        "cancel": "twice in the list",
    }
    assert lectern("release", *jobs).out.startswith(f"Released 2 jobs: {first}, {second}\n")


def test_a_department_is_stopped_until_it_is_let_go(lectern: Lectern, jobs: list[int]) -> None:
    """Status tells what stands, by whom and why, and the command; of what did not stand the answer tells."""
    assert (
        "would begin until somebody lets it" in lectern("pause", "--department", "default", "--dry-run").out
    )
    assert lectern("status", "--json").document["stops"] == []
    told = lectern("pause", "--department", "default", "--reason", "budget")
    assert "Nothing of the department default begins until somebody lets it" in told.out
    assert f"still to be made: {len(jobs)}." in told.out
    (act, *_) = lectern("audit", "--json").document["acts"]
    assert (act["verb"], act["scope"], act["name"]) == ("pause", "department", "default")
    assert "department default" in " ".join(lectern("audit").out.split())
    status = " ".join(lectern("status").out.split())
    assert "(budget). `lectern resume --department default` ends that." in status
    assert "`lectern resume --department default`" in lectern("status", "--lang", "zh").out
    (stop,) = lectern("status", "--json").document["stops"]
    assert [row["id"] for row in lectern("list", "--state", "held", "--json").document["rows"]] == jobs
    assert (stop["scope"], stop["name"], stop["kind"]) == ("department", "default", "pause")
    assert "held, since the department default is paused" in " ".join(lectern("show", jobs[0]).out.split())
    release = " ".join(lectern("release", "--department", "default").out.split())
    assert release.startswith("default was not stopped. Nothing of the department default begins")
    assert "clips that are being made are finished." in told.out
    tried = " ".join(lectern("resume", "--department", "default", "--dry-run").out.split())
    assert "The pause of the department default would be lifted:" in tried
    lifted = " ".join(lectern("resume", "--department", "default").out.split())
    assert re.match(
        r"The pause of the department default is lifted: \S+ had paused it on .+ \(budget\)\.", lifted
    )
    (act, *_) = lectern("audit", "--lang", "en").out.splitlines()[1:]
    assert "set by" in act
    assert "department=" not in act
    assert "was not stopped" in lectern("resume", "--department", "default").out
    assert lectern("show", jobs[0], "--json").document["waiting"] == "no-worker"


def test_films_that_are_kept_for_no_pool_are_a_pool_too(lectern: Lectern, jobs: list[int]) -> None:
    """They are called any, as everywhere; a stop of them keeps those films alone."""
    lectern("set", jobs[0], "--pool", "studio")
    assert "Nothing of the pool any begins" in lectern("interrupt", "--pool", "any").out
    kept = [job["id"] for job in lectern("list", "--state", "held", "--json").document["rows"]]
    assert kept == jobs[1:]
    assert "`lectern resume --pool any`" in " ".join(lectern("show", jobs[1]).out.split())
    assert lectern("audit", "--json").document["acts"][0]["name"] == "any"
    assert "is lifted" in lectern("resume", "--pool", "any").out
    assert lectern("cancel", "--pool", "any", "--json").document["changed"] == jobs[1:]


def test_films_get_another_place_in_the_line(lectern: Lectern, jobs: list[int]) -> None:
    """Numbers below zero are numbers; what a department may not have is refused, with who can grant it."""
    assert lectern("set", jobs[0], "--priority", "-7").out == f"Set 1 job: {jobs[0]}\n"
    assert lectern("show", jobs[0], "--json").document["priority"] == -7
    assert "is so already" in lectern("set", jobs[0], "--priority", "-7").out
    assert (
        lectern("set", "--department", "default", "--urgency", "bulk", "--json").document["changed"] == jobs
    )
    lectern("departments", "set", "default", "--priority-limit", 10)
    assert lectern("set", jobs[0], "--priority", 11, "--json").failure["code"] == "submit-priority-limit"
    assert lectern("set", jobs[0], "--priority", 10).code == Exit.OK
    (act, *_) = [act for act in lectern("audit", "--json").document["acts"] if act["verb"] == "set"]
    assert json.loads(act["detail"]) == {"priority": 10, "priority_before": -7}


def test_films_leave_and_enter_a_window_and_get_a_deadline(lectern: Lectern, jobs: list[int]) -> None:
    """Together with whatever else is set, in one act; no takes either away again."""
    lectern("windows", "add", "night", "02:00-02:01 Asia/Shanghai")
    wishes = ("--window", "Night", "--deadline", "2090-01-02T07:00Z", "--priority", 3, "--pool", "studio")
    tried = " ".join(lectern("set", jobs[0], *wishes, "--dry-run").out.split())
    assert "Would set 1 job:" in tried
    assert "Made in the window night alone: 1. It begins when it opens" in tried
    assert lectern("set", jobs[0], *wishes, "--json").document["changed"] == [jobs[0]]
    shown = lectern("show", jobs[0], "--json").document
    told = ("window", "deadline", "priority", "pool")
    assert [shown[each] for each in told] == ["night", "2090-01-02T07:00:00Z", 3, "studio"]
    assert lectern("set", jobs[0], "--window", "no", "--deadline", "None", "--json").document["changed"]
    shown = lectern("show", jobs[0], "--json").document
    assert [shown[each] for each in told] == ["", "", 3, "studio"]
    assert "is so already" in lectern("set", jobs[0], "--window", "no").out
    (act, *_) = [act for act in lectern("audit", "--json").document["acts"] if act["verb"] == "set"]
    before = {"window_before": "night", "deadline_before": "2090-01-02T07:00:00Z"}
    assert json.loads(act["detail"]) == {"window": "no", "deadline": "no", **before}


def test_a_film_that_loses_its_deadline_is_told_to_be_back(lectern: Lectern, jobs: list[int]) -> None:
    """With what a dry run tells before."""
    lectern("set", jobs[0], "--deadline", "2090-01-02T07:00Z")
    with open_farm() as farm:
        nights.lift(farm.ledger, nights.read_wanted(farm.ledger), by="lectern")
    assert "Would be back where it stood" in lectern("set", jobs[0], "--deadline", "no", "--dry-run").out
    assert lectern("set", *jobs, "--deadline", "no", "--json").document["back"] == jobs[:1]
    assert "put back, its deadline gone" in " ".join(lectern("audit").out.split())


def test_films_wait_for_a_time(lectern: Lectern, jobs: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read and shown by the farm's clock; a time that has passed, or is none, is refused; now ends."""
    monkeypatch.setenv("LECTERN_QUOTA__ZONE", "Asia/Shanghai")
    assert lectern("start-after", "2031-01-02 03:04", *jobs[:2]).out.startswith("Delayed 2 jobs:")
    (hold,) = lectern("show", jobs[0], "--json").document["held"]
    assert hold["until"] == "2031-01-01T19:04:00Z"
    page = " ".join(lectern("show", jobs[0]).out.split())
    assert "2031-01-02 03:04" in page
    assert "lectern start-after now" in page
    assert "until=2031-01-02 03:04" in lectern("audit").out
    assert lectern("start-after", "now", *jobs, "--json").document["changed"] == jobs[:2]
    assert "The time 2001-01-01 00:00 has passed" in lectern("start-after", "2001-01-01 00:00", *jobs).err
    for time, code in (("2001-01-01 00:00", "stop-time-past"), ("25:00", "stop-time-wrong")):
        assert lectern("start-after", time, jobs[0], "--json").failure["code"] == code
        assert lectern("pause", jobs[0], "--until", time, "--json").failure["code"] == code


def test_what_is_not_there_or_not_plain_is_refused(lectern: Lectern, jobs: list[int]) -> None:
    """Nothing was changed then."""
    for words, code in (
        ("hold 1 --department default", "command-jobs-or-batch"),
        ("interrupt", "command-jobs-or-batch"),
        ("set 1", "command-nothing-to-set"),
        ("set 1 --window night", "window-unknown"),
        ("set 1 --window yes", "window-name-wrong"),
        ("set 1 --deadline 2020-01-01T07:00Z", "deadline-past"),
        ("pause --department sales", "submit-department-unknown"),
        ("pause --pool studio", "stop-pool-unknown"),
        ("release --batch 9", "ledger-batch-unknown"),
    ):
        assert lectern(*words.split(), "--json").failure["code"] == code, words
    assert [job["holds"] for job in lectern("list", 1, "--json").document["rows"]] == [[] for _ in jobs]
