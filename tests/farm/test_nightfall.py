"""Promises about the end of a night: what will not be finished is told, and what would be late goes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db import nights, reads, submission
from db.states import Stage, Urgency
from db.values import Submission
from db.windows import add_window
from farm import nightfall
from farm.bootstrap import Farm
from farm.policy.windows import parse
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError
from tests.db.values import artifact, digest, draft, spec

_HOUR = 3_600_000
_NOW = datetime.now(UTC)
#: A window that is open now, for one hour and a little at the least.
_OPEN = f"{_NOW.hour}:00-{(_NOW.hour + 2) % 24}:00"


def _submit(farm: Farm, *sizes: int, deadline: int | None = None, window: str = "night") -> None:
    """Films whose scripts have so many bytes."""
    drafts = []
    for number, size in enumerate(sizes):
        script = replace(artifact(Kind.SOURCE, f"script {window} {number}"), size=size)
        row = replace(draft(f"row{number}"), spec=spec(f"row{number}", script=script))
        drafts.append(replace(row, window=window, deadline=deadline))
    submission.submit(farm.ledger, Submission(content=digest(window), name="demo", user="anna"), drafts)


def test_what_does_not_fit_into_a_night_is_named(farm: Farm) -> None:
    """A film of many hours, and whatever stands behind it, where one worker is reckoned with."""
    with pytest.raises(InputError, match="window-none"):
        nightfall.foresee(farm)
    add_window(farm.ledger, "night", parse(_OPEN, "UTC"), by="anna")
    assert nightfall.foresee(farm).films == 0
    _submit(farm, 100, 10_000_000, 100)
    night = nightfall.foresee(farm)
    assert (night.window, night.films, night.workers) == ("night", 3, 0)
    assert [film.row for film in night.unfinished] == ["row1", "row2"]
    assert {pace.basis for pace in night.paces} == {"rule"}
    assert night.shuts > night.opens


def test_a_film_that_would_be_late_goes_first(farm: Farm) -> None:
    """One that will be there in time stays where it is."""
    add_window(farm.ledger, "night", parse(_OPEN, "UTC"), by="anna")
    soon = round((_NOW + timedelta(hours=1)).timestamp() * 1000)
    _submit(farm, 100, 100_000_000, deadline=soon, window="")
    nightfall.lift_late(farm)
    assert [line.urgency for line in reads.list_jobs(farm.ledger)] == [Urgency.NORMAL, Urgency.URGENT]


def test_a_deadline_that_cannot_be_met_is_told_before_anything_is_queued(farm: Farm) -> None:
    """What the nights before it cannot hold, even if the film goes before all that stands there."""
    add_window(farm.ledger, "night", parse(_OPEN, "UTC"), by="anna")
    _submit(farm, 10_000_000)
    (queued,) = nights.read_remaining(farm.ledger, most=9)
    wanted = farm.ledger.clock() + 72 * _HOUR
    short = replace(queued, job=-1, batch=0, row="short", deadline=wanted, stages={Stage.RENDER: [250]})
    long = replace(short, job=-2, row="long", stages={Stage.RENDER: [250 * 3600 * 10]})
    assert nightfall.missed(farm, beyond=[replace(short, deadline=None)]) == ()
    assert [film.row for film in nightfall.missed(farm, beyond=[short, long])] == ["long"]
    assert nightfall.missed(farm, 1, beyond=[short]) == ()
