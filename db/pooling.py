"""Films that another pool's workers shall render: how they are handed over."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BindParameter, bindparam, select, update

from db.acts import Act, Job, Operated, WhyNot, is_under_way, may_be_tried, told
from db.ledger import Ledger
from db.prepared import run
from db.states import JobState, Stage
from db.tables import jobs, steps
from farm.policy.pools import ANY, bound

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


@may_be_tried
def hand_over(
    ledger: Ledger, job_ids: Collection[int], pool: str, *, by: str, reason: str = "", dry_run: bool = False
) -> Operated:
    """Have films rendered by a pool's workers from now on, as far as they are still to be rendered.

    Their clips stay, and so does what is being rendered. Written into the audit.

    Args:
        ledger: the ledger.
        job_ids: the films.
        pool: whose workers render them; empty for those that are kept for none.
        by: whose act it is.
        reason: why, for whoever asks later.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """

    def why_not(job: Job) -> str:
        return WhyNot.SAME if _is_to_render(job) else job.state

    def tells(job: Job) -> str:
        return told(pool=pool or ANY, before=job.pool or ANY, reason=reason)

    with ledger.write("hand-over") as connection:
        act = Act(connection, "pool", by=by, now=ledger.clock(), dry_run=dry_run)
        for some in act.concerned(
            job_ids, lambda job: _is_to_render(job) and job.pool != pool, why_not, tells
        ):
            needed = [row.capability for row in run(connection, _NEEDED, {}, {"jobs": some})]
            run(connection, _HAND_OVER, {"to": pool}, {"jobs": some})
            for capability in needed:
                change = {"before": capability, "after": bound(capability, pool)}
                run(connection, _BIND, change, {"jobs": some})
        return act.result()


def _is_to_render(job: Job) -> bool:
    # Whoever failed may be requeued, and is then rendered there, too.
    return is_under_way(job) or job.state == JobState.FAILED.value
