"""Promises of the one screen: what to do comes first, all of it fits, and it can be read without colour."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from cli.status import page_of
from cli.terminal import Terminal
from farm.attention import attention
from farm.views.films import Told
from farm.views.screen import DiskView, FailureView, FarmView, QueueView, WorkView
from pipeline.plan.messages import Language
from tests.cli.test_watch import BATCH, Screen
from tests.farm.test_attention import AWAY, DISK, WELL, WORKER

WORK = WorkView(
    job=123,
    row="a-rather-long-name-of-a-row-of-a-manifest-that-somebody-chose",
    stage="render",
    chunk=11,
    clip=7,
    clips=12,
    per_cent=50,
    since_s=90,
    progress_s=3725,
)
ODD = Told(code="farm-unexpected", facts={"kind": "ValueError", "reason": "something was odd " * 9})
HOSTS = tuple(f"gpu-box-{number}" for number in range(1, 4))
BUSY = tuple(
    replace(
        WORKER,
        name=f"render-{number}@{HOSTS[number % 3]}",
        host=HOSTS[number % 3],
        state="working",
        work=WORK,
        failures=number,
        temperature_c=61,
    )
    for number in range(8)
)
#: Everything that may go wrong at once, with more of each than there is room for.
WORST = replace(
    WELL,
    counts=dict.fromkeys(("completed", "failed", "canceled", "active", "queued", "review", "held"), 12345),
    workers=(
        *(replace(each, state="disk_low", detail="/srv/lectern/store: 12 MB", work=None) for each in BUSY),
        *(replace(each, name=f"cpu0@{each.host}", state="gone") for each in BUSY),
    ),
    dispatcher=False,
    leader="dispatcher@gpu-box-1:12345",
    leader_seen_s=725,
    redis=AWAY,
    watched=HOSTS[:1],
    unwatched=HOSTS[1:],
    disks=(
        replace(DISK, low=True, place="/var/lib/lectern"),
        DiskView(
            of=("archive",),
            place="/mnt/nas/films",
            free_mb=0,
            size_mb=0,
            floor_mb=0,
            low=False,
            error=Told(code="archive-stuck", facts={"root": "/mnt/nas/films", "seconds": 3}),
        ),
    ),
    queue=tuple(
        QueueView(stage=stage, waiting=1234, later=56, running=8, oldest_s=45_296, nobody=3)
        for stage in ("write", "speak", "listen", "render", "join", "archive")
    ),
    batches=tuple(replace(BATCH, id=number) for number in range(9)),
    archive_pending=321,
    dead=45,
    failures=tuple(FailureView(error=ODD, times=100 - number, films=9) for number in range(9)),
    failures_h=12,
)


def page(view: FarmView, monkeypatch: pytest.MonkeyPatch, language: Language = "en") -> list[str]:
    """The screen of a terminal of 100 columns, line by line."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    screen = Screen()
    terminal = Terminal(json_wanted=False, language=language, stdout=screen, stderr=screen)
    for line in page_of(replace(view, attention=attention(view)), terminal):
        terminal.say(line)
    return re.sub("\x1b\\[[0-9;]*m", "", screen.getvalue()).splitlines()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_worst_night_fits_on_one_screen(monkeypatch: pytest.MonkeyPatch, language: Language) -> None:
    """100 columns and 40 lines, the prompt's among them; what is left out is told with where it is found."""
    lines = page(WORST, monkeypatch, language)
    assert len(lines) < 40, "\n".join(lines)
    assert max(map(cell_len, lines)) <= 100
    text = "\n".join(lines)
    for command in ("lectern workers", "lectern list", "lectern status --json"):
        assert command in text


def test_what_to_do_comes_first_and_the_gravest_of_it_before_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A farm that is well says so in one line; one that is not, what to type."""
    assert page(WELL, monkeypatch)[0] == "All is well. Films in work: 0; queued: 3."
    assert page(WELL, monkeypatch, "zh")[0] == "一切正常。进行中 0 部，排队 3 部。"
    assert page(replace(WELL, counts={}), monkeypatch)[0] == "All is well; there is nothing to do."
    head, first, second, *_ = page(replace(WELL, dead=2, workers=()), monkeypatch)
    assert head == "Somebody has to see to these 2, the gravest first:"
    assert first == "- Nothing moves: no worker is there. Start the farm with `lectern up`."
    assert second.startswith("- Failed for good: 2. `lectern dead list`")


def test_the_queue_tells_by_stage_what_waits_and_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is in work; what waits after an error is told apart."""
    queue = (
        QueueView(stage="speak", waiting=9, later=0, running=0, oldest_s=130, nobody=0),
        QueueView(stage="render", waiting=0, later=2, running=4, oldest_s=None, nobody=0),
    )
    lines = [" ".join(line.split()) for line in page(replace(WELL, queue=queue), monkeypatch)]
    assert "WAITING speech 9 · at a later time 2 · the oldest for 2 min 10 s (speech)" in lines
    assert "IN WORK render 4" in lines


def test_failures_are_told_in_words_with_how_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """By code; workers that were lost have none. Too long a story is cut, not wrapped."""
    failures = (FailureView(error=ODD, times=7, films=3), FailureView(error=None, times=1, films=1))
    lines = page(replace(WELL, failures=failures, failures_h=12), monkeypatch)
    (odd,) = (line for line in lines if "farm-unexpected" in line)
    assert odd.split()[:2] == ["7", "3"]
    assert odd.endswith("…")
    assert any("The worker was lost" in line for line in lines)
