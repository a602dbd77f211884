"""For how long departments and their members kept cards today: what their limits of card hours count.

An attempt counts on the day on which it ended, whole; one that is running counts with what it took so far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from threading import Lock

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from db.ledger import Ledger
from db.tables import IS_RUNNING, attempts, jobs, steps
from farm.policy.accounts import PROCESSOR

#: Milliseconds by department and member.
Spent = Mapping[tuple[int, str], int]

#: Attempts that ended lately are read anew each time: clocks differ, and a commit may come late.
_LATELY_MS = 10 * 60 * 1000
#: What was read so shortly ago is still true enough for a limit of hours.
_FRESH_MS = 1000

_NOW: BindParameter[int] = bindparam("now")
_OF: BindParameter[int] = bindparam("departments", expanding=True)
_ON_CARDS = attempts.c.device != PROCESSOR
_ENDED = (
    select(steps.c.department_id, jobs.c.member, func.sum(attempts.c.held_ms).label("spent"))
    .select_from(
        attempts.join(steps, steps.c.id == attempts.c.step_id).join(jobs, jobs.c.id == steps.c.job_id)
    )
    .where(
        attempts.c.ended_at >= bindparam("since"),
        attempts.c.ended_at < bindparam("until"),
        _ON_CARDS,
        steps.c.department_id.in_(_OF),
    )
    .group_by(steps.c.department_id, jobs.c.member)
)
_RUNNING = (
    select(
        steps.c.department_id,
        jobs.c.member,
        func.sum(_NOW - attempts.c.started_at).label("spent"),
    )
    .select_from(
        steps.join(attempts, (attempts.c.step_id == steps.c.id) & (attempts.c.number == steps.c.fence)).join(
            jobs, jobs.c.id == steps.c.job_id
        )
    )
    .where(IS_RUNNING, _ON_CARDS, steps.c.department_id.in_(_OF), attempts.c.started_at < _NOW)
    .group_by(steps.c.department_id, jobs.c.member)
)
#: Later than any time.
_EVER = 1 << 62


def spent_in(connection: Connection, ledger: Ledger, departments: Collection[int], now: int) -> Spent:
    """What some departments have spent today, by member, inside a transaction."""
    since = ledger.calendar.begins_at(ledger.calendar.day_of(now))
    return _ended(connection, departments, since, _EVER) + _running(connection, departments, now)


class CardTime:
    """The same for whoever asks several times a second: what ended long ago is read once a day.

    Args:
        ledger: the ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._of: tuple[int, ...] = ()
        self._since = self._from = self._read_at = 0
        self._before: Counter[tuple[int, str]] = Counter()
        self._spent: Counter[tuple[int, str]] = Counter()

    def spent(self, connection: Connection, departments: Collection[int], now: int) -> Spent:
        """What some departments have spent today, by member, as of about a second ago."""
        calendar = self._ledger.calendar
        with self._lock:
            of, since = tuple(sorted(departments)), calendar.begins_at(calendar.day_of(now))
            if of != self._of or since != self._since or now < self._read_at:
                # Another day, other limits, or a clock that was put back: everything is read anew.
                self._of, self._since, self._from = of, since, since
                self._before = Counter()
            elif now - self._read_at < _FRESH_MS:
                return self._spent
            until = now - _LATELY_MS
            if until - self._from > _LATELY_MS:
                self._before += _ended(connection, of, self._from, until)
                self._from = until
            lately = _ended(connection, of, self._from, _EVER)
            self._spent = self._before + lately + _running(connection, of, now)
            self._read_at = now
            return self._spent


def _ended(
    connection: Connection, departments: Collection[int], since: int, until: int
) -> Counter[tuple[int, str]]:
    asked = {"departments": sorted(departments), "since": since, "until": until}
    return Counter(
        {(row.department_id, row.member): int(row.spent) for row in connection.execute(_ENDED, asked)}
    )


def _running(connection: Connection, departments: Collection[int], now: int) -> Counter[tuple[int, str]]:
    asked = {"departments": sorted(departments), "now": now}
    return Counter(
        {(row.department_id, row.member): int(row.spent) for row in connection.execute(_RUNNING, asked)}
    )
