"""What is queued again: which films, what becomes of their steps, and why not others."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, exists, or_, update

from db import quotas, rows, sources
from db.acts import Job, WhyNot
from db.forgetting import forgotten_in
from db.ledger import Ledger
from db.states import ArchiveState, JobState, Stage, StepState
from db.tables import jobs, steps
from pipeline.plan.errors import InputError

_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_ENDED_BADLY = (JobState.FAILED.value, JobState.CANCELED.value)
_REQUEUE = (
    update(jobs)
    .where(jobs.c.id.in_(_JOBS), jobs.c.state.in_(_ENDED_BADLY))
    .values(state=JobState.QUEUED.value, ended_at=None, error_code=None, error_facts=None)
)
_ARCHIVE_AGAIN = (
    update(jobs)
    .where(jobs.c.id.in_(_JOBS), jobs.c.archive == ArchiveState.ERROR.value)
    .values(archive=ArchiveState.PENDING.value)
)
_FRESH = {
    "failures": 0,
    "waits": 0,
    "deaths": 0,
    "death_key": None,
    "not_before": 0,
    "avoid_worker": None,
    "avoid_until": 0,
    "error_code": None,
    "error_facts": None,
}
_BEGIN_AGAIN = (
    update(steps)
    .where(
        steps.c.job_id.in_(_JOBS),
        or_(steps.c.state == StepState.DEAD.value, steps.c.state == StepState.CANCELED.value),
    )
    .values(state=StepState.BLOCKED.value, **_FRESH)
)
# A job that is queued again is begun again, with whichever of its steps is claimed first.
_OPEN = (
    update(steps)
    .where(
        steps.c.job_id.in_(_JOBS),
        steps.c.state.in_([StepState.BLOCKED.value, StepState.READY.value]),
        exists().where(jobs.c.id == steps.c.job_id, jobs.c.state == JobState.QUEUED.value),
    )
    .values(opening=1)
)
_FORGIVE = (
    update(steps)
    .where(steps.c.job_id.in_(_JOBS), steps.c.state.in_([StepState.BLOCKED.value, StepState.READY.value]))
    .values(**_FRESH)
)


class Again:
    """Queues films again, inside one transaction; those who pay for them are held until it ends.

    Args:
        connection: the transaction.
        job_ids: the jobs that are meant.
        changed: whether they are made otherwise than they were submitted, as no film is that is finished.
    """

    def __init__(self, connection: Connection, job_ids: Collection[int], *, changed: bool) -> None:
        self._connection = connection
        self._changed = changed
        self._forgotten = forgotten_in(connection, list(job_ids))
        quotas.lock(connection, job_ids)
        self._gone = sources.without(connection, job_ids)
        self._refused: dict[int, WhyNot] = {}

    def concerns(self, job: Job) -> bool:
        """Whether a job is queued again; why one that ended badly is not is remembered."""
        badly = job.state in _ENDED_BADLY
        if badly and job.id in self._forgotten | self._gone:
            self._refused[job.id] = WhyNot.FORGOTTEN if job.id in self._forgotten else WhyNot.SOURCES
            return False
        return badly or (not self._changed and job.archive == ArchiveState.ERROR.value)

    def why_not(self, job: Job) -> str:
        """Why a job is not."""
        return self._refused.get(job.id, job.state)

    def begin(self, ledger: Ledger, some: Sequence[int], now: int) -> None:
        """Have jobs go on from where they stopped, with all attempts, as their quotas let them."""
        for statement in (_REQUEUE, _ARCHIVE_AGAIN, _FORGIVE, _BEGIN_AGAIN, _OPEN):
            self._connection.execute(statement, {"jobs": some})
        quotas.line_up(self._connection, ledger, some, now)
        rows.unblock(self._connection, some, *Stage)
        rows.reopen(self._connection, some)

    def check(self) -> None:
        """Refuse an act that concerned nobody, for what stood against the first film of it.

        Raises:
            InputError: ``job-person-forgotten`` or ``job-sources-gone``.
        """
        for job, why in self._refused.items():
            raise InputError(
                "job-person-forgotten" if why is WhyNot.FORGOTTEN else "job-sources-gone", job=job
            )
