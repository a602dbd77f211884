"""Jobs that are given another urgency or number stand where they would have stood from the start."""

from __future__ import annotations

from sqlalchemy import select

from db import queue, ranks
from db.ledger import Ledger
from db.plans import rank_of
from db.states import Stage, Urgency
from db.tables import jobs, steps
from farm.policy.order import Standing
from tests.db.acting import speak, take
from tests.db.values import SKILLS, submit


def test_another_standing_is_another_rank_of_every_step(ledger: Ledger) -> None:
    """What is set anew goes for steps that wait and for those to come; what was not named stays as it was."""
    submit(ledger, ["a", "b", "c"])
    speak(ledger, take(ledger, "speak"))
    with ledger.write("rank") as connection:
        ranks.set_standing(connection, [1, 3], urgency=Urgency.BULK)
        ranks.set_standing(connection, [1], priority=-7)
        ranks.set_standing(connection, [3], priority=50)
    with ledger.read() as connection:
        submitted = {
            row.id: row.submitted_at for row in connection.execute(select(jobs.c.id, jobs.c.submitted_at))
        }
        found = connection.execute(select(steps.c.job_id, steps.c.stage, steps.c.rank)).all()
    standings = {1: ("bulk", -7), 2: ("normal", 0), 3: ("bulk", 50)}
    for job, stage, rank in found:
        urgency, priority = standings[job]
        standing = Standing(submitted_ms=submitted[job], urgency=urgency, priority=priority)
        assert rank == rank_of(standing, Stage(stage), first=stage == "speak"), (job, stage)
    assert {stage for _, stage, _ in found} == {"speak", "render", "join", "archive"}
    assert [head.job for head in queue.heads(ledger, SKILLS["speak"], limit=9)] == [2, 3]
