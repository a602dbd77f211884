"""Promises about a forecast: what it says is what the farm will do, and it does nothing itself."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import text

from db import departments, reads, workers
from farm import submit as submitting
from farm.bootstrap import Farm
from farm.forecast import Forecast, forecast
from farm.policy.costs import Basis
from farm.precheck import admit, check
from farm.submit import Manner
from pipeline.steps.archive import init_archive
from tasks.bell import Bell
from tasks.step import open_runner
from tests.db.values import PROFILE

pytestmark = pytest.mark.usefixtures("looked_once")

ROW = {"script": "Hello {{name}}. We meet at noon.", "portrait": "leo.png", "format": "square-512"}
# Nobody listens there: a silent bell costs nothing but time.
NOWHERE = "redis://127.0.0.1:9/0"
CAPABILITIES = ["speak", "render.warp", "join"]


def manifest(folder: Path, *rows: Mapping[str, str]) -> Path:
    """Write a manifest of these rows."""
    path = folder / "batch.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def foretold(farm: Farm, folder: Path, *rows: Mapping[str, str]) -> Forecast:
    """The forecast of these rows."""
    return forecast(farm, admit(check(farm, manifest(folder, *rows))))


def test_a_new_farm_says_that_it_goes_by_rules(farm: Farm, batch_folder: Path) -> None:
    """Nothing was measured, no worker is there, no archive was made: each is said; nothing is stored."""
    found = foretold(farm, batch_folder, {**ROW, "name": "Maria"}, {**ROW, "name": "Ken"})
    assert {one.basis for one in found.prices} == {Basis.RULE}
    assert {one.stage for one in found.prices} == {"speak", "render", "join", "archive"}
    assert (found.size_basis, found.workers, found.finish_at) == (Basis.RULE, 0, None)
    assert {notice.code for notice in found.notices} == {"submit-no-worker", "submit-archive-away"}
    assert found.archive.free is None
    assert found.machine_ms > 0
    assert not [path for path in farm.store.root.rglob("*") if path.is_file()]
    assert not reads.list_batches(farm.ledger)


def test_too_little_room_is_told(farm: Farm, batch_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is needed stands against what is free, where it is; with enough of it nothing is said."""
    usage = shutil.disk_usage(farm.settings.home)
    row = {**ROW, "name": "Maria"}
    needed = foretold(farm, batch_folder, row).store.needed
    tight = {}
    for free in (needed - 1, needed):
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder, free=free: usage._replace(free=free))
        notices = foretold(farm, batch_folder, row).notices
        tight[free - needed] = [dict(each.facts) for each in notices if each.code == "submit-disk-tight"]
    assert tight[0] == []
    (facts,) = tight[-1]
    assert facts["place"] == str(farm.store.root)


def test_what_films_share_is_counted_once(farm: Farm, batch_folder: Path) -> None:
    """Of two greetings each is one's own; the sentence after them, head and tail are the same."""
    rows = [{**ROW, "name": name} for name in ("Maria", "Ken")]
    contents = foretold(farm, batch_folder, *rows).contents
    assert vars(contents.sentences) == {"all": 4, "different": 3, "there": 0}
    assert vars(contents.clips) == {"all": 8, "different": 5, "there": 0}
    assert 500 < contents.to_render < 1000
    other = [rows[0], {**rows[1], "portrait": "astronaut.png"}]
    assert foretold(farm, batch_folder, *other).contents.clips.different == 8
    assert foretold(farm, batch_folder, *other).contents.to_render == 1000


def test_a_large_batch_is_looked_at_in_part(farm: Farm, batch_folder: Path) -> None:
    """What is found in some of its films is taken for all, and comes close."""
    rows = [{**ROW, "name": f"Person {number}"} for number in range(100, 500)]
    contents = foretold(farm, batch_folder, *rows).contents
    assert contents.looked_at == 200
    assert contents.sentences.all == 800
    assert contents.sentences.different == pytest.approx(401, abs=2)
    assert contents.clips.different == pytest.approx(403, abs=3)
    whole = foretold(farm, batch_folder, *rows[:60]).contents
    assert contents.to_render == pytest.approx(whole.to_render, abs=40)
    assert max(contents.lengths_ms) < 1.3 * min(contents.lengths_ms)


