"""Leaving: running steps that are to be given back once the clip in work is finished, and why.

A worker hears of it with its next beat. Only rendering has clips to stop between: every other step finishes.
What is said here is over with the next claim of the step.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, exists, literal_column, select, update

from db.ledger import Ledger
from db.prepared import run
from db.states import Stage
from db.tables import holds, jobs, steps
from db.tables.work import IS_RUNNING

#: Why a step is given back: what it belongs to was paused.
PAUSED = "farm-paused"

_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_LEAVE = (
    update(steps)
    .where(IS_RUNNING, steps.c.stage == Stage.RENDER.value, steps.c.leave == literal_column("''"))
    .values(leave=bindparam("code"))
)
_JOBS_LEAVE = _LEAVE.where(steps.c.job_id.in_(_JOBS))
_STEP_LEAVES = _LEAVE.where(steps.c.id == bindparam("step"))
_JOBS_STAY = (
    update(steps).where(steps.c.job_id.in_(_JOBS), steps.c.leave == bindparam("code")).values(leave="")
)
_LOCK_JOB = (
    select(jobs.c.id)
    .where(jobs.c.id == select(steps.c.job_id).where(steps.c.id == bindparam("step")).scalar_subquery())
    .with_for_update(key_share=True)
)
#: Whether nothing of its own keeps a step's job from going on.
IS_FREE = ~exists().where(holds.c.job_id == steps.c.job_id)
_STEP_STAYS = (
    update(steps)
    .where(steps.c.id == bindparam("step"), IS_RUNNING, steps.c.leave == bindparam("code"), IS_FREE)
    .values(leave="")
)


def leave(connection: Connection, job_ids: Sequence[int], code: str) -> None:
    """Have the running steps of jobs leave because of a code; one that leaves already does so as it was told.

    Inside a transaction that has locked their steps: what is claimed only now would not be found running.
    """
    run(connection, _JOBS_LEAVE, {"code": code}, {"jobs": job_ids})


def stay(connection: Connection, job_ids: Sequence[int], code: str) -> None:
    """Take that back for those that have not left yet; one that leaves for another reason does so."""
    run(connection, _JOBS_STAY, {"code": code}, {"jobs": job_ids})


def have_leave(ledger: Ledger, step_ids: Collection[int], code: str) -> int:
    """Have steps leave because of a code, as far as they run and stay; how many there were.

    Each is a transaction by itself: it waits for nobody while it keeps another one waiting.

    Raises:
        AwayError: ``ledger-away``.
    """
    told = ({"step": step, "code": code} for step in sorted(step_ids))
    return sum(ledger.change("leave", _STEP_LEAVES, each).rowcount for each in told)


def have_stay(ledger: Ledger, step_ids: Collection[int], code: str) -> int:
    """Take a code back from steps that have not left yet; how many stay. One whose job is held leaves.

    Each is a transaction by itself, and holds its job: whoever pauses that meanwhile is not overlooked.

    Raises:
        AwayError: ``ledger-away``.
    """
    staying = 0
    for step in sorted(step_ids):
        with ledger.write("stay") as connection:
            run(connection, _LOCK_JOB, {"step": step}).first()
            staying += run(connection, _STEP_STAYS, {"step": step, "code": code}).rowcount
    return staying
