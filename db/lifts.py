"""How films were moved forward for their deadlines: kept in the audit as facts, and read as facts alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from sqlalchemy import BindParameter, Connection, bindparam, insert, select

from db import rows
from db.ranks import set_standing
from db.states import URGENCY, Urgency
from db.tables import audit, jobs
from pipeline.plan.keys import canonical

_VERB = "deadline"
_BACK = "deadline-gone"
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_ACTS = (
    select(audit.c.job_id, audit.c.verb, audit.c.detail)
    .where(audit.c.job_id.in_(_JOBS), audit.c.verb.in_([_VERB, _BACK]))
    .order_by(audit.c.id)
)
_STANDINGS = select(jobs.c.id, jobs.c.batch_id, jobs.c.precedence, jobs.c.priority).where(
    jobs.c.id.in_(_JOBS)
)
_AUDIT = insert(audit)


@dataclass(frozen=True, kw_only=True)
class Lift:
    """How a film was moved forward for its deadline.

    Attributes:
        deadline: the deadline, ISO 8601.
        urgency, priority: what it was given.
        urgency_before, priority_before: what it had.
    """

    deadline: str
    urgency: str
    priority: int
    urgency_before: str
    priority_before: int

    @property
    def to(self) -> tuple[str, int]:
        """What it was given."""
        return self.urgency, self.priority

    @property
    def back(self) -> tuple[str, int]:
        """What it had."""
        return self.urgency_before, self.priority_before


def read_lifts(connection: Connection, job_ids: Sequence[int]) -> Mapping[int, Lift]:
    """How films were moved forward last, by job; none of those that were put back since."""
    lifts: dict[int, Lift] = {}
    for start in range(0, len(job_ids), rows.MANY):
        for row in connection.execute(_ACTS, {"jobs": job_ids[start : start + rows.MANY]}):
            lift = lift_of(row.detail) if row.verb == _VERB else None
            if lift is None:
                lifts.pop(row.job_id, None)
            else:
                lifts[row.job_id] = lift
    return lifts


def lift_of(detail: str) -> Lift | None:
    """The facts of a line of the audit; None: it holds none that this version knows."""
    try:
        facts = json.loads(detail)
        lift = Lift(**{each.name: facts[each.name] for each in fields(Lift)})
        Urgency(lift.urgency), Urgency(lift.urgency_before)
    except (ValueError, KeyError, TypeError):
        return None
    numbers = (lift.priority, lift.priority_before)
    return lift if isinstance(lift.deadline, str) and all(type(each) is int for each in numbers) else None


def move_forward(connection: Connection, lifts: Mapping[tuple[int, int], Lift], *, by: str, at: int) -> None:
    """Give films what their deadlines let them have; written into the audit with what they had.

    Args:
        connection: the transaction; the jobs' rows are locked in it.
        lifts: how, by job and batch.
        by: whose act it is.
        at: when.
    """
    _move(connection, {job: lift.to for (job, _), lift in lifts.items()})
    _tell(connection, _VERB, lifts, by=by, at=at)


def put_back(connection: Connection, job_ids: Collection[int], *, by: str, at: int) -> list[int]:
    """Have films that lose their deadline stand where they stood before it moved them forward; those that do.

    One that somebody gave another standing since keeps that. Arguments as of `move_forward`.
    """
    lifts = read_lifts(connection, sorted(job_ids))
    standing = (
        {row.id: row for row in connection.execute(_STANDINGS, {"jobs": sorted(lifts)})} if lifts else {}
    )
    moved = {
        (job, row.batch_id): lifts[job]
        for job, row in standing.items()
        if (URGENCY[row.precedence].value, row.priority) == lifts[job].to
    }
    _move(connection, {job: lift.back for (job, _), lift in moved.items()})
    turned = {
        which: Lift(
            deadline=lift.deadline,
            urgency=lift.urgency_before,
            priority=lift.priority_before,
            urgency_before=lift.urgency,
            priority_before=lift.priority,
        )
        for which, lift in moved.items()
    }
    _tell(connection, _BACK, turned, by=by, at=at)
    return [job for job, _ in moved]


def _move(connection: Connection, to: Mapping[int, tuple[str, int]]) -> None:
    alike: dict[tuple[str, int], list[int]] = {}
    for job, standing in to.items():
        alike.setdefault(standing, []).append(job)
    for (urgency, priority), some in alike.items():
        set_standing(connection, some, urgency=Urgency(urgency), priority=priority)


def _tell(
    connection: Connection, verb: str, lifts: Mapping[tuple[int, int], Lift], *, by: str, at: int
) -> None:
    if lifts:
        told = {"at": at, "by": by, "verb": verb}
        connection.execute(
            _AUDIT,
            [
                {**told, "batch_id": batch, "job_id": job, "detail": canonical(asdict(lift))}
                for (job, batch), lift in lifts.items()
            ],
        )
