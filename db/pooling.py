"""Films that another pool's workers shall render: how they are handed over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from db.prepared import run
from db.states import Stage
from db.tables import jobs, steps
from farm.policy.pools import bound

_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_HAND_OVER = update(jobs).where(jobs.c.id.in_(_JOBS)).values(pool=bindparam("to"))
_renders = steps.c.job_id.in_(_JOBS) & (steps.c.stage == Stage.RENDER.value)
_NEEDED = select(steps.c.capability).where(_renders).distinct()
# What was sent to the queue of the one pool is sent to that of the other; what runs there ends there.
_BIND = (
    update(steps)
    .where(_renders, steps.c.capability == bindparam("before"))
    .values(capability=bindparam("after"), published_at=0)
)


def hand_over(connection: Connection, job_ids: Sequence[int], pool: str) -> None:
    """Have films rendered by a pool's workers from now on, as far as they are still to be rendered.

    Their clips stay, and so does what is being rendered.

    Args:
        connection: the transaction; the jobs' rows are locked in it.
        job_ids: the films.
        pool: whose workers render them; empty for those that are kept for none.
    """
    some = {"jobs": job_ids}
    needed = [row.capability for row in run(connection, _NEEDED, {}, some)]
    run(connection, _HAND_OVER, {"to": pool}, some)
    for capability in needed:
        run(connection, _BIND, {"before": capability, "after": bound(capability, pool)}, some)