def test_a_worker_makes_a_time_of_it(farm: Farm, batch_folder: Path) -> None:
    """With somebody there who renders, the end is told; the work before it counts, more hands help."""
    now = farm.ledger.clock()
    row = {**ROW, "name": "Maria"}
    for name in ("one", "two"):
        workers.register(
            farm.ledger, name, host="here", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE]
        )
        found = foretold(farm, batch_folder, row)
        assert found.finish_at is not None
        assert found.finish_at - now > 100
    assert found.workers == 2
    submitting.submit(
        farm, manifest(batch_folder, *[{**row, "name": str(each)} for each in range(20)]), Manner()
    )
    later = foretold(farm, batch_folder, row)
    assert later.ahead_ms > 0
    assert later.finish_at is not None
    assert later.finish_at - found.finish_at > later.ahead_ms / 2
    urgent = foretold(farm, batch_folder, {**row, "urgency": "urgent"})
    assert urgent.ahead_ms == 0
    departments.change(farm.ledger, "default", {"films": 21}, by="anna")
    rows = [{**row, "id": name, "name": name} for name in ("Ken", "Eva")]
    tomorrow = farm.ledger.calendar.begins_at(farm.ledger.calendar.day_of(now) + 1)
    kept = foretold(farm, batch_folder, *rows)
    assert kept.finish_at is not None
    assert later.finish_at < tomorrow < kept.finish_at < tomorrow + later.finish_at - now
    elsewhere = foretold(farm, batch_folder, {**row, "pool": "studio"})
    assert (elsewhere.workers, elsewhere.ahead_ms, elsewhere.finish_at) == (0, 0, None)


def test_what_was_made_before_is_found_again(farm: Farm, batch_folder: Path) -> None:
    """After a film was made, its clips cost nothing more; measured prices stand for the rules."""
    init_archive(farm.archive)
    made = {**ROW, "name": "Maria"}
    submitting.submit(farm, manifest(batch_folder, made), Manner())
    with open_runner(farm, "worker", CAPABILITIES, Bell(NOWHERE)) as runner:
        while steps := _ready(farm):
            for step in steps:
                runner.run(step)
    again = foretold(farm, batch_folder, made)
    assert vars(again.contents.clips) == {"all": 4, "different": 4, "there": 4}
    assert vars(again.contents.sentences) == {"all": 2, "different": 2, "there": 2}
    assert (again.contents.to_render, again.contents.to_speak) == (0, 0)
    assert {one.stage for one in again.prices if one.basis is Basis.MEASURED} == {"speak", "render", "join"}
    assert again.size_basis is Basis.MEASURED
    with farm.ledger.read() as connection:
        frames = connection.execute(text("SELECT frames FROM jobs")).scalar_one()
    assert again.length_ms == pytest.approx(frames * 40, rel=0.15)
    assert again.known == 1
    changed = foretold(farm, batch_folder, {**ROW, "name": "Ken"})
    assert changed.known is None
    assert vars(changed.contents.clips) == {"all": 4, "different": 4, "there": 3}
    assert foretold(farm, batch_folder, {**made, "format": "wide-512"}).contents.clips.there == 0
    shutil.copy(batch_folder / "astronaut.png", batch_folder / "leo.png")
    assert foretold(farm, batch_folder, made).contents.clips.there == 0


def _ready(farm: Farm) -> list[int]:
    """The steps that could run."""
    question = "SELECT id FROM steps WHERE state = 'ready' AND stage <> 'archive' ORDER BY id"
    with farm.ledger.read() as connection:
        return [int(step) for (step,) in connection.execute(text(question))]
