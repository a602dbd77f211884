"""Standstill: the films that stops of departments and pools keep from going on, computed whenever asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, bindparam

from db.gates import gates_in
from db.states import JobState
from db.tables import jobs


def _is_one_of(column: ColumnElement[int] | ColumnElement[str], name: str) -> ColumnElement[bool]:
    return column.in_(bindparam(name, expanding=True))


#: Whether a job that is queued or active waits for a stop; with what `stopped_at` tells as parameters.
IS_STOPPED: ColumnElement[bool] = (
    _is_one_of(jobs.c.department_id, "paused")
    | _is_one_of(jobs.c.pool, "paused_pools")
    | (
        (jobs.c.state == JobState.QUEUED.value)
        & (_is_one_of(jobs.c.department_id, "stopped") | _is_one_of(jobs.c.pool, "stopped_pools"))
    )
)


def stopped_at(connection: Connection, now: int) -> Mapping[str, Sequence[int] | Sequence[str]]:
    """Which departments and pools are stopped at a time: what `IS_STOPPED` asks for."""
    gates = gates_in(connection, now)
    return {
        "paused": sorted(gates.paused),
        "paused_pools": sorted(gates.paused_pools),
        "stopped": sorted(gates.held),
        "stopped_pools": sorted(gates.held_pools),
    }
