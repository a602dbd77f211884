"""Lanes: where something waits, found by leaps through the index that steps are sorted by.

A *lane* is what waits of one department for one skill and one window, and would begin a film or not: the
gates let all of it through or nothing, but for some members and pools. No lane is counted: ten waiting steps
cost as much as a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)

from db.ledger import Ledger
from db.prepared import run
from db.states import Stage
from db.tables import IS_OPEN, IS_READY, IS_RUNNING, IS_SENT, IS_UNSENT, steps
from db.values import Skill
from farm.policy.gates import Facts


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Something waits in it.

    Attributes:
        skill: what has to be able to do it.
        department: the department's id.
        window: the window of its jobs; empty for none.
        opening: with any of it a job would begin.
    """

    skill: Skill
    department: int
    window: str
    opening: bool

    @property
    def facts(self) -> Facts:
        """What gates are asked of all of it."""
        return Facts(
            department=self.department,
            window=self.window,
            opening=self.opening,
            renders=self.skill.capability.startswith(_RENDERS),
        )


@dataclass(frozen=True, kw_only=True)
class Line:
    """How the line of a skill stands.

    Attributes:
        lanes: what of it waits and is not on its way, that in backoff included; closed steps are not.
        sent: steps of which a message is on its way.
        running: steps that are running.
    """

    lanes: tuple[Lane, ...] = ()
    sent: int = 0
    running: int = 0

    @property
    def ready(self) -> bool:
        """Whether anything waits, or is on its way."""
        return bool(self.lanes or self.sent)


_RENDERS = f"{Stage.RENDER}."
#: What nobody works at, and no message is on its way of.
IS_WAITING = (IS_READY, IS_OPEN, IS_UNSENT)
_KEY = (steps.c.capability, steps.c.profile, steps.c.department_id, steps.c.window, steps.c.opening)
_here = steps.alias("here")
_HERE = (_here.c.capability, _here.c.profile, _here.c.department_id, _here.c.window, _here.c.opening)
# Literal limits: with a parameter PostgreSQL may plan for many rows, and sort them all.
ONE: ColumnElement[int] = literal_column("1", Integer)
_next = select(steps.c.id).where(*IS_WAITING).order_by(*_KEY).limit(ONE)


def _after_here() -> ColumnElement[int]:
    """The first step of the lane after this one: of the same department, else skill, else of the next one.

    One comparison of all columns would say the same, but SQLite uses the index for the first of them alone.
    """
    leaps = []
    for same in reversed(range(len(_KEY))):
        alike = [column == here for column, here in zip(_KEY[:same], _HERE[:same], strict=True)]
        leaps.append(_next.where(*alike, _KEY[same] > _HERE[same]).correlate(_here).scalar_subquery())
    return func.coalesce(*leaps)


def _by_id() -> Select[str, str, str, int, str, int, int]:
    """One step of each lane, by leaps that SQLite understands."""
    leap = select(_next.scalar_subquery().label("id")).cte("leap", recursive=True)
    leap = leap.union_all(select(_after_here()).select_from(leap.join(_here, _here.c.id == leap.c.id)))
    return _waiting(*_KEY).join_from(leap, steps, steps.c.id == leap.c.id)


def _by_key() -> Select[str, str, str, int, str, int, int]:
    """The same by leaps from one key to the next, for which PostgreSQL reads nothing but the index."""
    first = select(*_KEY).where(*IS_WAITING).order_by(*_KEY).limit(ONE).subquery("head")
    leap = select(first).cte("leap", recursive=True)
    here = [leap.c[column.name] for column in _KEY]
    ahead = (
        select(*_KEY)
        .where(*IS_WAITING, tuple_(*_KEY) > tuple_(*here))
        .order_by(*_KEY)
        .limit(ONE)
        .correlate(leap)
        .lateral("ahead")
    )
    leap = leap.union_all(select(ahead).select_from(leap.join(ahead, true())))
    return _waiting(*(leap.c[column.name] for column in _KEY)).select_from(leap)


def _waiting(*key: ColumnElement[Any]) -> Select[str, str, str, int, str, int, int]:
    return select(literal("waiting").label("state"), *key, literal(0).label("steps"))


def _counted(state: str, *conditions: ColumnElement[bool]) -> Select[str, str, str, int, str, int, int]:
    """What is on its way or running: no more than there are workers, and each by an index of its own."""
    return (
        select(
            literal(state).label("state"),
            steps.c.capability,
            steps.c.profile,
            literal(0).label("department_id"),
            literal("").label("window"),
            literal(0).label("opening"),
            func.count().label("steps"),
        )
        .where(*conditions)
        .group_by(steps.c.capability, steps.c.profile)
    )


_OTHERS = (_counted("sent", IS_READY, IS_SENT, IS_OPEN), _counted("running", IS_RUNNING))
_LINES = {
    "sqlite": union_all(_by_id(), *_OTHERS),
    "postgresql": union_all(_by_key(), *_OTHERS),
}


def read_lines(ledger: Ledger) -> Mapping[Skill, Line]:
    """How every line stands: one for each capability and render profile that has something to do.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return lines_in(connection)


def lines_in(connection: Connection) -> Mapping[Skill, Line]:
    """The same, inside a transaction."""
    lanes: dict[Skill, list[Lane]] = {}
    counts: dict[Skill, dict[str, int]] = {}
    for row in run(connection, _LINES[connection.dialect.name], {}):
        skill = Skill(capability=row.capability, profile=row.profile)
        counted = counts.setdefault(skill, {})
        if row.state != "waiting":
            counted[row.state] = row.steps
            continue
        lane = Lane(skill=skill, department=row.department_id, window=row.window, opening=bool(row.opening))
        lanes.setdefault(skill, []).append(lane)
    return {
        skill: Line(
            lanes=tuple(lanes.get(skill, ())), sent=each.get("sent", 0), running=each.get("running", 0)
        )
        for skill, each in counts.items()
    }
