"""Which of the jobs that an operator keeps were paused, and not just held: whoever kept it last tells."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, bindparam, select

from db.tables import audit

_HOLD = "hold"
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_PUT = (
    select(audit.c.job_id, audit.c.verb)
    .where(audit.c.job_id.in_(_JOBS), audit.c.verb.in_([_HOLD, "pause", "interrupt"]))
    .order_by(audit.c.id)
)


def paused_of(connection: Connection, job_ids: Sequence[int]) -> frozenset[int]:
    """Those of some jobs with an operator's hold that a pause or an interrupt put there."""
    if not job_ids:
        return frozenset()
    last = {row.job_id: row.verb for row in connection.execute(_PUT, {"jobs": job_ids})}
    return frozenset(job for job, verb in last.items() if verb != _HOLD)
