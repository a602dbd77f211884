"""Promises of `lectern logs` as people are shown it."""

from __future__ import annotations

import io

import pytest

from cli.exits import Exit
from cli.logs import _page
from cli.terminal import Terminal
from farm.loglines import LEDGER, Elsewhere, JobLines, LogLine
from pipeline.plan.messages import Language
from tests.cli.conftest import Lectern

_FACTS = {"stage": "render", "step": 7, "attempt": 2, "trace_id": "a" * 32, "worker": "gpu0@a"}
FOUND = JobLines(
    job=3,
    trace="a" * 32,
    lines=(
        LogLine(
            at="2026-11-22T20:00:01Z",
            level="error",
            event="failed \x1b[31m",
            source="gpu0",
            facts={**_FACTS, "code": "media-failed", "exception": "Traceback\n  File x"},
        ),
        LogLine(at="2026-11-22T20:00:02Z", level="info", event="kept n=1", source=LEDGER, facts=_FACTS),
    ),
    elsewhere=(Elsewhere(worker="gpu0@b", host="b", attempts=1, kept=0),),
)


@pytest.mark.parametrize(("language", "where"), [("en", "look on host b"), ("zh", "请在主机 b 上查看")])
def test_each_line_says_when_where_at_what_and_what(language: Language, where: str) -> None:
    """The exception stands below; what the ledger kept names its worker; the rest is on another host."""
    out = io.StringIO()
    terminal = Terminal(
        json_wanted=False, language=language, stdout=out, stderr=io.StringIO(), zone=lambda: "UTC"
    )
    terminal.answer({}, _page(FOUND, terminal))
    told = " ".join(out.getvalue().split())
    assert "2026-11-22 20:00:01 gpu0 render 7.2 error failed" in told
    assert "code=media-failed" in told
    assert "Traceback File x" in told
    assert "gpu0@a render 7.2 info kept n=1" in told
    assert where in told
    assert "\x1b" not in told
    assert "a" * 32 not in told


def test_a_film_that_is_not_there_has_no_logs(lectern: Lectern, ready_home: object) -> None:
    """By its number or its trace id."""
    assert ready_home
    assert lectern("logs", "9").code == lectern("logs", "a" * 32).code == Exit.UNKNOWN
