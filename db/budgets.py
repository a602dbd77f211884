"""Budgets: what every department may use today, and has; told of those that have a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, func, select

from db.cardtime import CardTime
from db.ledger import Ledger
from db.prepared import run
from db.tables import allowances, charges, departments


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a department may use today; films and milliseconds on cards.

    Attributes:
        id: its number.
        name: its name.
        films: films that may begin a day; None: any number.
        films_used: of them, those that were begun.
        granted: films that are left of its grants beyond the day.
        card_ms: for how long its attempts may keep cards a day; None: for any time.
        card_used_ms: for how long they have.
    """

    id: int
    name: str
    films: int | None
    films_used: int
    granted: int
    card_ms: int | None
    card_used_ms: int

    @property
    def films_left(self) -> int:
        """Films that may still begin today, where that is limited."""
        return max(0, (self.films or 0) - self.films_used) + self.granted


_EVERY = select(departments.c.id, departments.c.name, departments.c.films, departments.c.card_ms).order_by(
    departments.c.name
)
_OF: BindParameter[int] = bindparam("departments", expanding=True)
_USED = (
    select(charges.c.department_id, func.count().label("films"))
    .where(
        charges.c.department_id.in_(_OF),
        charges.c.day == bindparam("day"),
        charges.c.allowance_id.is_(None),
    )
    .group_by(charges.c.department_id)
)
_taken = select(func.count()).where(charges.c.allowance_id == allowances.c.id).scalar_subquery()
_GRANTED = select(allowances.c.department_id, (allowances.c.films - _taken).label("films")).where(
    allowances.c.department_id.in_(_OF), allowances.c.until > bindparam("now")
)


def read_budgets(ledger: Ledger, cards: CardTime) -> tuple[Budget, ...]:
    """What every department may use today, and has, by name.

    Args:
        ledger: the ledger.
        cards: what departments have spent of their card time.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    with ledger.read() as connection:
        every = run(connection, _EVERY, {}).rows
        counted = [row.id for row in every if row.films is not None]
        timed = [row.id for row in every if row.card_ms is not None]
        used: Mapping[int, int] = {}
        granted: dict[int, int] = {}
        if counted:
            asked, of = {"day": ledger.calendar.day_of(now), "now": now}, {"departments": counted}
            used = {row.department_id: row.films for row in run(connection, _USED, asked, of)}
            for row in run(connection, _GRANTED, asked, of):
                granted[row.department_id] = granted.get(row.department_id, 0) + row.films
        spent: dict[int, int] = {}
        for (department, _), ms in (cards.spent(connection, timed, now) if timed else {}).items():
            spent[department] = spent.get(department, 0) + ms
    return tuple(
        Budget(
            id=row.id,
            name=row.name,
            films=row.films,
            films_used=used.get(row.id, 0),
            granted=granted.get(row.id, 0),
            card_ms=row.card_ms,
            card_used_ms=spent.get(row.id, 0),
        )
        for row in every
    )
