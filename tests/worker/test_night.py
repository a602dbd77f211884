"""The promise of a night: what is kept for it begins when it does, stops when it ends, goes on with the next.

Two days and nights are lived through by real processes whose clocks go faster; docs/night.md tells the same
story to people.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from farm.bootstrap import Farm, environment_of, open_farm
from farm.policy.windows import parse
from tests.support.sundial import Sundial
from tests.tasks.yard import PORTRAIT, ask, break_ground, one, quick_settings, story, wait_for
from worker.up import running_farm

_ZONE = ZoneInfo("Asia/Shanghai")
_PATIENCE_S = 60.0
#: Seconds that pass in a real one: while people look, while the farm works, while nothing may happen, and
#: while a film is in work that is not to be finished.
_CALM, _WORKING, _WAITING, _RUSHING = 1, 600, 20_000, 100_000
_PROGRAM = Path(sys.executable).with_name("lectern")
_PAGE = Path(__file__).parents[2] / "docs" / "night.md"
_LESSONS = " ".join(f"Lesson {number} is here." for number in range(1, 13))
_FILMS = {"evening": "Good evening.", "lessons": _LESSONS, "morning": "Good morning."}
_ALIKE = ("leo.png", "en-us", "square-512", "training")
_IN_MID_CHUNK = (
    "SELECT s.id FROM steps s JOIN jobs j ON j.id = s.job_id WHERE j.row_name = 'lessons' "
    "AND s.stage = 'render' AND s.state = 'running' "
    "AND (SELECT count(*) FROM makings m WHERE m.step_id = s.id AND m.kind = 'clip') >= 2"
)
_GIVEN_BACK = "SELECT 1 FROM attempts WHERE outcome = 'interrupted' AND error_code = 'farm-window-closed'"
_ALL_DONE = "SELECT 1 WHERE NOT EXISTS (SELECT id FROM jobs WHERE archive <> 'archived')"
_CLIPS = "SELECT count(*) FROM makings WHERE kind = 'clip'"
_RENDERED = (
    "SELECT a.outcome, a.error_code FROM attempts a JOIN steps s ON s.id = a.step_id "
    "JOIN jobs j ON j.id = s.job_id WHERE j.row_name = :row AND s.stage = 'render' ORDER BY a.started_at"
)


@dataclass(frozen=True)
class Night:
    """A farm under a sundial: its clock, its ledger, and whoever sits at its terminal.

    Attributes:
        sundial: its processes' clock.
        farm: its ledger.
        folder: where its users work.
        environment: of their programs.
        said: every command that they gave.
    """

    sundial: Sundial
    farm: Farm
    folder: Path
    environment: dict[str, str]
    said: list[str] = field(default_factory=list)

    def lectern(self, words: str) -> dict[str, object]:
        """What a command answers to a machine, given at people's pace."""
        self.sundial.go(_CALM)
        self.said.append(f"lectern {words}")
        told = subprocess.run(
            [_PROGRAM, *shlex.split(words), "--json"],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert told.returncode == 0, told.stderr
        answer = json.loads(told.stdout)
        assert isinstance(answer, dict)
        return answer

    def until(self, wall: str, *, speed: float = _WAITING) -> None:
        """Let time fly until the wall of the farm shows a time; from then on it goes at people's pace."""
        end = datetime.fromisoformat(wall).replace(tzinfo=_ZONE)
        self.sundial.go(speed, until=end, then=_CALM)
        self._wait(lambda: self.sundial.now >= end)

    def holding(self, *held: tuple[str, str]) -> None:
        """Wait until these films, and no others, are held by these things."""
        self._wait(lambda: self.holds == list(held))

    def work(self, question: str) -> None:
        """Let the farm work until its ledger has an answer."""
        self.sundial.go(_WORKING)
        self._wait(lambda: ask(self.farm, question))

    def _wait(self, happened: object) -> None:
        assert callable(happened)
        wait_for(happened, seconds=_PATIENCE_S, told=lambda: (self.sundial.now.isoformat(), story(self.farm)))

    @property
    def holds(self) -> list[tuple[object, ...]]:
        """The films that something holds, and what."""
        question = "SELECT j.row_name, h.reason FROM holds h JOIN jobs j ON j.id = h.job_id ORDER BY j.id"
        return ask(self.farm, question)

    @property
    def begun(self) -> list[object]:
        """The films of which something was begun."""
        found = ask(self.farm, "SELECT row_name FROM jobs WHERE started_at > 0 ORDER BY id")
        return [row for (row,) in found]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """A farm with one worker, on a Monday at three o'clock in the afternoon."""
    settings = quick_settings(tmp_path / "home", WORKER__COUNT="1", QUOTA__ZONE=_ZONE.key)
    break_ground(settings)
    shutil.copy(PORTRAIT, tmp_path / "leo.png")
    with (tmp_path / "course.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("id", "script", "portrait", "voice", "format", "department"))
        table.writerows((row, text, *_ALIKE) for row, text in _FILMS.items())
    with pytest.MonkeyPatch.context() as patch:
        # In the past, so that no file seems old.
        epoch = datetime(2025, 11, 24, 15, tzinfo=_ZONE)
        patch.setenv("TZ", _ZONE.key)
        sundial = Sundial(tmp_path, patch, epoch=epoch, speed=_CALM)
        environment = {**os.environ, **environment_of(settings)}
        with running_farm(settings), open_farm(settings) as farm:
            yield Night(sundial, farm, tmp_path, environment)


def test_a_night(night: Night) -> None:
    """By day films wait; at ten they begin; at seven the clip in work is finished; the next night ends it."""
    night.lectern('windows add night "22:00-07:00 Asia/Shanghai"')
    night.lectern("departments add training --films 2 --window night")
    night.lectern("submit course.csv --yes")
    assert night.holds == [("morning", "quota")], "two films a day"
    night.lectern("show 3")
    # The afternoon: there is a worker, and nothing to do for it.
    night.until("2025-11-24T21:59")
    assert night.begun == []
    # Ten o'clock. A film is in mid-chunk when the night ends: its clip is finished, the rest is given back.
    night.work(_IN_MID_CHUNK)
    night.until("2025-11-25T07:00", speed=_RUSHING)
    night.work(_GIVEN_BACK)
    made = one(night.farm, _CLIPS)
    night.lectern("show 2")
    # The day: nothing goes on. At noon the quota lets the third film in, which has to wait for ten then.
    night.until("2025-11-25T11:59")
    assert night.holds == [("morning", "quota")]
    night.until("2025-11-25T21:59")
    night.holding()
    assert "morning" not in night.begun
    assert one(night.farm, _CLIPS) == made
    # The second night: the film goes on with its next clip, and the third one is made.
    night.work(_ALL_DONE)
    assert ask(night.farm, _RENDERED, row="lessons") == [("interrupted", "farm-window-closed"), ("ok", None)]
    assert ask(night.farm, "SELECT key FROM makings GROUP BY kind, key HAVING count(*) > 1") == []
    assert one(night.farm, "SELECT sum(failures) FROM steps") == 0
    check_starts(night.farm)
    report = night.lectern("report --since 2025-11-24")
    assert (report["completed"], report["failed"], report["canceled"], report["held"]) == (3, 0, 0, [])
    account = report["usage"]
    usage = night.lectern("usage --month 2025-11")
    assert isinstance(account, dict)
    assert account["total"] == usage["total"]
    check_accounts(night.farm, usage["total"])
    assert night.said == told_to_people()


def check_starts(farm: Farm) -> None:
    """Everything began within the window, and within the quota's day that it was charged to."""
    window = parse("22:00-07:00", _ZONE.key)
    began = [int(str(at)) for (at,) in ask(farm, "SELECT started_at FROM attempts")]
    assert all(map(window.is_open, began))
    charged = ask(farm, "SELECT day, count(*) FROM charges GROUP BY day ORDER BY day")
    monday = (datetime(2025, 11, 24) - datetime(1970, 1, 1)).days  # noqa: DTZ001 - dates alone
    assert charged == [(monday, 2), (monday + 1, 1)]


def check_accounts(farm: Farm, total: object) -> None:
    """What is charged is what the attempts of the ledger kept their worker for, to the millisecond."""
    ((attempts, held, frames),) = ask(
        farm,
        "SELECT count(*), sum(held_ms), (SELECT sum(frames) FROM jobs) FROM attempts WHERE ended_at > 0",
    )
    assert isinstance(total, dict)
    assert (total["attempts"], total["card_ms"] + total["processor_ms"]) == (attempts, held)
    assert (total["films"], total["film_s"]) == (3, pytest.approx(int(str(frames)) / 25))
    assert 0 < total["processor_good_ms"] <= total["processor_ms"]


def told_to_people() -> list[str]:
    """The commands of the page, in order."""
    return re.findall(r"^\$ (lectern .+)$", _PAGE.read_text("utf-8"), flags=re.MULTILINE)
