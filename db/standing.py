"""How jobs stand among others: their urgency and number of priority, within what departments may have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import BindParameter, Connection, bindparam, select

from db import rows
from db.acts import Act, Job, Operated, WhyNot, is_under_way, may_be_tried, told
from db.ledger import Ledger
from db.ranks import set_standing
from db.states import Urgency
from db.tables import batches, departments, jobs
from farm.policy.rights import Rights, check_priority, check_urgency
from pipeline.plan.errors import InputError

_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_RIGHTS = (
    select(jobs.c.id, departments.c.name, departments.c.priority_limit, departments.c.urgent)
    .join_from(jobs, batches, batches.c.id == jobs.c.batch_id)
    .join(departments, departments.c.id == batches.c.department_id)
    .where(jobs.c.id.in_(_JOBS))
)


@may_be_tried
def set_order(
    ledger: Ledger,
    job_ids: Collection[int],
    *,
    urgency: Urgency | None = None,
    priority: int | None = None,
    by: str,
    reason: str = "",
    dry_run: bool = False,
) -> Operated:
    """Give jobs that are under way another urgency or priority; the next look at the line goes by it.

    Those whose department may not have that are left as they are.

    Args:
        ledger: the ledger.
        job_ids: the jobs.
        urgency: how urgent they are; None: as before.
        priority: -50 to 50, the higher one goes first; None: as before.
        by: whose act it is.
        reason: why, for whoever asks later.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError: ``submit-priority-limit``, ``submit-urgent-right``: none of them may have it;
            ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("set-order") as connection:
        act = Act(connection, "set", by=by, now=ledger.clock(), dry_run=dry_run)
        wish = _Wish(
            urgency=urgency, priority=priority, rights=_rights_of(connection, job_ids), reason=reason
        )
        for some in act.concerned(job_ids, wish.concerns, wish.why_not, wish.tells):
            set_standing(connection, some, urgency=urgency, priority=priority)
        if wish.refused and not act.batches:
            raise wish.refused[0]
        return act.result()


@dataclass(kw_only=True)
class _Wish:
    """What jobs are to be given, and what their departments may ask for."""

    urgency: Urgency | None
    priority: int | None
    rights: Mapping[int, Rights]
    reason: str
    refused: list[InputError] = field(default_factory=list)

    def concerns(self, job: Job) -> bool:
        """Whether a job gets it; why its department may not have it is remembered."""
        if not is_under_way(job) or self._is_so(job):
            return False
        try:
            if self.urgency not in {None, job.urgency}:
                check_urgency(self.rights[job.id], str(self.urgency))
            if self.priority is not None and self.priority > job.priority:
                check_priority(self.rights[job.id], self.priority)
        except InputError as error:
            self.refused.append(error)
            return False
        return True

    def why_not(self, job: Job) -> str:
        """Why it does not."""
        if not is_under_way(job):
            return job.state
        return WhyNot.SAME if self._is_so(job) else WhyNot.RIGHT

    def tells(self, job: Job) -> str:
        """What it was and is to be, for the audit."""
        facts: dict[str, str | int] = {}
        if self.urgency is not None:
            facts |= {"urgency": self.urgency.value, "urgency_before": job.urgency.value}
        if self.priority is not None:
            facts |= {"priority": self.priority, "priority_before": job.priority}
        return told(**facts, reason=self.reason)

    def _is_so(self, job: Job) -> bool:
        return self.urgency in {None, job.urgency} and self.priority in {None, job.priority}


def _rights_of(connection: Connection, job_ids: Collection[int]) -> Mapping[int, Rights]:
    """What the departments of jobs may ask for, by job."""
    found: dict[int, Rights] = {}
    ordered = sorted(job_ids)
    for start in range(0, len(ordered), rows.MANY):
        for row in connection.execute(_RIGHTS, {"jobs": ordered[start : start + rows.MANY]}):
            found[row.id] = Rights(
                department=row.name, priority_limit=row.priority_limit, urgent=bool(row.urgent)
            )
    return found
