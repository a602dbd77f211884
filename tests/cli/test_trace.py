"""Promises of the waterfall as people and machines are shown it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from cli.exits import Exit
from cli.terminal import Terminal
from cli.trace import document_of, page_of
from db.traces import Act, Hold
from farm.course import CourseView
from farm.policy.waterfall import Bar, Piece, axis
from pipeline.plan.messages import Language
from tests.cli.conftest import Lectern

_CLIP = Piece(kind="clip", key="abcdef0123456789", begins=4_000, ends=9_000, machine_ms=900)
_FAILED = Bar(
    stage="render",
    part=2,
    parts=3,
    waits=2_000,
    begins=4_000,
    ends=12_000,
    number=1,
    worker="gpu0@host",
    device="cuda:0",
    outcome="error",
    code="media-failed",
    pieces=[_CLIP],
)
_AGAIN = replace(
    _FAILED,
    number=2,
    waits=12_000,
    begins=20_000,
    ends=21_500,
    outcome="ok",
    code="",
    kept=1,
    found=4,
    folded=3,
)
_WAITS = Bar(stage="join", part=1, parts=1, waits=21_500)
_BARS = (_FAILED, _AGAIN, _WAITS)
VIEW = CourseView(
    job=7,
    batch=3,
    row="row\x1b[31m",
    department="marketing",
    state="active",
    trace="a" * 32,
    root="b" * 16,
    submitted=1_000,
    ended=None,
    now=30_000,
    bars=_BARS,
    axis=axis(_BARS, submitted_at=1_000, now=30_000),
    holds=(Hold(reason="operator", since=22_000, until=None),),
    acts=(Act(at=22_000, verb="hold", by="anna"),),
)


_STYLE = re.compile(r"\x1b\[[0-9;]*m")


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        """It is one."""
        return True


def _page(
    monkeypatch: pytest.MonkeyPatch, width: int, language: Language = "en", *, clips: bool = False
) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    screen = _Screen()
    speaking = Terminal(json_wanted=False, language=language, stdout=screen, stderr=screen)
    for line in page_of(VIEW, speaking, clips=clips):
        speaking.say(line)
    return _STYLE.sub("", screen.getvalue()).splitlines()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [200, 110, 60])
def test_every_attempt_has_a_line_on_every_screen(
    monkeypatch: pytest.MonkeyPatch, width: int, language: Language
) -> None:
    """Its worker, its code, what was made; a terminal that is too small loses the card, then the bars."""
    page = _page(monkeypatch, width, language)
    whole = "".join(line.strip() for line in page)
    assert whole.count("gpu0@host") == 2
    assert "media-failed" in whole
    assert "a" * 32 in whole
    assert {"en": "held, by anna", "zh": "保留，操作者 anna"}[language] in whole
    assert ("cuda:0" in whole) == (width > 60)
    assert ("▒" in whole) == (width > 60)
    failed, again = (line for line in page if "gpu0@host" in line)
    assert ("▒" in failed, "█" in again) == (width > 60, width > 60)
    if width > 60:
        assert all(cell_len(line) <= width for line in (failed, again))
        assert failed.index("▒") < again.index("█")


def test_each_clip_has_a_line_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its number and the beginning of its key."""
    assert not any("clip 1" in line for line in _page(monkeypatch, 200))
    shown = [line for line in _page(monkeypatch, 200, clips=True) if "clip 1" in line]
    assert len(shown) == 2
    assert all("5.0 s" in line and "abcdef012345" in line for line in shown[:1])


def test_machines_are_told_everything() -> None:
    """Waits and runs in milliseconds, each thing that was made, and what goes on."""
    told = document_of(VIEW)
    failed, again, waits = told["bars"]  # type: ignore[misc]
    assert (failed["waited_ms"], failed["took_ms"], failed["code"]) == (2_000, 8_000, "media-failed")
    assert failed["made"][0]["begins"] == "1970-01-01T00:00:04.000Z"
    assert (again["kept"], again["found"], again["folded"]) == (1, 4, 3)
    assert (waits["begins"], waits["took_ms"], waits["waited_ms"]) == ("", None, 8_500)


@pytest.mark.usefixtures("ready_home")
def test_a_trace_that_nobody_knows_is_an_error_of_its_own(lectern: Lectern) -> None:
    """With the code that scripts know what is not there by."""
    answer = lectern("trace", "f" * 32, "--json")
    assert (answer.code, answer.failure["code"]) == (Exit.UNKNOWN, "trace-unknown")
