"""Promises of the morning report: one picture in every form, safe wherever it is opened."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import update
from typing_extensions import override

from db import commits
from db.tables import artifacts, jobs, steps
from farm import windows
from farm.accounts import period_of
from farm.bootstrap import Farm
from farm.morning import report
from farm.morningdocument import document_of
from farm.morningpage import page_of
from farm.morningtext import WIDTH, brief_of, summary, table_of, text_of
from farm.morningwords import MorningWords
from farm.policy.accounts import By, Films, Held, account
from farm.policy.periods import month
from farm.policy.prices import prices_from
from farm.views.films import Told
from farm.views.morning import (
    HeldView,
    LeftView,
    LostView,
    MorningView,
    NightView,
    OutView,
    ReasonView,
    RhythmView,
    SavedView,
    SlowView,
    StopView,
)
from pipeline.plan.errors import InputError
from pipeline.plan.messages import Language
from tests.db.acting import fail, join, render, speak, take
from tests.db.values import submit

_LANGUAGES: tuple[Language, ...] = get_args(Language)
_EVIL = "<script>alert(1)</script>&\"'\u202e\x1b[31m"
_FORMULA = "=cmd|'/C calc'!A0"
_HOUR = 3_600_000
_PRICES = prices_from("any = 3", "0.5", "<EUR>")
_HELD = [
    Held(key=key, device=device, attempts=1, held_ms=7 * _HOUR, good_ms=5 * _HOUR, machine_ms=1)
    for key in (_EVIL, _FORMULA, "a department with a name that is far too long for any bar of any chart")
    for device in ("cpu", "GPU-1")
]
#: A night of which everything is to be told, with names that try to be something else.
NIGHT = MorningView(
    period=month("2026-11", "Asia/Shanghai"),
    made="2026-11-30 07:30",
    completed=48,
    canceled=1,
    account=account(By.DEPARTMENT, _HELD, [Films(key=_EVIL, films=48, ticks=600 * 7000)], prices=_PRICES),
    prices=_PRICES,
    hourly=False,
    rhythm=tuple(
        RhythmView(label=f"2026-11-{day:02}", completed=day % 7, failed=day % 3) for day in range(1, 31)
    ),
    failed=(
        ReasonView(
            error=Told(code="voice-unknown", facts={"voice": _EVIL, "known": "x " * 200}),
            films=9,
            jobs=(4, 7, 9, 12, 13),
        ),
        ReasonView(error=Told(code="never-heard-of", facts={"x": _FORMULA}), films=1, jobs=(99,)),
    ),
    held=(
        HeldView(
            reason="quota",
            films=250,
            until="2026-12-01 12:00",
            also={"off_peak": 40},
            department=_EVIL,
            command=f"lectern {_EVIL}",
        ),
        HeldView(reason="quota", films=3, until="", department="训练 1", command="lectern grant '训练 1'"),
        HeldView(reason="operator", films=1, until=""),
        HeldView(reason=_EVIL, films=2, until=""),
    ),
    stops=(
        StopView(scope="department", name=_EVIL, kind="pause", by="anna", reason=_FORMULA, until=""),
        StopView(scope="pool", name="studio", kind="hold", by="bob", reason="", until="2026-12-01 12:00"),
    ),
    slow=tuple(
        SlowView(
            job=job, row=row, stage="render", chunk=2, took_s=3725, film_s=48, worker="render-0@gpu-box-1"
        )
        for job, row in enumerate((_EVIL, _FORMULA, "字" * 70), 100)
    ),
    saved=SavedView(clips=511, sentences=42, saved_ms=_HOUR, basis="scaled"),
    lost=tuple(LostView(worker=f"w{number}@{_EVIL}", times=2, wasted_ms=12_000) for number in range(11)),
    out=(OutView(card=_EVIL, host="h", state="sick", error=Told(code="card-hot", facts={}), since="now"),),
    left=LeftView(films=12, work_ms=5 * _HOUR, hands=4, finish="2026-11-30 08:45", basis="rule"),
    nights=(
        NightView(
            window="night",
            opens="2026-11-30 22:00",
            shuts="2026-12-01 07:00",
            films=60,
            unfinished=9,
            jobs=(4, 7, 9, 12, 13),
        ),
        NightView(window="late", opens="now", shuts="then", films=6, unfinished=0, jobs=()),
        NightView(window="always", opens="now", shuts="", films=6, unfinished=0, jobs=()),
    ),
)
#: And one of which there is nothing to tell.
CALM = MorningView(
    period=NIGHT.period,
    made=NIGHT.made,
    completed=0,
    canceled=0,
    account=account(By.DEPARTMENT, []),
    prices=prices_from("", "", ""),
)


class _Reader(HTMLParser):
    """Reads a page: what elements and attributes it has, what it says, and whether all is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.said = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        self.said += data


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("view", [NIGHT, CALM], ids=["night", "calm"])
def test_the_page_is_whole_and_asks_for_nothing(view: MorningView, language: Language) -> None:
    """No script, no address, no foreign host; what people wrote is text in it, whatever it looks like."""
    page = page_of(view, language)
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    assert not reader.tags & {"script", "link", "img", "iframe", "object", "form", "a", "image", "use"}
    assert not {name for name in reader.attributes if name.startswith("on")}
    assert not reader.attributes & {"src", "href", "action", "data"}
    assert "url(" not in page
    assert page.count("http") == page.count('http-equiv="Content') + page.count('xmlns="http://www.w3.org/')
    assert not any(letter in page for letter in "\u202e\x1b")
    if view is NIGHT:
        assert "<script>alert(1)</script>&\"'" in reader.said
        assert page.count("<svg") == 2


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("view", [NIGHT, CALM], ids=["night", "calm"])
def test_the_text_fits_a_terminal(view: MorningView, language: Language) -> None:
    """No line is wider than it may be, counted as terminals do; nothing moves the cursor."""
    for line in text_of(view, language).splitlines():
        wide = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
        assert wide <= WIDTH, line
        assert line.isprintable(), line


