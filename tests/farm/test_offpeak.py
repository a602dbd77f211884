"""Promises about windows and deadlines of rows: which one a film waits for, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from db import reads
from db.tables import departments, jobs
from db.windows import add_window
from farm.bootstrap import Farm
from farm.policy.windows import parse
from farm.precheck import BatchRefusedError, admit, check
from farm.reading import Reading
from farm.submit import Manner, queue
from farm.windows import waited_for
from tests.farm.submitting import ROW, manifest

pytestmark = pytest.mark.usefixtures("looked_once")

_ROW = {**ROW, "script": "Hello."}
_SOON = (datetime.now(UTC) + timedelta(days=9)).isoformat(timespec="seconds")


def _windows(farm: Farm, *names: str) -> None:
    for name in names:
        add_window(farm.ledger, name, parse("22:00-07:00", "Asia/Shanghai"), by="anna")


def _submitted(farm: Farm, path: Path, **reading: str) -> list[tuple[str, int | None]]:
    """The windows and deadlines that the rows of a manifest are entered with."""
    queue(farm, admit(check(farm, path, reading=Reading(**reading))), Manner())  # type: ignore[arg-type]
    with farm.ledger.read() as connection:
        found = connection.execute(jobs.select().order_by(jobs.c.id))
        return [(row.window, row.deadline) for row in found]


def _codes(farm: Farm, path: Path, **reading: str) -> list[tuple[str, str]]:
    """What of a manifest is refused: the columns and codes."""
    with pytest.raises(BatchRefusedError) as refused:
        admit(check(farm, path, reading=Reading(**reading)))  # type: ignore[arg-type]
    return [(problem.column, problem.code) for problem in refused.value.problems]


def test_a_film_waits_for_the_window_that_its_row_says(farm: Farm, batch_folder: Path) -> None:
    """Yes is enough where there is one; what the command line says holds for rows that say nothing."""
    _windows(farm, "night")
    rows = [{**_ROW, "off_peak": word} for word in ("", "yes", "no", "Night", "是")]
    path = manifest(batch_folder, *rows)
    assert [window for window, _ in _submitted(farm, path)] == ["", "night", "", "night", "night"]
    asked = _submitted(farm, manifest(batch_folder, *rows[:3], {**_ROW, "title": "x"}), off_peak="yes")
    assert [window for window, _ in asked[5:]] == ["night", "night", "", "night"]
    assert {step.stage for step in reads.read_job(farm.ledger, 2).steps} >= {"speak", "join"}


def test_a_departments_window_is_that_of_its_films_unless_they_say_no(farm: Farm, batch_folder: Path) -> None:
    """And what yes means where a farm has several."""
    _windows(farm, "evening", "night")
    with farm.ledger.write("test") as connection:
        connection.execute(update(departments).values(window="night"))
    path = manifest(batch_folder, *({**_ROW, "off_peak": word} for word in ("", "no", "yes", "evening")))
    checked = admit(check(farm, path))
    assert [film.window for film in checked.films] == ["night", "", "night", "evening"]
    assert [(each.window.name, each.films) for each in waited_for(farm, checked.films)] == [
        ("evening", 1),
        ("night", 2),
    ]


def test_a_window_that_cannot_be_told_is_refused(farm: Farm, batch_folder: Path) -> None:
    """None to wait for, several, one that is not there, and a word that is none."""
    path = manifest(batch_folder, _ROW)
    assert _codes(farm, path, off_peak="yes") == [("off_peak", "window-none")]
    _windows(farm, "evening", "night")
    assert _codes(farm, path, off_peak="yes") == [("off_peak", "window-which")]
    assert _codes(farm, path, off_peak="noon") == [("off_peak", "window-unknown")]
    assert _codes(farm, path, off_peak="at night") == [("off_peak", "window-name-wrong")]


def test_a_deadline_is_a_moment_to_come(farm: Farm, batch_folder: Path) -> None:
    """One in the past is refused, as is what is none; the row's own goes before the command line's."""
    path = manifest(batch_folder, *({**_ROW, "deadline": each} for each in (_SOON, "")))
    (_, own), (_, told) = _submitted(farm, path, deadline="2099-01-01 07:00")
    assert own == datetime.fromisoformat(_SOON).timestamp() * 1000
    assert told is not None
    assert datetime.fromtimestamp(told / 1000, UTC).year in {2098, 2099}
    wrong = manifest(
        batch_folder, *({**_ROW, "deadline": each} for each in ("2020-01-01 07:00", "tomorrow", "2099-01-32"))
    )
    assert _codes(farm, wrong) == [
        ("deadline", "deadline-past"),
        ("deadline", "deadline-wrong"),
        ("deadline", "deadline-wrong"),
    ]


def test_a_deadline_before_the_window_opens_is_warned_of(farm: Farm, batch_folder: Path) -> None:
    """The film is taken all the same: it is late, and never outside its window."""
    now = datetime.now(UTC)
    later = f"{(now.hour + 6) % 24}:00-{(now.hour + 7) % 24}:00"
    add_window(farm.ledger, "night", parse(later, "UTC"), by="anna")
    soon = (now + timedelta(hours=1)).isoformat()
    path = manifest(
        batch_folder,
        *(
            {**_ROW, "off_peak": "yes", "deadline": each}
            for each in (soon.partition(".")[0] + "Z", _SOON, "2099-01-01 07:00")
        ),
    )
    found = admit(check(farm, path))
    assert [(each.row, each.column, each.code) for each in found.warnings] == [
        (2, "deadline", "deadline-window")
    ]
