"""What films are given after they were submitted: another place in the line, pool, window or deadline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from db import quotas, rows
from db.acts import Act, Job, Operated, WhyNot, is_under_way, may_be_tried, told
from db.ledger import Ledger
from db.lifts import put_back
from db.pooling import hand_over
from db.prepared import run
from db.ranks import set_standing
from db.rights import COLUMNS, rights_of
from db.states import JobState, Stage, Urgency
from db.tables import batches, departments, jobs, steps
from db.windows import keep_window
from farm.policy.pools import ANY
from farm.policy.rights import Rights, check_priority, check_urgency
from pipeline.plan.errors import InputError
from pipeline.plan.moments import iso

_NO = "no"
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_RIGHTS = (
    select(jobs.c.id, *COLUMNS)
    .join_from(jobs, batches, batches.c.id == jobs.c.batch_id)
    .join(departments, departments.c.id == batches.c.department_id)
    .where(jobs.c.id.in_(_JOBS))
)
_WINDOW = update(jobs).where(jobs.c.id.in_(_JOBS)).values(window=bindparam("to"))
# What is finished is delivered whenever that can be.
_STEPS_WINDOW = (
    update(steps)
    .where(steps.c.job_id.in_(_JOBS), steps.c.stage != Stage.ARCHIVE.value)
    .values(window=bindparam("to"))
)
_DEADLINE = update(jobs).where(jobs.c.id.in_(_JOBS)).values(deadline=bindparam("to"))


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What films are given otherwise than they have it; None each: as before.

    Attributes:
        urgency: how urgent they are.
        priority: -50 to 50, the higher one goes first.
        pool: whose workers render them; empty for those that are kept for none.
        window: outside of which nothing of them begins; empty for none.
        deadline: when they are wanted, in milliseconds since the Unix epoch; 0: whenever.
    """

    urgency: Urgency | None = None
    priority: int | None = None
    pool: str | None = None
    window: str | None = None
    deadline: int | None = None

    @property
    def given(self) -> frozenset[str]:
        """The names of what is given."""
        return frozenset(each.name for each in fields(self) if getattr(self, each.name) is not None)

    @property
    def asks_for_rights(self) -> bool:
        """Whether their departments may perhaps not have it."""
        return not self.given.isdisjoint({"urgency", "priority"})


@may_be_tried
def set_to(
    ledger: Ledger,
    job_ids: Collection[int],
    wish: Wish,
    *,
    by: str,
    reason: str = "",
    dry_run: bool = False,
) -> Operated:
    """Give films another urgency, priority, pool, window or deadline, all at once; written into the audit.

    It holds at the next look at the line. Those whose department may not have it are left as they are, and so
    are those that have ended; another pool alone is given to what failed, too, which may be requeued. What
    was rendered stays. A film that its deadline has moved forward stands where it stood before once that is
    taken away or is another one, unless somebody gave it another standing since. Running steps whose window
    is shut now are called back by `db.recalling`.

    Args:
        ledger: the ledger.
        job_ids: the jobs.
        wish: what they are given.
        by: whose act it is.
        reason: why, for whoever asks later.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError: ``submit-priority-limit``, ``submit-urgent-right``: none of them may have it;
            ``window-unknown``, ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("set") as connection:
        rights = _rights_of(connection, job_ids) if wish.asks_for_rights else {}
        if wish.window:
            keep_window(connection, wish.window)
        act = Act(connection, "set", by=by, now=ledger.clock(), dry_run=dry_run)
        asked = _Asked(wish=wish, rights=rights, reason=reason)
        for some in act.concerned(job_ids, asked.concerns, asked.why_not, asked.tells):
            if wish.deadline is not None:
                act.back += put_back(connection, some, by=by, at=act.now)
            _give(connection, some, wish)
        if asked.refused and not act.batches:
            raise asked.refused[0]
        return act.result()


def _give(connection: Connection, some: Sequence[int], wish: Wish) -> None:
    of = {"jobs": some}
    if wish.urgency is not None or wish.priority is not None:
        set_standing(connection, some, urgency=wish.urgency, priority=wish.priority)
    if wish.pool is not None:
        hand_over(connection, some, wish.pool)
    if wish.window is not None:
        run(connection, _WINDOW, {"to": wish.window}, of)
        run(connection, _STEPS_WINDOW, {"to": wish.window}, of)
    if wish.deadline is not None:
        run(connection, _DEADLINE, {"to": wish.deadline or None}, of)


@dataclass(kw_only=True)
class _Asked:
    """What jobs are to be given, and what their departments may ask for."""

    wish: Wish
    rights: Mapping[int, Rights]
    reason: str
    refused: list[InputError] = field(default_factory=list)

    def concerns(self, job: Job) -> bool:
        """Whether a job gets it; why its department may not have it is remembered."""
        if not self._may_have(job) or self._is_so(job):
            return False
        wish = self.wish
        # What a deadline gave it is no right, once that goes.
        anew = wish.deadline is not None
        try:
            if wish.urgency is not None and (anew or wish.urgency is not job.urgency):
                check_urgency(self.rights[job.id], wish.urgency)
            if wish.priority is not None and (anew or wish.priority > job.priority):
                check_priority(self.rights[job.id], wish.priority)
        except InputError as error:
            self.refused.append(error)
            return False
        return True

    def why_not(self, job: Job) -> str:
        """Why it does not."""
        if not self._may_have(job):
            return job.state
        return WhyNot.SAME if self._is_so(job) else WhyNot.RIGHT

    def tells(self, job: Job) -> str:
        """What it was and is to be, for the audit."""
        facts: dict[str, str | int] = {}
        for name in sorted(self.wish.given):
            facts[name] = _word(name, getattr(self.wish, name))
            facts[f"{name}_before"] = _word(name, getattr(job, name))
        return told(**facts, reason=self.reason)

    def _may_have(self, job: Job) -> bool:
        # Whoever failed may be requeued, and is then rendered there, too.
        return is_under_way(job) or (self.wish.given == {"pool"} and job.state == JobState.FAILED.value)

    def _is_so(self, job: Job) -> bool:
        return all((getattr(job, name) or 0) == (getattr(self.wish, name) or 0) for name in self.wish.given)


def _word(name: str, value: Urgency | str | int | None) -> str | int:
    """What is given, or was there, as the audit says it."""
    if name == "deadline":
        return iso(int(value)) if value else _NO
    if name in {"pool", "window"}:
        return str(value) if value else ANY if name == "pool" else _NO
    return value.value if isinstance(value, Urgency) else value or 0


def _rights_of(connection: Connection, job_ids: Collection[int]) -> Mapping[int, Rights]:
    """What the departments of jobs may ask for, by job; none is given or taken a right until this is over."""
    quotas.lock(connection, job_ids)
    found: dict[int, Rights] = {}
    ordered = sorted(job_ids)
    for start in range(0, len(ordered), rows.MANY):
        some = {"jobs": ordered[start : start + rows.MANY]}
        found |= {row.id: rights_of(row) for row in connection.execute(_RIGHTS, some)}
    return found