def test_the_text_tells_all_that_matters() -> None:
    """What was done and failed with what to do, what is held, hours, money, and what is left."""
    text = " ".join(text_of(NIGHT, "en").split())
    for part in (
        "48 films done, 10 failed, 1 canceled; 12 left to do, 256 held.",
        "Jobs 4, 7, 9, 12, 13 …: lectern dead show 4",
        "until 2026-12-01 12:00: 250 (of these for off-peak hours, too: 40) (to let them begin: `lectern ",
        "Pool studio begins nothing new, by bob until 2026-12-01 12:00",
        "21.00 21.00 29 % 73.50 <EUR>",
        "511 clips and 42 sentences were not made again: 1.00 worker hours",
        "and 3 more workers",
        "of 60 that wait for it, 9 will not be finished in it (jobs 4, 7, 9, 12, 13 …)",
        "Films: 12, about 5.00 worker hours to render (by a rule of thumb); with the 4 workers that are",
    ):
        assert part in text, part


@pytest.mark.parametrize("language", _LANGUAGES)
def test_the_table_calculates_nothing(language: Language) -> None:
    """Each line has as many cells as the first; what looks like a formula is text."""
    told = table_of(NIGHT, language).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@")]
    assert ["held", "quota", "250", "2026-12-01 12:00"] in [row[:4] for row in rows]
    assert [row[0] for row in rows][-1] == "total"


@pytest.mark.parametrize("language", _LANGUAGES)
def test_the_short_form_begins_with_what_matters(language: Language) -> None:
    """The sum of it, what failed with what to do, what is held and what is out; then the hours."""
    lines = brief_of(NIGHT, language)
    assert "48" in lines[0]
    assert "9" in lines[1]
    assert len(brief_of(CALM, language)) == 2


def test_what_will_not_be_finished_in_a_window_is_told(farm: Farm) -> None:
    """Of the films that wait for it, by the same forecast as that of windows."""
    submit(farm.ledger, ["a", "b"])
    windows.add(farm, "blink", f"{_minute(farm, 2)}-{_minute(farm, 3)} UTC")
    windows.add(farm, "idle", "all day UTC")
    with farm.ledger.write("test") as connection:
        for table in (jobs, steps):
            connection.execute(update(table).values(window="blink"))
        # Nobody speaks so much in a minute.
        connection.execute(update(artifacts).values(size=10**6))
    view = report(farm, period_of(farm, since="yesterday"))
    (night,) = view.nights
    # Until then they are held, and not left to do as well.
    assert (view.left.films, view.left.now, view.waiting) == (2, 0, 2)
    assert "; 0 left to do, 2 held." in summary(view, MorningWords("en"))
    told = (night.window, night.films, night.unfinished, night.jobs)
    assert told == ("blink", 2, 2, (1, 2))
    assert night.opens < night.shuts


def _minute(farm: Farm, later: int) -> str:
    return datetime.fromtimestamp(farm.ledger.clock() // 1000 + 60 * later, UTC).strftime("%H:%M")


def test_a_night_is_told_as_it_was(farm: Farm, tmp_path: Path) -> None:
    """A film that was made, one that failed and one that is left, by a real ledger."""
    assert tmp_path
    submit(farm.ledger, ["a", "b", "c"])
    speak(farm.ledger, take(farm.ledger, "speak"))
    for _ in range(2):
        render(farm.ledger, take(farm.ledger, "render.warp"))
    join(farm.ledger, take(farm.ledger, "join"))
    fail(farm.ledger, take(farm.ledger, "speak"), InputError("voice-unknown", voice="x", known="y"))
    commits.release(farm.ledger, take(farm.ledger, "speak"), delay_ms=0)
    farm.ledger.clock = lambda now=farm.ledger.clock: now() + 1  # type: ignore[misc]
    view = report(farm, period_of(farm, since="yesterday"))
    assert (view.completed, view.failures, view.canceled, view.left.films) == (1, 1, 0, 1)
    assert [(each.error.code, each.films, each.jobs) for each in view.failed] == [("voice-unknown", 1, (2,))]
    assert sum(part.completed for part in view.rhythm) == sum(part.failed for part in view.rhythm) == 1
    assert view.hourly
    assert 24 <= len(view.rhythm) <= 48
    assert (view.account.total.films, view.account.total.ticks) == (1, 3 * 600)
    assert (view.left.hands, view.left.finish) == (0, "")
    assert view.nights == ()
    document = json.loads(json.dumps(document_of(view)))
    assert (document["completed"], document["failed"], document["usage"]["total"]["films"]) == (1, 1, 1)
    longer = period_of(farm, since="2026-01-01")
    assert not report(farm, replace(longer, until=farm.ledger.clock() + 1)).hourly


def test_chinese_lines_break_where_they_may() -> None:
    """Never within an option or a date, nor before a full stop; what is too long alone breaks after all."""
    quota = HeldView(reason="quota", films=7, until="2026-12-01 12:00", command="a --films 7")
    for place in range(30):
        held = (replace(quota, department="部" * place or "x"),)
        lines = text_of(replace(CALM, held=held), "zh").splitlines()
        said = " ".join(lines)
        assert "--films" in said
        assert "2026-12-01" in said
        assert not [line for line in lines if line.strip()[:1] in "，。；：）" and line.strip()]
