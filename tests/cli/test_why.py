"""Why a job is where it is, as people are told it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from cli.exits import Exit
from cli.terminal import Terminal
from cli.why import why_line
from farm.policy.why import Reason
from farm.views.films import Told, WhyView
from farm.views.stops import HoldView, StopView
from pipeline.plan.messages import Language
from tests.cli.conftest import Lectern
from tests.cli.test_show import DETAIL, page
from tests.cli.test_watch import JOB

_SOON = "2026-11-22T22:00:00Z"
VIEW = WhyView(
    job=7,
    batch=3,
    department="marketing",
    reason="turn",
    error=Told(code="store-away", facts={"place": "/store"}),
    stage="render",
    part=2,
    worker="gpu0@here",
    device="cuda:0",
    since=_SOON,
    per_cent=40,
    left_s=130,
    until=_SOON,
    held=tuple(
        HoldView(reason=reason, by="anna", since=_SOON, until=_SOON, detail="logo")
        for reason in ("operator", "start_after")
    ),
    stops=(
        StopView(
            scope="department", name="marketing", kind="pause", by="bob", since=_SOON, until="", detail=""
        ),
    ),
    window="night",
    ahead=12,
    grant="2026-11-23",
    limit=50,
    needs="wav2lip 2",
    hands=4,
    free=1,
    tier="normal",
    others=30,
    share=62,
    weight=50,
    begins=_SOON,
    begins_s=750,
    within_s=150,
    basis="measured",
    attempts=35,
    pace_s=12.5,
)
#: What has to stand in what is told, besides the job or what is to be typed.
_TOLD = {
    "canceled": ["`lectern requeue 7`"],
    "failed": ["/store", "`lectern requeue 7`"],
    "undelivered": ["/store", "`lectern requeue 7`"],
    "done": ["`lectern show 7`"],
    "running": ["gpu0@here", "cuda:0", "40 %"],
    "operator": ["anna", "logo", "`lectern release 7`"],
    "consent": ["`lectern show 7`"],
    "quota": ["50", "12", "`lectern departments grant marketing --films 13 --until 2026-11-23`"],
    "window": ["night"],
    "start_after": ["anna", "`lectern start-after now 7`"],
    "stopped": ["bob", "`lectern resume --department marketing`"],
    "running-limit": ["50", "`lectern departments set marketing --running N`"],
    "card-time": ["50", "`lectern departments set marketing --card-hours N`"],
    "no-worker": ["`lectern up`"],
    "no-version": ["wav2lip 2", "`lectern replan 3`"],
    "no-hands": ["`lectern workers`"],
    "archive-hangs": ["`lectern doctor`"],
    "retry": ["/store"],
    "turn": ["12", "30", "62 %", "50 %", "35", "12.5"],
}


def line(view: WhyView, language: Language = "en") -> str:
    """What is told."""
    stream = io.StringIO()
    return why_line(Terminal(json_wanted=False, language=language, stdout=stream, stderr=stream), view)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reason_is_told_with_what_changes_it(reason: Reason, language: Language) -> None:
    """In one line, with who, until when, and the command to type, in either language."""
    told = line(replace(VIEW, reason=reason.value), language)
    for part in ("7", *_TOLD.get(reason.value, [])):
        assert part in told
    assert "\n" not in told
    assert told.endswith("。" if language == "zh" else ".")


def test_limits_of_members_are_told_as_theirs() -> None:
    """And so is what raises them."""
    for reason, option in (
        ("quota", "--member-films"),
        ("running-limit", "--member-running"),
        ("card-time", "--member-card-hours"),
    ):
        assert option in line(replace(VIEW, reason=reason, by_member=True))


def test_when_a_turn_comes_is_told_as_far_as_anybody_knows() -> None:
    """With what that rests on; at once where a worker is free; and not before anything was measured."""
    told = line(VIEW)
    assert "in 12 min 30 s, give or take 2 min 30 s: a second of its film keeps a worker for 12.5 s" in told
    assert "(measured here, attempts: 35)" in told
    assert "It will go on within seconds" in line(replace(VIEW, begun=True, begins_s=0))
    assert "Nobody can tell yet" in line(replace(VIEW, begins="", begins_s=None, basis="rule"))
    for reason in ("window", "running-limit", "card-time", "stopped"):
        assert "It will likely begin about" in line(replace(VIEW, reason=reason))
    assert "It will" not in line(replace(VIEW, reason="running-limit", begins_s=None))
    alone = line(replace(VIEW, ahead=0, others=0, weight=0))
    assert "Job 7 is the next of marketing, as normal; workers: 4 (free: 1)." in alone


def test_a_finished_film_is_told_as_one() -> None:
    """Whatever keeps it from the archive, nobody has to fear for it."""
    told = line(replace(VIEW, reason="retry", stage="archive"))
    assert told.startswith(
        "The film of job 7 is finished, and not in the archive yet: tried again in 2 min 10 s"
    )


def test_of_a_running_job_the_rest_is_told() -> None:
    """A pause lets the clip in work finish, and people wonder why it still runs."""
    told = line(replace(VIEW, reason="running", then="stopped", more=1))
    assert "render 2 and 1 more at once on gpu0@here" in told
    assert "this step takes about 2 min 10 s more" in told
    assert "What follows is held, since the department marketing is paused" in told
    assert told.endswith("`lectern resume --department marketing` ends that.")


def test_a_jobs_page_tells_it_where_nothing_else_does() -> None:
    """In the same sentence; what the page says already is not said twice."""
    queued = replace(JOB, state="queued", ahead=4)
    assert line(VIEW) in page(replace(DETAIL, job=queued, why=VIEW))
    assert "WHY" not in page(replace(DETAIL, job=replace(queued, waiting="no-worker"), why=VIEW))
    assert "WHY" not in page(replace(DETAIL, job=replace(JOB, state="completed"), why=VIEW))


@pytest.mark.usefixtures("ready_home")
def test_a_job_is_asked_why(lectern: Lectern, manifest: Path) -> None:
    """As it is typed; and for machines."""
    assert lectern("submit", manifest).code == Exit.OK
    assert lectern("why", 2).out == "Job 2 waits: no worker is there that can do it: `lectern up`.\n"
    lectern("hold", 2, "--reason", "wrong logo")
    told = lectern("why", 2, "--json").document
    assert (told["kind"], told["reason"], told["held"][0]["detail"]) == ("why", "operator", "wrong logo")
    assert told["told"] + "\n" == lectern("why", 2).out
    assert lectern("show", 1, "--json").document["why"]["reason"] == "no-worker"
    missing = lectern("why", 99)
    assert (missing.code, "no job 99" in missing.err) == (Exit.UNKNOWN, True)
