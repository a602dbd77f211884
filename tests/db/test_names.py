"""Names in the archive are given once, and no two films share one."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from db import names
from db.ledger import Ledger
from db.tables import steps
from pipeline.plan.names import numbered
from tests.db.acting import take
from tests.db.values import WORKER, submit


def test_three_hundred_films_of_one_second_get_three_hundred_names(ledger: Ledger) -> None:
    """Names are fixed before anything is written, numbered, blind to case; a job keeps its own."""
    submit(ledger, [f"row{number}" for number in range(300)])
    claim = take(ledger, "speak")
    with ledger.write("begin-them-all") as connection:
        every = update(steps).where(steps.c.id != claim.step).values(state="running", worker=WORKER, fence=1)
        ids = connection.execute(every.returning(steps.c.id, steps.c.job_id, steps.c.stage)).all()
    archiving = sorted((job, step) for step, job, stage in ids if stage == "archive")
    given = []
    for number, (job, step) in enumerate(archiving):
        mine = replace(claim, job=job, step=step, fence=1)
        stem = "Anna_Scene" if number % 2 else "anna_scene"
        name = names.reserve_name(ledger, mine, folder="2026-11-20", stem=stem, numbered=numbered)
        assert names.reserve_name(ledger, mine, folder="other", stem="x", numbered=numbered) == name
        given.append(name[1].casefold())
    assert given == ["anna_scene", *(f"anna_scene_{number}" for number in range(2, 301))]


def test_a_stem_that_looks_like_a_number_is_stepped_over(ledger: Ledger) -> None:
    """A film that is called like another's second name gets the next free one."""
    submit(ledger, ["a", "b", "c"])
    for stem, name in (("x_2", "x_2"), ("x", "x"), ("X", "X_3")):
        claim = take(ledger, "speak")
        assert names.reserve_name(ledger, claim, folder="d", stem=stem, numbered=numbered) == ("d", name)
