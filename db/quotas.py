"""Quotas in the ledger: films are charged to a day or a grant, once each, or wait in line for one.

Whoever charges anything holds the department's row, so that two submissions at a quota's edge go one after
the other. A film that waits has a hold ``quota``; its line is that of the holds, in the order of jobs. Locks
are taken as everywhere: the department's row, then jobs', then steps'.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
)

from db import rows
from db.ledger import Ledger
from db.states import ITSELF, HoldReason, JobState
from db.tables import IS_FOR_QUOTA, allowances, audit, charges, departments, holds, jobs
from farm.policy.quota import Allowance, Standing, Start, admit, forecast

_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
_OF: BindParameter[int] = bindparam("department")
_LIMITS = select(departments.c.films, departments.c.member_films).where(departments.c.id == _OF)
_LOCK_LIMITS = _LIMITS.with_for_update(key_share=True)
_LOCK = (
    select(departments.c.id)
    .where(departments.c.id.in_(bindparam("departments", expanding=True)))
    .order_by(departments.c.id)
    .with_for_update(key_share=True)
)
_PAYING = select(jobs.c.department_id).where(jobs.c.id.in_(_JOBS)).distinct()
_USED = (
    select(charges.c.member, charges.c.allowance_id.is_(None).label("own"), func.count().label("films"))
    .where(charges.c.department_id == _OF, charges.c.day == bindparam("day"))
    .group_by(charges.c.member, charges.c.allowance_id.is_(None))
)
_ALLOWED = (
    select(
        allowances.c.id,
        allowances.c.until,
        (
            allowances.c.films
            - select(func.count()).where(charges.c.allowance_id == allowances.c.id).scalar_subquery()
        ).label("left"),
    )
    .where(allowances.c.department_id == _OF, allowances.c.until > bindparam("now"))
    .order_by(allowances.c.until, allowances.c.id)
)
_LINE = select(holds.c.job_id, holds.c.member).where(IS_FOR_QUOTA, holds.c.department_id == _OF)
_FIRST = _LINE.order_by(holds.c.job_id).limit(bindparam("limit"))
_WHOLE = _LINE.order_by(holds.c.job_id)
# Those who have begun as many as they may today are not even looked at.
_OTHERS = _LINE.where(holds.c.member.not_in(bindparam("full", expanding=True))).order_by(holds.c.job_id)
_WAITING = (
    select(departments.c.id)
    .where(exists().where(IS_FOR_QUOTA, holds.c.department_id == departments.c.id))
    .order_by(departments.c.id)
)
_LOCK_JOBS = (
    select(jobs.c.id, jobs.c.batch_id, jobs.c.member)
    .where(jobs.c.id.in_(_JOBS))
    .order_by(jobs.c.id)
    .with_for_update(key_share=True)
)
_UNHOLD = delete(holds).where(holds.c.job_id.in_(_JOBS), IS_FOR_QUOTA).returning(holds.c.job_id)
_CHARGE = insert(charges)
_HOLD = insert(holds)
_UNPAID = (
    select(jobs.c.id, jobs.c.department_id, jobs.c.member)
    .where(
        jobs.c.id.in_(_JOBS),
        jobs.c.state == JobState.QUEUED.value,
        ~exists().where(charges.c.job_id == jobs.c.id),
        ~exists().where(IS_FOR_QUOTA, holds.c.job_id == jobs.c.id),
    )
    .order_by(jobs.c.id)
)
_GIVE_BACK = delete(charges).where(
    charges.c.job_id.in_(select(jobs.c.id).where(jobs.c.id.in_(_JOBS), jobs.c.started_at.is_(None)))
)
_HELD = select(holds.c.job_id, holds.c.department_id).where(IS_FOR_QUOTA, holds.c.job_id.in_(_JOBS))
_HELD_OF = (
    select(jobs.c.id)
    .join_from(jobs, holds, holds.c.job_id == jobs.c.id)
    .where(jobs.c.batch_id == bindparam("batch"), IS_FOR_QUOTA)
)
_LINES = (
    select(holds.c.department_id, func.count().label("films"))
    .where(IS_FOR_QUOTA, holds.c.department_id.is_not(None))
    .group_by(holds.c.department_id)
)
_AUDIT = insert(audit)
_DEPARTMENT = select(departments.c.id).where(departments.c.name == bindparam("name"))


def enter(
    connection: Connection, ledger: Ledger, job_ids: Sequence[int], now: int, *, department: int, member: str
) -> int:
    """Charge new jobs of a member to the department's day, as far as it goes; the others wait. How many do.

    The department's row is held by whoever calls this, and whoever waited already has been let in, as far as
    may be, by `admit_waiting`.
    """
    day = ledger.calendar.day_of(now)
    standing = _standing(connection, department, day, now)
    starts = admit(standing, [member] * len(job_ids), day, now)
    told = {"department_id": department, "member": member}
    charged = [_charge(job, told, start, now) for job, start in zip(job_ids, starts, strict=True) if start]
    held = [job for job, start in zip(job_ids, starts, strict=True) if start is None]
    for start in range(0, len(charged), rows.MANY):
        connection.execute(_CHARGE, charged[start : start + rows.MANY])
    _hold(connection, [{"job_id": job, **told} for job in held], now)
    return len(held)


def lock(connection: Connection, job_ids: Collection[int]) -> None:
    """Hold the rows of the departments that pay for jobs, before any of those jobs is."""
    ordered, paying = sorted(job_ids), set[int]()
    for start in range(0, len(ordered), rows.MANY):
        paying.update(connection.execute(_PAYING, {"jobs": ordered[start : start + rows.MANY]}).scalars())
    connection.execute(_LOCK, {"departments": sorted(paying)}).all()


def line_up(connection: Connection, ledger: Ledger, job_ids: Sequence[int], now: int) -> None:
    """Have queued jobs that were never charged, or got their charge back, wait as they did when submitted.

    In a department without quotas they are charged at once. `lock` was called before; what may go on now is
    let in by `release`, once these jobs are nobody's any more.
    """
    day = ledger.calendar.day_of(now)
    limited: dict[int, bool] = {}
    charged, held = [], []
    for job in connection.execute(_UNPAID, {"jobs": job_ids}).all():
        if job.department_id not in limited:
            limited[job.department_id] = _standing(connection, job.department_id, day, now).is_limited
        told = {"department_id": job.department_id, "member": job.member}
        if limited[job.department_id]:
            held.append({"job_id": job.id, **told})
        else:
            charged.append(_charge(job.id, told, Start(day=day), now))
    if charged:
        connection.execute(_CHARGE, charged)
    _hold(connection, held, now)


def give_back(connection: Connection, job_ids: Sequence[int]) -> None:
    """Take back what jobs were charged of which nothing was begun; they are canceled."""
    connection.execute(_GIVE_BACK, {"jobs": job_ids})


def release(ledger: Ledger, only: int | None = None) -> int:
    """Let in who waits for a quota that has films left, in order of submission; how many. It costs little.

    Args:
        ledger: the ledger.
        only: the department alone that has this number; None: every one.

    Raises:
        AwayError: ``ledger-away``.
    """
    now, count = ledger.clock(), 0
    day = ledger.calendar.day_of(now)
    with ledger.read() as connection:
        found = [
            department
            for department in connection.execute(_WAITING).scalars().all()
            if only in {None, department}
            and _next(connection, department, _standing(connection, department, day, now), day, now)
        ]
    for department in found:
        some = rows.MANY
        while some == rows.MANY:
            with ledger.write("quota-release") as connection:
                connection.execute(_LOCK_LIMITS, {"department": department}).one()
                some = _admit(connection, ledger, department, ledger.clock())
            count += some
    return count


def admit_waiting(connection: Connection, ledger: Ledger, department: int, now: int) -> None:
    """Let in all who wait and may begin now; the department's row is held by whoever calls this."""
    while _admit(connection, ledger, department, now) == rows.MANY:
        pass


