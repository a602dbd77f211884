"""Promises of the live view: one line for each job that is worth one, and why it waits."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from cli.terminal import Terminal
from cli.watch import Look, draw, tell
from farm.views.films import BatchView, JobView, Told
from farm.views.stops import HoldView

BATCH = BatchView(
    id=3,
    name="autumn.csv",
    keys=(),
    user="maria",
    submitted="2026-11-21T01:00:00Z",
    counts={"completed": 1, "active": 2, "queued": 1, "held": 1},
    jobs=5,
    per_cent=41,
    eta_s=185,
    archive_pending=0,
)
JOB = JobView(
    id=7,
    batch=3,
    row="hello\x1b[2J",
    title="Hello",
    state="active",
    holds=(),
    stage="render",
    per_cent=62,
    ahead=0,
    eta_s=40,
    waiting="",
    retry_in_s=None,
    frames=500,
    trace="0" * 31 + "1",
    archive="none",
    film="",
    error=None,
    submitted="2026-11-21T01:00:00Z",
    ended="",
)
RETRIED = replace(
    JOB,
    id=8,
    row="second",
    waiting="retry",
    retry_in_s=9,
    error=Told(code="store-failed", facts={"reason": "Input/output error"}),
)
BY_ANNA = HoldView(reason="operator", by="anna", since="2026-11-22T16:40:00Z", until="", detail="wrong logo")
HELD = replace(
    JOB,
    id=9,
    row="third",
    state="queued",
    holds=("operator",),
    held=(BY_ANNA,),
    waiting="held",
    eta_s=None,
)
BEHIND = replace(JOB, id=10, row="fourth", state="queued", ahead=4)
OVER = replace(BATCH, counts={"completed": 5}, per_cent=100, eta_s=None)
LOOKS = (
    Look(batch=BATCH, jobs=(JOB, RETRIED, HELD, BEHIND), ended=()),
    Look(batch=BATCH, jobs=(JOB, replace(RETRIED, retry_in_s=8), HELD, BEHIND), ended=()),
    Look(batch=OVER, jobs=(), ended=(replace(JOB, state="completed", per_cent=100),)),
)


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def terminal(stream: io.StringIO) -> Terminal:
    """A terminal that speaks English to this stream."""
    return Terminal(json_wanted=False, language="en", stdout=stream, stderr=stream)


def test_a_terminal_shows_the_total_and_a_line_for_each_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stage, per cent and time left; retries with the error; holds with their reason; jobs ahead."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    screen = Screen()
    assert draw(iter(LOOKS), terminal(screen)) == OVER
    shown = screen.getvalue()
    for words in (
        "batch 3 (autumn.csv)", "41 %", "about 3 min 05 s left", "62 %", "40 s", "tried again in 9 s",
        "Input/output error", "held by anna since", "4 ahead", "Ctrl-C leaves this view",
    ):  # fmt: skip
        assert words in shown
    assert "hello[2J" in shown


def test_a_log_gets_a_line_for_each_news_and_no_more() -> None:
    """A countdown is no news; a job that waits for its turn is none either; the end of one is."""
    log = io.StringIO()
    assert tell(iter(LOOKS), terminal(log)) == OVER
    lines = log.getvalue().splitlines()
    assert sum("second" in line for line in lines) == 1
    assert not any("fourth" in line for line in lines)
    assert "  hello[2J  completed" in lines
    assert lines[0].startswith("batch 3 (autumn.csv)  1 completed · 2 active · 1 queued · 1 held  41 %")
