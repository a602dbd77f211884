"""What jobs are worth, set anew: their steps get the ranks that they would have had from the start."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    update,
)

from db import rows
from db.states import PRECEDENCE, STAGE_ORDER, Stage, Urgency
from db.tables import jobs, steps
from farm.policy.order import BEGUN_MS, PRIORITY_MS, STAGE_MS, URGENCY_MS

_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_SET = (
    update(jobs)
    .where(jobs.c.id.in_(_JOBS))
    .values(
        precedence=func.coalesce(bindparam("precedence_", type_=Integer), jobs.c.precedence),
        priority=func.coalesce(bindparam("priority_", type_=Integer), jobs.c.priority),
    )
)
_other = steps.alias("other")


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value), Integer)


def _after(stage: Stage) -> ColumnElement[bool]:
    """Whether a step is of a stage, and not the first one of its job."""
    before = [each.value for each in Stage if STAGE_ORDER[each] < STAGE_ORDER[stage]]
    earlier = exists().where(_other.c.job_id == steps.c.job_id, _other.c.stage.in_(before))
    return and_(steps.c.stage == stage.value, earlier)


_WORTH = case(
    *[
        (jobs.c.precedence == precedence, _number(URGENCY_MS[urgency]))
        for urgency, precedence in PRECEDENCE.items()
    ],
    else_=_number(0),
)
_LATER = case(
    *[
        (_after(stage), _number(BEGUN_MS + STAGE_ORDER[stage] * STAGE_MS))
        for stage in Stage
        if STAGE_ORDER[stage]
    ],
    else_=_number(0),
)
#: `farm.policy.order.rank` of a job's first step, as a value of the job's row.
FIRST_RANK = jobs.c.submitted_at - _WORTH - jobs.c.priority * _number(PRIORITY_MS)
#: The same of any step, as a value of its row and its job's.
RANK = (select(FIRST_RANK).where(jobs.c.id == steps.c.job_id).scalar_subquery()) - _LATER
_RANK = update(steps).where(steps.c.job_id.in_(_JOBS)).values(rank=RANK)


def set_standing(
    connection: Connection,
    job_ids: Sequence[int],
    *,
    urgency: Urgency | None = None,
    priority: int | None = None,
) -> None:
    """Give jobs another urgency or priority, and all their steps the ranks that follow from it.

    What is on its way to a worker already stays there; the next look at the line goes by the new ranks.
    Whether the department may have it is the caller's to ask (`farm.policy.rights`).

    Args:
        connection: the transaction; the jobs' rows are locked in it.
        job_ids: which jobs.
        urgency: the urgency; None: as it was.
        priority: -50 to 50, the higher one goes first; None: as it was.
    """
    told = {"precedence_": None if urgency is None else PRECEDENCE[urgency], "priority_": priority}
    ordered = sorted(job_ids)
    for start in range(0, len(ordered), rows.MANY):
        some = {"jobs": ordered[start : start + rows.MANY]}
        connection.execute(_SET, {**told, **some})
        connection.execute(_RANK, some)
