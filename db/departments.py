"""Departments: who pays for jobs, what each may use, and what it was granted beyond that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, insert, or_, select, update

from db.ledger import Ledger
from db.prepared import Found
from db.states import PRECEDENCE, JobState, Urgency
from db.tables import (
    IS_ACTIVE,
    IS_FOR_QUOTA,
    allowances,
    audit,
    batches,
    charges,
    departments,
    grants,
    holds,
    jobs,
    lexicon,
    profiles,
    steps,
    stopwords,
    windows,
)
from farm.policy.departments import RIGHTS, Value, same_name
from pipeline.plan.errors import InputError
from pipeline.plan.keys import canonical

#: Who pays where nobody is named; it is there from the beginning.
DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Department:
    """A department and what it may use.

    Attributes:
        id: its number.
        name: its name.
        rights: what stands for each of `farm.policy.departments.RIGHTS`, by the ledger's columns.
    """

    id: int
    name: str
    rights: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Use:
    """What of a department stands in the books just now.

    Attributes:
        day: films charged to the day.
        granted: films charged to a grant on that day.
        left: films that are left of its grants.
        held: films that wait for its quota.
        running: films that are under way.
        members: films charged on that day, by member.
    """

    day: int
    granted: int
    left: int
    held: int
    running: int
    members: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Films beyond the quota of the days.

    Attributes:
        id: its number.
        films: how many.
        used: how many of them were begun.
        until: when it ends, in milliseconds since the Unix epoch.
        by: who gave it.
        at: when.
    """

    id: int
    films: int
    used: int
    until: int
    by: str
    at: int


_COLUMNS = [departments.c[right.column] for right in RIGHTS]
_EVERY = select(departments.c.id, departments.c.name, *_COLUMNS).order_by(departments.c.name)
# Whoever adds one holds them all, so that two of one name are not added side by side.
_LOCK_ALL = (
    select(departments.c.id, departments.c.name).order_by(departments.c.id).with_for_update(key_share=True)
)
_ONE = select(departments.c.id, departments.c.name, *_COLUMNS).where(departments.c.name == bindparam("name_"))
_LOCK_ONE = _ONE.with_for_update(key_share=True)
_NAMES = select(departments.c.name).order_by(departments.c.name)
_ADD = insert(departments).returning(departments.c.id)
_GRANT = insert(allowances).returning(allowances.c.id)
_DROP = delete(departments).where(departments.c.id == bindparam("of"))
_DROP_GRANTS = delete(allowances).where(allowances.c.department_id == bindparam("of"))
_KEPT = (batches, steps, charges, stopwords, lexicon, profiles, grants)
_IN_USE = select(
    *(exists().where(table.c.department_id == bindparam("of")).label(table.name) for table in _KEPT)
)
# None of them is removed while a department begins to use it.
_WINDOW = select(windows.c.name).order_by(windows.c.name).with_for_update(read=True, key_share=True)
_CHARGED = (
    select(charges.c.member, charges.c.allowance_id.is_(None).label("own"), func.count().label("films"))
    .where(charges.c.department_id == bindparam("of"), charges.c.day == bindparam("day"))
    .group_by(charges.c.member, charges.c.allowance_id.is_(None))
)
_HELD = select(func.count()).where(IS_FOR_QUOTA, holds.c.department_id == bindparam("of"))
_RUNNING = select(func.count()).where(IS_ACTIVE, jobs.c.department_id == bindparam("of"))
_GRANTS = (
    select(
        allowances.c.id,
        allowances.c.films,
        select(func.count()).where(charges.c.allowance_id == allowances.c.id).scalar_subquery().label("used"),
        allowances.c.until,
        allowances.c.by,
        allowances.c.at,
    )
    .where(allowances.c.department_id == bindparam("of"), allowances.c.until > bindparam("now"))
    .order_by(allowances.c.until, allowances.c.id)
)
_BEYOND = select(func.count()).where(
    jobs.c.department_id == bindparam("of"),
    jobs.c.state.in_([JobState.QUEUED.value, JobState.ACTIVE.value]),
    or_(
        and_(jobs.c.precedence == PRECEDENCE[Urgency.URGENT], departments.c.urgent == 0),
        jobs.c.priority > departments.c.priority_limit,
    ),
    departments.c.id == jobs.c.department_id,
)
_AUDIT = insert(audit)


def read_departments(ledger: Ledger) -> tuple[str, ...]:
    """The names of all departments, sorted.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(connection.execute(_NAMES).scalars())


def read_all(ledger: Ledger) -> tuple[Department, ...]:
    """All departments, by name.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(_department(row) for row in connection.execute(_EVERY))


def read_department(ledger: Ledger, name: str) -> Department:
    """One department.

    Raises:
        InputError: ``department-unknown``, with those that there are.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return _find(connection, name)


def read_use(ledger: Ledger, department: int) -> Use:
    """What of a department stands in the books today.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    day = ledger.calendar.day_of(now)
    own = granted = 0
    members: dict[str, int] = {}
    with ledger.read() as connection:
        for row in connection.execute(_CHARGED, {"of": department, "day": day}):
            own += row.films if row.own else 0
            granted += 0 if row.own else row.films
            members[row.member] = members.get(row.member, 0) + row.films
        grants = connection.execute(_GRANTS, {"of": department, "now": now}).all()
        return Use(
            day=own,
            granted=granted,
            left=sum(row.films - row.used for row in grants),
            held=connection.execute(_HELD, {"of": department}).scalar_one(),
            running=connection.execute(_RUNNING, {"of": department}).scalar_one(),
            members=members,
        )


