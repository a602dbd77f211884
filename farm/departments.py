"""Departments as people name them: what each may use, what it has used today, and who changes that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db import departments, quotas, storage
from db.cardtime import spent_in
from db.departments import DEFAULT, Department, read_departments
from db.ledger import Ledger
from db.stopwords import read_words
from farm.bootstrap import Farm
from farm.caller import caller
from farm.policy.days import Calendar
from farm.policy.departments import RIGHTS, Value, changes_of, plain_name
from farm.policy.times import day_or_moment
from farm.views.departments import DepartmentView, GrantView, MemberView
from pipeline.plan.errors import InputError
from pipeline.plan.moments import iso

#: Who pays for jobs, and whose profiles, words and pronunciations are meant, where nobody says so.
DEPARTMENT = DEFAULT
# What films are given of it when they are submitted, and keep.
_RIGHTS_GIVEN = frozenset({"priority-limit", "urgent"})
_GIVEN = _RIGHTS_GIVEN | {"pool", "window"}


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What was changed of a department.

    Attributes:
        name: its name.
        before: what stood for each right that is otherwise now.
        after: what stands for it now.
        released: films that waited for its quota and begin now.
        kept: whether something was changed that films have from when they were submitted, and keep.
        beyond: films under way that are more urgent, or have a higher number, than it may have now.
    """

    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    released: int = 0
    kept: bool = False
    beyond: int = 0


def check_department(ledger: Ledger, department: str) -> None:
    """Refuse a department that there is not.

    Raises:
        InputError: ``submit-department-unknown``, with those that there are.
        AwayError: ``ledger-away``.
    """
    known = read_departments(ledger)
    if department not in known:
        raise InputError("submit-department-unknown", department=department, known=", ".join(known))


def listed(farm: Farm) -> tuple[DepartmentView, ...]:
    """Every department, by name.

    Raises:
        AwayError: ``ledger-away``.
    """
    every = departments.read_all(farm.ledger)
    stored = _stored(farm.ledger, every)
    return tuple(_view(farm, each, stored) for each in every)


def shown(farm: Farm, name: str) -> DepartmentView:
    """One department.

    Raises:
        InputError: ``department-unknown``.
        AwayError: ``ledger-away``.
    """
    return _view(farm, departments.read_department(farm.ledger, name))


def add(farm: Farm, name: str, words: Mapping[str, str | None]) -> DepartmentView:
    """Have a new department; what is not named is as usual.

    Args:
        farm: the farm.
        name: its name.
        words: what stands for each right, by its name, as somebody wrote it.

    Raises:
        InputError: as `farm.policy.departments.plain_name` and `changes_of`, and `db.departments.add`.
        AwayError: ``ledger-away``.
    """
    added = departments.add(farm.ledger, plain_name(name), changes_of(words), by=caller())
    return _view(farm, added)


def change(farm: Farm, name: str, words: Mapping[str, str | None]) -> Changed:
    """Change what a department may use; it counts at once, also for what waits.

    Films keep the urgency, number, pool and window that they were submitted with.

    Raises:
        InputError: ``department-nothing-set``, or as `add`.
        AwayError: ``ledger-away``.
    """
    changes = changes_of(words)
    if not changes:
        raise InputError("department-nothing-set")
    before, after = departments.change(farm.ledger, name, changes, by=caller())
    was, now = _told(before.rights), _told(after.rights)
    new = [right for right in now if was[right] != now[right]]
    return Changed(
        name=after.name,
        before={right: was[right] for right in new},
        after={right: now[right] for right in new},
        released=quotas.release(farm.ledger, after.id),
        kept=not _GIVEN.isdisjoint(new),
        beyond=0 if _RIGHTS_GIVEN.isdisjoint(new) else departments.read_beyond(farm.ledger, after.id),
    )


def grant(farm: Farm, name: str, films: int, until: str) -> tuple[DepartmentView, int]:
    """Let a department have films made beyond its daily quota; how it stands then, and how many begin.

    Args:
        farm: the farm.
        name: its name.
        films: how many.
        until: as `end_of` reads it.

    Raises:
        InputError: as `end_of` and `db.departments.grant`.
        AwayError: ``ledger-away``.
    """
    ends = end_of(until, farm.ledger.calendar)
    given = departments.grant(farm.ledger, name, films, until=ends, by=caller())
    released = quotas.release(farm.ledger, given.id)
    return _view(farm, given), released


def remove(farm: Farm, name: str) -> str:
    """Forget a department that nothing was ever submitted for; its name.

    Raises:
        InputError: as `db.departments.remove`.
        AwayError: ``ledger-away``.
    """
    return departments.remove(farm.ledger, name, by=caller())


def end_of(word: str, calendar: Calendar) -> int:
    """The end of a time that somebody names: a date lasts until midnight, in the farm's own zone.

    Raises:
        InputError: ``department-moment-wrong``.
    """
    try:
        return day_or_moment(word, calendar.zone, end=True)
    except ValueError:
        raise InputError("department-moment-wrong", value=word) from None


def _told(rights: Mapping[str, Value]) -> dict[str, str]:
    return {right.name: right.told(rights[right.column]) for right in RIGHTS}


def _stored(ledger: Ledger, some: Sequence[Department]) -> Mapping[str, int]:
    """What those have in the store of which there is a limit to it."""
    limited = [each.name for each in some if each.rights["store_bytes"] is not None]
    return storage.read_used(ledger, limited)


def _view(farm: Farm, department: Department, stored: Mapping[str, int] | None = None) -> DepartmentView:
    ledger, now = farm.ledger, farm.ledger.clock()
    if stored is None:
        stored = _stored(ledger, [department])
    use = departments.read_use(ledger, department.id)
    with ledger.read() as connection:
        spent = spent_in(connection, ledger, [department.id], now)
    cards = {member: ms // 1000 for (_, member), ms in spent.items()}
    return DepartmentView(
        name=department.name,
        limits=_told(department.rights),
        films=use.day,
        granted=use.granted,
        left=use.left,
        held=use.held,
        running=use.running,
        card_s=sum(spent.values()) // 1000,
        store_bytes=stored.get(department.name),
        next_day=iso(ledger.calendar.begins_at(ledger.calendar.day_of(now) + 1)),
        members=tuple(
            MemberView(name=each, films=use.members.get(each, 0), card_s=cards.get(each, 0))
            for each in sorted({*use.members, *cards})
        ),
        grants=tuple(
            GrantView(id=each.id, films=each.films, used=each.used, until=iso(each.until), by=each.by)
            for each in departments.read_grants(ledger, department.id)
        ),
        stopwords=len(read_words(ledger, department.name)),
    )
