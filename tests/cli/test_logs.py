"""Promises of `lectern logs` as people are shown it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

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


@pytest.mark.usefixtures("looked_once")
def test_a_film_is_followed_until_it_is_over(
    lectern: Lectern, ready_home: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What there was, each line as it comes, and none twice; as grave as was asked; an end where it ends."""
    assert lectern("submit", manifest).code == Exit.OK
    log = ready_home / "logs" / "cpu0.log"
    log.parent.mkdir(exist_ok=True)

    def write(*levels: str) -> None:
        with log.open("a") as file:
            for level in levels:
                facts = {"event": level, "level": level, "job": 1, "timestamp": datetime.now(UTC).isoformat()}
                file.write(json.dumps(facts) + "\n")

    def wait(_seconds: float) -> None:
        write("info", "error")
        assert lectern("cancel", "1").code == Exit.OK

    monkeypatch.setattr("cli.logs.time", SimpleNamespace(sleep=wait))
    write("debug", "warning")
    followed = lectern("logs", "1", "--follow", "--level", "warning", "--json")
    assert followed.code == Exit.OK
    assert [json.loads(line)["level"] for line in followed.out.splitlines()] == ["warning", "error"]
    assert [
        line["level"] for line in lectern("logs", "1", "--since", "today", "--json").document["lines"]
    ] == [
        "debug",
        "warning",
        "info",
        "error",
    ]
    refused = lectern("logs", "1", "--level", "loud")
    assert refused.code == Exit.REFUSED
    assert "debug, info, warning, error" in refused.err
