"""Limits of departments and their members: who has as many jobs under way as they may, or no card time left.

Read anew at each look, so that a limit that is changed holds at the next one. Only departments that have a
limit cost anything: their active jobs are counted by an index that holds no others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace

from sqlalchemy import Connection, bindparam, func, or_, select

from db.cardtime import Spent, spent_in
from db.ledger import Ledger
from db.prepared import Found, run
from db.tables import IS_ACTIVE, departments, jobs
from farm.policy.gates import Gates

_COLUMNS = (
    departments.c.id,
    departments.c.running,
    departments.c.member_running,
    departments.c.card_ms,
    departments.c.member_card_ms,
)
_LIMITED = select(*_COLUMNS).where(
    or_(*(column.is_not(None) for column in _COLUMNS if column is not departments.c.id))
)
_ONE = select(*_COLUMNS).where(departments.c.id == bindparam("department"))
_LOCK = _ONE.with_for_update(key_share=True)
_ACTIVE = (
    select(jobs.c.department_id, jobs.c.member, func.count().label("jobs"))
    .where(IS_ACTIVE, jobs.c.department_id.in_(bindparam("departments", expanding=True)))
    .group_by(jobs.c.department_id, jobs.c.member)
)
#: What departments have spent of their card time, as `db.cardtime.CardTime.spent` tells.
Spending = Callable[[Connection, Collection[int], int], Spent]


def with_limits(connection: Connection, gates: Gates, now: int, spending: Spending) -> Gates:
    """The same gates with what every department's limits shut besides."""
    return _shut(connection, gates, run(connection, _LIMITED, {}).rows, now, spending)


def with_limits_of(
    connection: Connection, ledger: Ledger, gates: Gates, department: int, now: int, *, opening: bool
) -> Gates:
    """The same gates with what one department's limits shut besides, for a step that is claimed.

    Where a job would begin with it, the department's row is held until the claim stands: of two claims that
    meet at the limit, the later one sees the job of the other.
    """
    asked = {"department": department}
    limited = run(connection, _ONE, asked).rows
    if opening and any(row.running is not None or row.member_running is not None for row in limited):
        limited = run(connection, _LOCK, asked).rows
    return _shut(connection, gates, limited, now, lambda here, of, at: spent_in(here, ledger, of, at))


def _shut(
    connection: Connection, gates: Gates, limited: Collection[Found], now: int, spending: Spending
) -> Gates:
    counted = [row.id for row in limited if row.running is not None or row.member_running is not None]
    timed = [row.id for row in limited if row.card_ms is not None or row.member_card_ms is not None]
    active: Counter[tuple[int, str]] = Counter()
    if counted:
        for row in run(connection, _ACTIVE, {}, {"departments": counted}):
            active[row.department_id, row.member] = row.jobs
    spent = spending(connection, timed, now) if timed else {}
    full, full_members = _over({row.id: (row.running, row.member_running) for row in limited}, active)
    out, out_members = _over({row.id: (row.card_ms, row.member_card_ms) for row in limited}, spent)
    return replace(gates, full=full, full_members=full_members, spent=out, spent_members=out_members)


def _over(
    limits: dict[int, tuple[int | None, int | None]], used: Spent
) -> tuple[frozenset[int], frozenset[tuple[int, str]]]:
    """The departments, and the members, who have used as much as they may."""
    whole: Counter[int] = Counter()
    for (department, _), number in used.items():
        whole[department] += number
    departments_, members = set(), set()
    for department, (most, most_of_each) in limits.items():
        # Where no member may do anything, the department may not either.
        if (most is not None and whole[department] >= most) or most_of_each == 0:
            departments_.add(department)
        if most_of_each is not None:
            members |= {
                who for who, number in used.items() if who[0] == department and number >= most_of_each
            }
    return frozenset(departments_), frozenset(members)
