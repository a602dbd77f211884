"""Totals: how many attempts have ended, ever, how, and for how long they kept their workers.

Whoever begins to ask adds up all that is there, once; from then on only what ended since is read. So it does
not matter who asks: two who ask hear the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select

from db.ledger import Ledger
from db.prepared import Found, run
from db.states import Outcome, StepState
from db.tables import attempts, steps
from farm.policy.accounts import PROCESSOR

#: What ended lately is looked at again each time: clocks of hosts differ, and a commit may come late.
_LATELY_MS = 10 * 60 * 1000
_NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Attempts that are told together.

    Attributes:
        department: id of the department whose film it was.
        stage: the stage, as the tables have it.
        outcome: likewise.
        code: of the error; empty for none.
        on_card: whether it ran on a card.
    """

    department: int
    stage: str
    outcome: str
    code: str
    on_card: bool


@dataclass(frozen=True, kw_only=True)
class Sums:
    """How many attempts of each kind have ended, and for how many milliseconds they kept their workers."""

    times: Mapping[Kind, int]
    held_ms: Mapping[Kind, int]


_told = (
    steps.c.department_id,
    steps.c.stage,
    attempts.c.outcome,
    func.coalesce(attempts.c.error_code, "").label("code"),
    case((attempts.c.device == PROCESSOR, 0), else_=1).label("on_card"),
)
_ended = (
    select(*_told, attempts.c.folded, attempts.c.held_ms)
    .join_from(attempts, steps, steps.c.id == attempts.c.step_id)
    .where(attempts.c.ended_at < bindparam("before"))
    .subquery("ended")
)
_kind = (_ended.c.department_id, _ended.c.stage, _ended.c.outcome, _ended.c.code, _ended.c.on_card)
_BEFORE = select(
    *_kind,
    (func.count() + func.sum(_ended.c.folded)).label("times"),
    func.sum(_ended.c.held_ms).label("held_ms"),
).group_by(*_kind)
_each = (attempts.c.step_id, attempts.c.number, attempts.c.folded, attempts.c.held_ms, attempts.c.ended_at)
_SINCE = (
    select(*_told, *_each)
    .join_from(attempts, steps, steps.c.id == attempts.c.step_id)
    .where(attempts.c.ended_at >= bindparam("since"))
    .order_by(attempts.c.step_id, attempts.c.number)
)
# Waits that may yet be folded into a later one: those that steps which are not over did last.
_OPEN = (
    select(*_told, *_each)
    .join_from(steps, attempts, attempts.c.step_id == steps.c.id)
    .where(
        steps.c.state.in_([StepState.READY.value, StepState.RUNNING.value]),
        or_(attempts.c.number == steps.c.fence, attempts.c.number == steps.c.fence - 1),
        attempts.c.outcome == Outcome.INTERRUPTED.value,
        attempts.c.ended_at < bindparam("before"),
    )
    .order_by(attempts.c.number)
)


class Totals:
    """Adds up what ended, each attempt once.

    Args:
        ledger: the ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read_at = _NOBODY
        self._times: Counter[Kind] = Counter()
        self._held: Counter[Kind] = Counter()
        #: What was counted of those that are looked at again.
        self._seen: dict[tuple[int, int], int] = {}
        #: Of a step that waited: the row of that, which the next wait may take up.
        self._waited: dict[int, Found] = {}

    def read(self) -> Sums:
        """Everything that has ended by now.

        Raises:
            AwayError: ``ledger-away``; the next time tells what this one would have.
        """
        now = self._ledger.clock()
        if self._read_at == _NOBODY or now < self._read_at - _LATELY_MS:
            self._begin(now - _LATELY_MS)
        with self._ledger.read() as connection:
            found = run(connection, _SINCE, {"since": self._read_at - _LATELY_MS}).rows
        for row in found:
            if (row.step_id, row.number) not in self._seen:
                self._count(row)
        self._read_at = max(self._read_at, now)
        kept = self._read_at - _LATELY_MS
        self._seen = {(row.step_id, row.number): row.ended_at for row in found if row.ended_at >= kept}
        return Sums(times=dict(self._times), held_ms=dict(self._held))

    def _begin(self, before: int) -> None:
        """Add up what ended before a time."""
        asked = {"before": before}
        with self._ledger.read() as connection:
            waited = run(connection, _OPEN, asked).rows
            summed = run(connection, _BEFORE, asked).rows
        self._times, self._held, self._seen = Counter(), Counter(), {}
        self._waited = {row.step_id: row for row in waited}
        for row in summed:
            # PostgreSQL's sums of large numbers are decimal.
            self._times[_kind_of(row)] = int(row.times)
            self._held[_kind_of(row)] = int(row.held_ms)
        self._read_at = before + _LATELY_MS

    def _count(self, row: Found) -> None:
        """Count an attempt, with those that were folded into it, but for what was counted of them already."""
        kind, times, held = _kind_of(row), 1 + row.folded, row.held_ms
        before = self._waited.get(row.step_id)
        if before is not None and _takes_up(row, before):
            times, held = row.folded - before.folded, held - before.held_ms
        self._times[kind] += times
        self._held[kind] += max(0, held)
        if row.outcome == Outcome.INTERRUPTED.value:
            self._waited[row.step_id] = row
        else:
            self._waited.pop(row.step_id, None)


def _takes_up(row: Found, before: Found) -> bool:
    """Whether an earlier wait of the same step was folded into this one."""
    return bool(row.number > before.number and row.folded > before.folded and row.code == before.code)


def _kind_of(row: Any) -> Kind:  # noqa: ANN401 - a row of either statement
    return Kind(
        department=row.department_id,
        stage=row.stage,
        outcome=row.outcome,
        code=row.code,
        on_card=bool(row.on_card),
    )