def read_standing(ledger: Ledger, department: str) -> Standing:
    """What a department may begin today, and has begun.

    Raises:
        InputError: it is not there; as `db.departments.read_department`.
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    with ledger.read() as connection:
        found = connection.execute(_DEPARTMENT, {"name": department}).scalar_one()
        return _standing(connection, found, ledger.calendar.day_of(now), now)


def read_starts(ledger: Ledger, job_ids: Collection[int]) -> Mapping[int, int | None]:
    """On which day each of some jobs that wait for a quota will begin as things are; None: never.

    Jobs that wait for no quota are not in it.

    Raises:
        AwayError: ``ledger-away``.
    """
    starts: dict[int, int | None] = {}
    with ledger.read() as connection:
        ordered, waiting = sorted(job_ids), dict[int, int]()
        for start in range(0, len(ordered), rows.MANY):
            asked = {"jobs": ordered[start : start + rows.MANY]}
            waiting |= {row.job_id: row.department_id for row in connection.execute(_HELD, asked)}
        for department in set(waiting.values()):
            line = starts_in(connection, ledger, department)
            starts |= {job: day for job, day in line.items() if job in waiting}
    return starts


def read_lines(ledger: Ledger) -> Mapping[int, int]:
    """How many films wait for the quota of each department of which any does.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {row.department_id: row.films for row in connection.execute(_LINES)}


