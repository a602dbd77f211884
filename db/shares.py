"""What departments have used of the farm: their weights, what has ended lately, and what is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Executable, Integer, and_, bindparam, func, literal, literal_column, select, union_all

from db.ledger import Ledger
from db.prepared import run
from db.tables import IS_OPEN, IS_READY, IS_RUNNING, IS_SENT, attempts, departments, steps
from farm.policy.share import HALF_LIFE_MS, Ended, Going

# What ended longer ago than this is forgotten: a thirtieth of it would count.
_MEMORY_MS = 5 * HALF_LIFE_MS
_GRAIN_MS = 600_000
# A commit may become visible a little after the time that stands in it, and clocks of hosts differ.
_OVERLAP_MS = 60_000

_joined = and_(steps.c.id == attempts.c.step_id)
_ENDED = (
    select(
        attempts.c.step_id,
        attempts.c.number,
        attempts.c.ended_at,
        attempts.c.held_ms,
        steps.c.department_id,
        steps.c.capability,
    )
    .join_from(attempts, steps, _joined)
    .where(attempts.c.ended_at >= bindparam("since"))
)
_grain = attempts.c.ended_at // literal_column(str(_GRAIN_MS), Integer)
_LATELY = (
    select(
        steps.c.department_id,
        steps.c.capability,
        func.max(attempts.c.ended_at).label("ended_at"),
        func.sum(attempts.c.held_ms).label("held_ms"),
        func.count().label("times"),
    )
    .join_from(attempts, steps, _joined)
    .where(attempts.c.ended_at >= bindparam("since"), attempts.c.ended_at < bindparam("before"))
    .group_by(steps.c.department_id, steps.c.capability, _grain)
)
_WEIGHTS = "weight"
_STANDING: Executable = union_all(
    select(
        literal(_WEIGHTS).label("what"),
        departments.c.id.label("department"),
        literal("").label("capability"),
        departments.c.weight.label("value"),
        literal("").label("worker"),
    ),
    select(
        literal("running"), steps.c.department_id, steps.c.capability, attempts.c.started_at, steps.c.worker
    )
    .join_from(steps, attempts, and_(attempts.c.step_id == steps.c.id, attempts.c.number == steps.c.fence))
    .where(IS_RUNNING),
    select(literal("sent"), steps.c.department_id, steps.c.capability, literal(0), literal("")).where(
        IS_READY, IS_SENT, IS_OPEN
    ),
)


@dataclass(frozen=True, kw_only=True)
class Standings:
    """How departments stand just now.

    Attributes:
        weights: their weights, by id.
        going: what they have running, and on its way.
        busy: the workers that are at something.
    """

    weights: Mapping[int, int]
    going: tuple[Going, ...]
    busy: frozenset[str] = frozenset()


def read_standings(ledger: Ledger) -> Standings:
    """How departments stand just now.

    Raises:
        AwayError: ``ledger-away``.
    """
    weights: dict[int, int] = {}
    going: list[Going] = []
    busy: set[str] = set()
    with ledger.read() as connection:
        now = ledger.clock()
        for row in run(connection, _STANDING, {}):
            if row.what == _WEIGHTS:
                weights[row.department] = row.value
            else:
                passed = max(0, now - row.value) if row.value else 0
                going.append(Going(department=row.department, capability=row.capability, for_ms=passed))
                busy.add(row.worker)
    return Standings(weights=weights, going=tuple(going), busy=frozenset(busy - {""}))


class Reader:
    """Reads what ended, each attempt once.

    Args:
        ledger: the ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read_at = ledger.clock()
        self._seen: dict[tuple[int, int], int] = {}

    @property
    def is_stale(self) -> bool:
        """Whether it has to be begun anew: the clock was set back, or nothing was asked for too long."""
        return not 0 <= self._ledger.clock() - self._read_at <= _GRAIN_MS

    def lately(self) -> list[Ended]:
        """Everything that still counts, summed up; to be asked once, before all else.

        Raises:
            AwayError: ``ledger-away``.
        """
        before = self._read_at - _OVERLAP_MS
        with self._ledger.read() as connection:
            found = run(connection, _LATELY, {"since": before - _MEMORY_MS, "before": before})
            return [
                Ended(
                    department=row.department_id,
                    capability=row.capability,
                    held_ms=int(row.held_ms),
                    at_ms=row.ended_at,
                    times=row.times,
                )
                for row in found
            ]

    def ended(self) -> list[Ended]:
        """What ended since it was asked last.

        Raises:
            AwayError: ``ledger-away``.
        """
        since = self._read_at - _OVERLAP_MS
        now = self._ledger.clock()
        with self._ledger.read() as connection:
            rows = run(connection, _ENDED, {"since": since}).rows
        new = [row for row in rows if (row.step_id, row.number) not in self._seen]
        self._read_at = max(self._read_at, now)
        kept = self._read_at - _OVERLAP_MS
        # A host whose clock is ahead writes times that are still to come; they are read again each time.
        self._seen = {(row.step_id, row.number): row.ended_at for row in rows if row.ended_at >= kept}
        return [
            Ended(
                department=row.department_id,
                capability=row.capability,
                held_ms=row.held_ms,
                at_ms=row.ended_at,
            )
            for row in new
        ]
