"""Quotas: how many films of a department may begin a day, which that wait go next, and when the others do.

Films wait in one line per department, in the order in which they were submitted. On a day, as many begin as
its quota has left; then, as many as the department was allowed beyond it, of the allowance that ends first.
Who has begun as many as each member may is passed over until the next day: nobody else waits for that.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from farm.policy.days import Calendar


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """Films beyond the quota of the days.

    Attributes:
        id: its number.
        left: how many are left of it.
        until: when it ends, in milliseconds since the Unix epoch.
    """

    id: int
    left: int
    until: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a department may begin on a day, and has begun.

    Attributes:
        films: how many films a day may begin; None: any number.
        used: how many count against this day, those of allowances aside.
        member_films: how many of each member's may begin a day; None: any number.
        members: how many of each member's have begun on this day, those of allowances with them.
        allowances: what it may begin besides.
    """

    films: int | None = None
    used: int = 0
    member_films: int | None = None
    members: Mapping[str, int] = field(default_factory=dict)
    allowances: tuple[Allowance, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether there is anything to count against."""
        return self.films is not None or self.member_films is not None

    @property
    def has_room(self) -> bool:
        """Whether another film may begin today, unless its member has begun as many as they may."""
        of_day = self.films is None or self.used < self.films
        return of_day or any(each.left > 0 for each in self.allowances)


@dataclass(frozen=True, kw_only=True)
class Start:
    """When a film of the line may begin.

    Attributes:
        day: the day, as `farm.policy.days` numbers them.
        allowance: the allowance that it uses up; None: it counts against the day.
    """

    day: int
    allowance: int | None = None


def admit(standing: Standing, line: Sequence[str], day: int, now_ms: int) -> tuple[Start | None, ...]:
    """Which films of a line may begin today; None for those that wait.

    Args:
        standing: what the department may begin today, and has.
        line: the member of each film that waits, in order.
        day: today.
        now_ms: the time; an allowance that has ended by then counts no more.
    """
    starts: list[Start | None] = [None] * len(line)
    for place, start in _Line(standing, line).pass_day(day, now_ms, standing.used, standing.members):
        starts[place] = start
    return tuple(starts)


def forecast(
    standing: Standing, line: Sequence[str], calendar: Calendar, now_ms: int
) -> tuple[Start | None, ...]:
    """On which day each film of a line will begin if everything stays as it is; None: never.

    Args:
        standing: what the department may begin today, and has.
        line: the member of each film that waits, in order.
        calendar: the days.
        now_ms: the time.
    """
    starts: list[Start | None] = [None] * len(line)
    waiting = _Line(standing, line)
    day = calendar.day_of(now_ms)
    begun = list(waiting.pass_day(day, now_ms, standing.used, standing.members))
    while True:
        for place, start in begun:
            starts[place] = start
        day += 1
        begun = list(waiting.pass_day(day, calendar.begins_at(day), 0, {}))
        if not begun:
            # On an untouched day as few would begin as on any later one.
            return tuple(starts)


class _Line:
    """Films that wait, by member, and what is left of the allowances."""

    def __init__(self, standing: Standing, line: Sequence[str]) -> None:
        self._films = standing.films
        self._member_films = standing.member_films
        self._left = [[each.left, each.until, each.id] for each in standing.allowances]
        self._left.sort(key=lambda each: (each[1], each[2]))
        self._waiting: dict[str, deque[int]] = {}
        for place, member in enumerate(line):
            # Without a limit for members they need not be told apart.
            who = "" if standing.member_films is None else member
            self._waiting.setdefault(who, deque()).append(place)

    def pass_day(
        self, day: int, at_ms: int, used: int, members: Mapping[str, int]
    ) -> Iterator[tuple[int, Start]]:
        """The places of the line that begin on a day, each with what it uses up."""
        begun = dict(members)
        heads = [(places[0], who) for who, places in self._waiting.items() if places]
        heapq.heapify(heads)
        while heads:
            place, who = heapq.heappop(heads)
            if self._member_films is not None and begun.get(who, 0) >= self._member_films:
                continue
            allowance = None
            if self._films is not None and used >= self._films:
                allowance = self._take(at_ms)
                if allowance is None:
                    return
            else:
                used += 1
            begun[who] = begun.get(who, 0) + 1
            self._waiting[who].popleft()
            if self._waiting[who]:
                heapq.heappush(heads, (self._waiting[who][0], who))
            yield place, Start(day=day, allowance=allowance)

    def _take(self, at_ms: int) -> int | None:
        for each in self._left:
            if each[0] > 0 and each[1] > at_ms:
                each[0] -= 1
                return each[2]
        return None