def read_batch(ledger: Ledger, batch: int) -> Mapping[int, int | None]:
    """The same of the jobs of a batch.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        found = connection.execute(_HELD_OF, {"batch": batch}).scalars().all()
    return read_starts(ledger, found)


def read_ahead(ledger: Ledger, department: str, member: str, films: int) -> tuple[int | None, ...]:
    """On which day each of so many films would begin if a member submitted them now; None: never.

    Raises:
        InputError, AwayError: as `read_standing`.
    """
    with ledger.read() as connection:
        found = connection.execute(_DEPARTMENT, {"name": department}).scalar_one()
        days = _forecast(connection, ledger, found, [member] * films)
    return tuple(days[-place] for place in range(1, films + 1))


def read_beginnings(ledger: Ledger, job_ids: Collection[int]) -> Mapping[int, int]:
    """When each of some jobs that wait for a quota will begin as things are, in milliseconds; 0: never.

    Raises:
        AwayError: ``ledger-away``.
    """
    starts = read_starts(ledger, job_ids)
    begins = {day: ledger.calendar.begins_at(day) for day in set(starts.values()) if day is not None}
    return {job: 0 if day is None else begins[day] for job, day in starts.items()}


def starts_in(
    connection: Connection, ledger: Ledger, department: int, *, most: int | None = None
) -> dict[int, int | None]:
    """On which day each film of a department's line will begin as things are, by job; None: never.

    Args:
        connection: within a transaction.
        ledger: the ledger.
        department: the department's id.
        most: so many are looked at, the first ones; None: all.
    """
    return _forecast(connection, ledger, department, (), most=most)


def _forecast(
    connection: Connection, ledger: Ledger, department: int, more: Sequence[str], *, most: int | None = None
) -> dict[int, int | None]:
    """The days of all who wait, by job, and of more behind them, as -1, -2 and so on."""
    now = ledger.clock()
    standing = _standing(connection, department, ledger.calendar.day_of(now), now)
    asked = {"department": department}
    held = connection.execute(*((_WHOLE, asked) if most is None else (_FIRST, {**asked, "limit": most})))
    line = [(row.job_id, row.member) for row in held]
    line += [(-place, member) for place, member in enumerate(more, 1)]
    starts = forecast(standing, [member for _, member in line], ledger.calendar, now)
    return {job: None if start is None else start.day for (job, _), start in zip(line, starts, strict=True)}


def _standing(connection: Connection, department: int, day: int, now: int) -> Standing:
    limits = connection.execute(_LIMITS, {"department": department}).one()
    used, members = 0, dict[str, int]()
    for row in connection.execute(_USED, {"department": department, "day": day}):
        used += row.films if row.own else 0
        members[row.member] = members.get(row.member, 0) + row.films
    allowed = connection.execute(_ALLOWED, {"department": department, "now": now})
    return Standing(
        films=limits.films,
        used=used,
        member_films=limits.member_films,
        members=members,
        allowances=tuple(Allowance(id=row.id, left=row.left, until=row.until) for row in allowed),
    )


def _next(
    connection: Connection, department: int, standing: Standing, day: int, now: int
) -> dict[int, Start]:
    """Who of a department's line may begin now, at most so many as one transaction lets in."""
    asked: dict[str, Any] = {"department": department}
    if standing.films is not None:
        left = max(0, standing.films - standing.used) + sum(each.left for each in standing.allowances)
        if left <= 0:
            return {}
    most = standing.member_films
    if most is None:
        line = connection.execute(_FIRST, {**asked, "limit": rows.MANY}).all()
    else:
        full = [member for member, films in standing.members.items() if films >= most]
        line = connection.execute(_OTHERS, {**asked, "full": full}).all() if most else []
    starts = admit(standing, [row.member for row in line], day, now)
    begin = {row.job_id: start for row, start in zip(line, starts, strict=True) if start is not None}
    return dict(list(begin.items())[: rows.MANY])


def _admit(connection: Connection, ledger: Ledger, department: int, now: int) -> int:
    """Let in some who wait; how many might have been."""
    day = ledger.calendar.day_of(now)
    starts = _next(connection, department, _standing(connection, department, day, now), day, now)
    if not starts:
        return 0
    found = {row.id: row for row in connection.execute(_LOCK_JOBS, {"jobs": sorted(starts)})}
    # Who was canceled meanwhile waits for nothing any more.
    begun = sorted(connection.execute(_UNHOLD, {"jobs": sorted(starts)}).scalars())
    if begun:
        told = {"department_id": department}
        charged = [_charge(job, {**told, "member": found[job].member}, starts[job], now) for job in begun]
        connection.execute(_CHARGE, charged)
        connection.execute(
            _AUDIT,
            [
                {
                    "at": now,
                    "by": ITSELF,
                    "verb": "quota-begins",
                    "batch_id": found[job].batch_id,
                    "job_id": job,
                    "detail": _told(ledger, starts[job]),
                }
                for job in begun
            ],
        )
        rows.reopen(connection, begun)
    return len(starts)


def _told(ledger: Ledger, start: Start) -> str:
    if start.allowance is not None:
        return f"grant {start.allowance}"
    return ledger.calendar.date_of(start.day).isoformat()


def _charge(job: int, told: Mapping[str, Any], start: Start, now: int) -> dict[str, Any]:
    return {"job_id": job, **told, "day": start.day, "allowance_id": start.allowance, "at": now}


def _hold(connection: Connection, held: Sequence[Mapping[str, Any]], now: int) -> None:
    for start in range(0, len(held), rows.MANY):
        some = held[start : start + rows.MANY]
        set_ = {"reason": HoldReason.QUOTA.value, "until": None, "by": ITSELF, "since": now}
        connection.execute(_HOLD, [{**each, **set_} for each in some])
        rows.reopen(connection, [each["job_id"] for each in some])