def read_beyond(ledger: Ledger, department: int) -> int:
    """How many films under way are more urgent, or have a higher number, than their department may have now.

    They keep what they were granted before it was taken away.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return connection.execute(_BEYOND, {"of": department}).scalar_one()


def read_grants(ledger: Ledger, department: int) -> tuple[Grant, ...]:
    """What a department was granted and has not ended, the one that ends first before others.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = connection.execute(_GRANTS, {"of": department, "now": ledger.clock()})
        return tuple(
            Grant(id=row.id, films=row.films, used=row.used, until=row.until, by=row.by, at=row.at)
            for row in found
        )


def add(ledger: Ledger, name: str, rights: Mapping[str, Value], *, by: str) -> Department:
    """Have a new department; written into the audit.

    Args:
        ledger: the ledger.
        name: its name, as `farm.policy.departments.plain_name` gives it.
        rights: what it may use, by the ledger's columns; else what is usual.
        by: who adds it.

    Raises:
        InputError: ``department-exists``: one has this name, perhaps in other case; or
            ``department-window-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.write("department-add") as connection:
        for row in connection.execute(_LOCK_ALL).all():
            if same_name(row.name) == same_name(name):
                raise InputError("department-exists", name=name, known=row.name)
        _check_window(connection, rights)
        connection.execute(_ADD, {"name": name, **rights}).scalar_one()
        added = _find(connection, name)
        _tell(connection, "department-added", name, {"after": dict(added.rights)}, by=by, at=ledger.clock())
        return added


def change(
    ledger: Ledger, name: str, rights: Mapping[str, Value], *, by: str
) -> tuple[Department, Department]:
    """Change what a department may use, from the next decision on; how it was before, and is now.

    Written into the audit with both, if anything is otherwise.

    Raises:
        InputError: ``department-unknown`` or ``department-window-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.write("department-set") as connection:
        before = _find(connection, name, lock=True)
        _check_window(connection, rights)
        new = {column: value for column, value in rights.items() if before.rights[column] != value}
        if not new:
            return before, before
        connection.execute(update(departments).where(departments.c.id == before.id).values(new))
        was = {column: before.rights[column] for column in new}
        _tell(
            connection, "department-set", before.name, {"before": was, "after": new}, by=by, at=ledger.clock()
        )
        return before, _find(connection, before.name)


def grant(ledger: Ledger, name: str, films: int, *, until: int, by: str) -> Department:
    """Let a department have films made beyond its daily quota, until a time; written into the audit.

    Args:
        ledger: the ledger.
        name: its name.
        films: how many, at least one.
        until: what is not begun by then lapses; in milliseconds since the Unix epoch.
        by: who grants it.

    Raises:
        InputError: ``department-unknown``, or ``department-grant-past``: that time has passed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("department-grant") as connection:
        found, now = _find(connection, name, lock=True), ledger.clock()
        if until <= now:
            raise InputError("department-grant-past", name=name)
        given = {"department_id": found.id, "films": films, "until": until, "by": by, "at": now}
        number = connection.execute(_GRANT, given).scalar_one()
        what = {"grant": number, "films": films, "until": until}
        _tell(connection, "department-grant", found.name, what, by=by, at=now)
        return found


def remove(ledger: Ledger, name: str, *, by: str) -> str:
    """Forget a department that nothing was ever submitted for; its name. Written into the audit.

    Raises:
        InputError: ``department-unknown``, ``department-in-use``: it has batches, words or profiles; or
            ``department-needed``: it is the one that is meant where nobody names any.
        AwayError: ``ledger-away``.
    """
    with ledger.write("department-remove") as connection:
        # A submission holds the row while it enters its batch, so that none comes in between.
        found = _find(connection, name, lock=True)
        if found.name == DEFAULT:
            raise InputError("department-needed", name=found.name)
        used = connection.execute(_IN_USE, {"of": found.id}).one()._mapping  # noqa: SLF001 - SQLAlchemy's public name
        if any(used.values()):
            raise InputError("department-in-use", name=name)
        connection.execute(_DROP_GRANTS, {"of": found.id})
        connection.execute(_DROP, {"of": found.id})
        _tell(
            connection,
            "department-removed",
            found.name,
            {"before": dict(found.rights)},
            by=by,
            at=ledger.clock(),
        )
        return found.name


def _find(connection: Connection, name: str, *, lock: bool = False) -> Department:
    row = connection.execute(_LOCK_ONE if lock else _ONE, {"name_": name}).first()
    if row is None:
        known = connection.execute(_NAMES).scalars().all()
        # Whoever wrote it in other case meant that one.
        same = [each for each in known if same_name(each) == same_name(name)]
        if not same or same[0] == name:
            raise InputError("department-unknown", department=name, known=", ".join(known))
        return _find(connection, same[0], lock=lock)
    return _department(row)


def _department(row: Found) -> Department:
    rights: dict[str, Any] = {right.column: getattr(row, right.column) for right in RIGHTS}
    return Department(id=row.id, name=row.name, rights=rights)


def _check_window(connection: Connection, rights: Mapping[str, Value]) -> None:
    window = rights.get("window")
    if window:
        known = connection.execute(_WINDOW).scalars().all()
        if window not in known:
            raise InputError("department-window-unknown", window=window, known=", ".join(known) or "-")


def _tell(
    connection: Connection, verb: str, name: str, what: Mapping[str, object], *, by: str, at: int
) -> None:
    told = {"at": at, "by": by, "verb": verb, "batch_id": None, "job_id": None}
    connection.execute(_AUDIT, {**told, "detail": f"{name}: {canonical(dict(what))}"})
