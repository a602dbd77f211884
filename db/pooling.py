"""Films that another pool's workers shall render: which of a batch they are, and how they are handed over."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BindParameter, bindparam, insert, select, update

from db import rows
from db.ledger import Ledger
from db.prepared import run
from db.states import JobState, Stage
from db.tables import audit, batches, jobs, steps
from farm.policy.pools import ANY, bound
from pipeline.plan.errors import InputError

_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
# Whoever failed may be tried again, and is then rendered there, too.
_TO_RENDER = [JobState.QUEUED.value, JobState.ACTIVE.value, JobState.FAILED.value]
_elsewhere = jobs.c.state.in_(_TO_RENDER) & (jobs.c.pool != bindparam("pool"))
_BATCH = select(batches.c.id).where(batches.c.id == bindparam("batch"))
_OTHERS = select(jobs.c.id).where(jobs.c.batch_id == bindparam("batch"), _elsewhere).order_by(jobs.c.position)
_STILL = (
    select(jobs.c.id, jobs.c.batch_id)
    .where(jobs.c.id.in_(_JOBS), _elsewhere)
    .order_by(jobs.c.id)
    .with_for_update(key_share=True)
)
_HAND_OVER = update(jobs).where(jobs.c.id.in_(_JOBS)).values(pool=bindparam("to"))
_renders = steps.c.job_id.in_(_JOBS) & (steps.c.stage == Stage.RENDER.value)
_NEEDED = select(steps.c.capability).where(_renders).distinct()
# What was sent to the queue of the one pool is sent to that of the other; what runs there ends there.
_BIND = (
    update(steps)
    .where(_renders, steps.c.capability == bindparam("before"))
    .values(capability=bindparam("after"), published_at=0)
)
_AUDIT = insert(audit)


def read_others(ledger: Ledger, batch: int, pool: str) -> tuple[int, ...]:
    """The films of a batch that are not finished and that another pool renders, or none.

    Raises:
        InputError: ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        if not run(connection, _BATCH, {"batch": batch}).rows:
            raise InputError("ledger-batch-unknown", batch=batch)
        return tuple(row.id for row in run(connection, _OTHERS, {"batch": batch, "pool": pool}))


def hand_over(ledger: Ledger, job_ids: Collection[int], pool: str, *, by: str) -> tuple[int, ...]:
    """Have films rendered by a pool's workers from now on; those of which that was not so already.

    Their clips stay, and so does what is being rendered. Written into the audit.

    Args:
        ledger: the ledger.
        job_ids: the films; those that have ended meanwhile are left alone.
        pool: whose workers render them; empty for those that are kept for none.
        by: whose act it is.

    Raises:
        AwayError: ``ledger-away``; those that were handed over until then are.
    """
    given: list[int] = []
    ordered = sorted(job_ids)
    for start in range(0, len(ordered), rows.MANY):
        given += _hand_over_some(ledger, ordered[start : start + rows.MANY], pool, by)
    return tuple(given)


def _hand_over_some(ledger: Ledger, some: list[int], pool: str, by: str) -> list[int]:
    with ledger.write("hand-over") as connection:
        still = run(connection, _STILL, {"pool": pool}, {"jobs": some}).rows
        if not still:
            return []
        these = [row.id for row in still]
        needed = [row.capability for row in run(connection, _NEEDED, {}, {"jobs": these})]
        run(connection, _HAND_OVER, {"to": pool}, {"jobs": these})
        for capability in needed:
            change = {"before": capability, "after": bound(capability, pool)}
            run(connection, _BIND, change, {"jobs": these})
        entry = {"at": ledger.clock(), "by": by, "verb": "pool", "detail": pool or ANY}
        run(connection, _AUDIT, [{**entry, "batch_id": row.batch_id, "job_id": row.id} for row in still])
        return these
