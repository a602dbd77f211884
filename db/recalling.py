"""Recalling: rendering that no gate lets through any more is given back after the clip in work.

A window has shut, or an operator has paused a department or a pool. What was made is kept, and the rest waits
for the gate to open again: the next night goes on with the next clip.
"""

from __future__ import annotations

from sqlalchemy import select

from db.gates import read_gates
from db.leaving import IS_FREE, have_leave, have_stay
from db.ledger import Ledger
from db.prepared import run
from db.states import Stage
from db.tables import jobs, steps
from db.tables.work import IS_RUNNING
from farm.policy.gates import Facts, Gate

#: What stops work that has begun, too; limits only keep more from beginning.
_STOPPING = (Gate.WINDOW, Gate.PAUSED)
# Found by the index of what runs: there is no more of it than there are workers.
_RUNNING = (
    select(steps.c.id, steps.c.department_id, steps.c.window, steps.c.leave, jobs.c.pool)
    .join_from(steps, jobs, jobs.c.id == steps.c.job_id)
    .where(IS_RUNNING, steps.c.stage == Stage.RENDER.value)
    .where((steps.c.leave == "") | (steps.c.leave.in_([gate.value for gate in _STOPPING]) & IS_FREE))
)


def recall(ledger: Ledger) -> int:
    """Have running steps leave that the gates do not let through any more; how many were told so now.

    Each is told once, however often this is called and by however many dispatchers. One that was told so and
    has not left yet when its gate opens again goes on.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        running = run(connection, _RUNNING, {}).rows
    if not running:
        return 0
    gates = read_gates(ledger)
    kept_off = {
        row.id: gates.lets_through(
            Facts(department=row.department_id, window=row.window, renders=True, pool=row.pool)
        )
        for row in running
    }
    told = 0
    for gate in _STOPPING:
        have_stay(
            ledger, [row.id for row in running if row.leave == gate and not _stops(kept_off[row.id])], gate
        )
        told += have_leave(
            ledger, [row.id for row in running if not row.leave and kept_off[row.id] is gate], gate
        )
    return told


def _stops(gate: Gate) -> bool:
    return gate in _STOPPING
