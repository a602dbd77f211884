"""Promises about what is shown: places in the line, estimates that are measured, links that open."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from db import operations, workers
from db.waits import Waiting, read_waits
from farm import show
from farm.bootstrap import Farm
from farm.submit import Manner, submit
from pipeline.plan.errors import InputError
from tests.db.values import CAPABILITIES, PROFILE

pytestmark = pytest.mark.usefixtures("looked_once")


@pytest.fixture
def batch(farm: Farm, batch_folder: Path) -> int:
    """Three queued films; the second is urgent, the third is the longest."""
    path = batch_folder / "batch.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "script", "portrait", "format", "urgency"))
        writer.writerow(("first", "One sentence.", "leo.png", "square-512", ""))
        writer.writerow(("second", "One sentence.", "leo.png", "square-512", "urgent"))
        writer.writerow(("third", "One sentence. " * 10, "leo.png", "square-512", ""))
    return submit(farm, path, Manner()).batch


def test_urgent_jobs_stand_before_others(farm: Farm, batch: int) -> None:
    """The place in the line is the order of work."""
    told = {"host": "h", "device": "cpu", "capabilities": CAPABILITIES, "profiles": [PROFILE]}
    workers.register(farm.ledger, "worker", **told)  # type: ignore[arg-type]
    assert [(job.row, job.ahead) for job in show.jobs(farm, batch=batch)] == [
        ("first", 1),
        ("second", 0),
        ("third", 2),
    ]


def test_held_jobs_stand_in_nobodys_way(farm: Farm, batch: int) -> None:
    """A paused job has no place in the line, and says that it is held."""
    second = show.jobs(farm, batch=batch)[1].id
    operations.pause(farm.ledger, [second], by="anna")
    shown = show.job(farm, second).job
    assert (shown.waiting, shown.eta_s, shown.holds) == ("held", None, ("operator",))
    assert show.batch(farm, batch).counts == {"queued": 2, "held": 1}


def test_a_job_tells_how_its_film_was_wished_for(farm: Farm, batch_folder: Path) -> None:
    """Look, liveliness and background, in their plainest words; the usual ones where nothing was wished."""
    path = batch_folder / "batch.csv"
    path.write_text(
        "script,portrait,face.expression,face.motion,background,quality,loudness,fps\n"
        "One.,leo.png,Friendly,NONE,#1F3A5F,Draft,-18 LUFS,50\n"
        "Two.,leo.png,,,leo.png,,,\n"
        "Three.,leo.png,,calm,blur,standard,,\n"
    )
    submit(farm, path, Manner())
    told = [show.job(farm, number) for number in (1, 2, 3)]
    assert [(one.expression, one.motion) for one in told] == [
        ("friendly", "none"),
        ("neutral", "calm"),
        ("neutral", "calm"),
    ]
    assert [(one.quality, one.loudness, one.fps) for one in told] == [
        ("draft", "-18", 50),
        ("standard", "", 25),
        ("standard", "", 25),
    ]
    colour, picture, usual = (one.background for one in told)
    assert (colour, usual) == ("#1f3a5f", "blur")
    assert Path(picture).read_bytes() == (batch_folder / "leo.png").read_bytes()


def test_the_whole_farm_is_told_by_its_totals(farm: Farm, batch: int) -> None:
    """Every job counts, held ones as such; of batches those under way are told."""
    first, second, third = (line.id for line in show.jobs(farm, batch=batch))
    operations.pause(farm.ledger, [second], by="anna")
    operations.cancel(farm.ledger, [third], by="anna")
    view = show.whole(farm, most=5)
    assert view.counts == {"queued": 1, "held": 1, "canceled": 1}
    assert [each.id for each in view.batches] == [batch]
    operations.cancel(farm.ledger, [first, second], by="anna")
    view = show.whole(farm, most=5)
    assert (view.counts, view.batches, view.archive_pending) == ({"canceled": 3}, (), 0)


def test_nothing_is_estimated_before_something_was_measured(farm: Farm, batch: int) -> None:
    """No invented numbers: no estimate without a pace or without workers."""
    view = show.batch(farm, batch)
    assert (view.per_cent, view.eta_s, view.over) == (0, None, False)
    assert {job.waiting for job in show.lively(farm, batch, most=10)} == {"no-worker"}
    waits = read_waits(farm.ledger, [job.id for job in show.jobs(farm, batch=batch)])
    assert {wait.why for wait in waits.values()} == {Waiting.NO_WORKER}


def test_lists_can_be_asked_for_a_state(farm: Farm, batch: int) -> None:
    """Every state of the ledger and `held`; another word is refused with the known ones."""
    assert len(show.jobs(farm, batch=batch, state="queued")) == 3
    assert show.jobs(farm, batch=batch, state="held") == ()
    assert len(show.jobs(farm, batch=batch, most=2)) == 2
    with pytest.raises(InputError, match="command-state-unknown"):
        show.jobs(farm, batch=batch, state="asleep")


def test_the_newest_batch_is_the_one_submitted_last(farm: Farm) -> None:
    """Of a farm without any, that is said."""
    with pytest.raises(InputError, match="command-nothing-submitted"):
        show.newest_batch(farm)
