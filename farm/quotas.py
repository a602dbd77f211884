"""Quotas as people are told of them: how many films begin today, and how many wait until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from db import quotas
from farm.bootstrap import Farm
from farm.caller import caller
from farm.policy.quota import forecast
from farm.rowcheck import Film
from pipeline.plan.moments import iso


@dataclass(frozen=True, kw_only=True)
class QuotaView:
    """What of a batch waits for its department's quota.

    Attributes:
        department: the department.
        begin: films that may begin today.
        held: films that wait.
        last: when the last of them begins as things are, UTC, ISO 8601; empty: never.
        films: films a day of the department; None: any number.
        member_films: likewise of each member.
        by_member: they wait for the limit of members: more for the department would help none of them.
        members_too: or would not help all of them.
        until: a date until which a grant for them would have to last.
    """

    department: str
    begin: int
    held: int
    last: str
    films: int | None
    member_films: int | None
    by_member: bool
    members_too: bool
    until: str


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Films that wait for their departments' quotas.

    Attributes:
        films: how many; 0: none.
        last: when the last of them begins as things are, UTC, ISO 8601; empty: never, or there is none.
    """

    films: int = 0
    last: str = ""


def waiting_of(farm: Farm, starts: Mapping[int, int | None]) -> Waiting:
    """What waits of some films, by the days on which each begins, as `db.quotas.read_starts` tells them."""
    days = [day for day in starts.values() if day is not None]
    never = len(days) < len(starts)
    last = "" if never or not days else iso(farm.ledger.calendar.begins_at(max(days)))
    return Waiting(films=len(starts), last=last)


def of_films(farm: Farm, films: Sequence[Film]) -> QuotaView | None:
    """What would wait of films that were submitted now; None: all may begin.

    Raises:
        AwayError: ``ledger-away``.
    """
    department = films[0].department
    return _view(farm, department, quotas.read_ahead(farm.ledger, department, caller(), len(films)))


def of_batch(farm: Farm, batch: int, department: str, jobs: int) -> QuotaView | None:
    """What waits of a batch that was submitted; None: all may go on.

    Raises:
        AwayError: ``ledger-away``.
    """
    waiting = tuple(quotas.read_batch(farm.ledger, batch).values())
    today = farm.ledger.calendar.day_of(farm.ledger.clock())
    return _view(farm, department, (*[today] * (jobs - len(waiting)), *waiting), of=len(waiting))


def _view(farm: Farm, department: str, days: Sequence[int | None], of: int | None = None) -> QuotaView | None:
    ledger, now = farm.ledger, farm.ledger.clock()
    today = ledger.calendar.day_of(now)
    held = sum(day is None or day > today for day in days) if of is None else of
    if not held:
        return None
    standing = quotas.read_standing(ledger, department)
    alone = replace(standing, films=None)
    # As many as wait, and all of one member: would they, if the department had any number?
    starts = forecast(alone, [caller()] * held, ledger.calendar, now)
    last = None if None in days else max(day for day in days if day is not None)
    ends = ledger.calendar.date_of(today) + timedelta(days=1)
    return QuotaView(
        department=department,
        begin=len(days) - held,
        held=held,
        last="" if last is None else iso(ledger.calendar.begins_at(last)),
        films=standing.films,
        member_films=standing.member_films,
        by_member=not any(start is not None and start.day == today for start in starts),
        members_too=any(start is None or start.day > today for start in starts),
        until=ends.isoformat(),
    )
