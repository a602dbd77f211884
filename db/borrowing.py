"""Borrowing: whether a worker may render another pool's film now, as the ledger tells.

The rule is `farm.policy.lending`'s. It is asked at the claim, too: until a message arrives, the worker's own
pool may have got work, and the pool of the film its own workers back.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, exists, select

from db.fitness import is_kept_off
from db.gates import gates_in
from db.pools import able_in, dealings_in
from db.prepared import run
from db.queue import waits_in
from db.states import Stage
from db.tables import skills
from db.values import Skill
from farm.policy.lending import chain_of, lenders_of, may_render
from farm.policy.pools import alike, plain_of, pool_of

_RENDERS = f"{Stage.RENDER}."
_OWN = select(skills.c.capability, skills.c.profile).where(
    skills.c.worker == bindparam("worker"), skills.c.capability.like(f"{_RENDERS}%")
)
_KEPT_OFF = select(
    exists().where(
        skills.c.worker == bindparam("worker"),
        skills.c.capability.in_(bindparam("capabilities", expanding=True)),
        is_kept_off(skills.c.worker, skills.c.capability, bindparam("now")),
    )
)


def may_borrow(
    connection: Connection, step: Skill, *, worker: str, capabilities: Collection[str], now: int
) -> bool:
    """Whether a worker may be given a step that is none of what it does, since pools help each other.

    Args:
        connection: within a transaction.
        step: what the step needs.
        worker: the worker's name.
        capabilities: what it does.
        now: the ledger's milliseconds.
    """
    own = alike(step.capability, capabilities) if step.capability.startswith(_RENDERS) else ()
    if not own or not (dealings := dealings_in(connection)):
        return False
    pool = pool_of(step.capability)
    names = (pool, *chain_of(pool, dealings))
    able = able_in(connection, plain_of(step.capability), step.profile, names)
    # What waits is read only where it decides.
    own_waits = bool(lenders_of(step.capability, own, dealings)) and _own_waits(connection, worker, now)
    if not may_render(step.capability, own, dealings, able=able, own_waits=own_waits):
        return False
    return not run(connection, _KEPT_OFF, {"worker": worker, "now": now}, {"capabilities": own}).scalar()


def _own_waits(connection: Connection, worker: str, now: int) -> bool:
    """Whether something waits that a worker is kept for and could do."""
    own = [
        Skill(capability=row.capability, profile=row.profile)
        for row in run(connection, _OWN, {"worker": worker})
    ]
    return waits_in(connection, own, gates_in(connection, now), now)
