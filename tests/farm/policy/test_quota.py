"""Quotas are never exceeded, films go in order, and the forecast is what then happens."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.policy.days import Calendar, calendar_of
from farm.policy.quota import Allowance, Standing, admit, forecast
from pipeline.plan.errors import InputError

_HOUR_MS = 3600 * 1000
_DAY_MS = 24 * _HOUR_MS
_ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")


def _at(text: str, zone: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Asia/Shanghai", "2026-11-22T11:59", "2026-11-22T12:00"),
        # The clocks go back in the night: that day has 25 hours, and the next one begins at noon again.
        ("Europe/Berlin", "2026-10-25T11:59", "2026-10-25T12:00"),
        ("America/New_York", "2026-03-08T11:59", "2026-03-08T12:00"),
    ],
)
def test_a_night_lies_in_one_day(zone: str, before: str, after: str) -> None:
    """A day lasts from noon to noon by the clock on the wall, also where clocks are changed in between."""
    calendar = Calendar(zone=zone)
    first, then = calendar.day_of(_at(before, zone)), calendar.day_of(_at(after, zone))
    assert then == first + 1
    assert calendar.begins_at(then) == _at(after, zone)
    assert calendar.date_of(then).isoformat() == after[:10]
    midnight = after[:8] + f"{int(after[8:10]):02}T00:30"
    assert calendar.day_of(_at(midnight, zone)) == first


@given(
    zone=st.sampled_from(_ZONES),
    begins=st.integers(0, 24 * 60 - 1),
    now=st.integers(946_684_800_000, 2_208_988_800_000),
)
def test_every_time_lies_in_the_day_that_has_begun(zone: str, begins: int, now: int) -> None:
    """Days follow each other without a gap, whatever clocks do: each time is in exactly one."""
    calendar = Calendar(zone=zone, begins=begins)
    day = calendar.day_of(now)
    assert calendar.begins_at(day) <= now < calendar.begins_at(day + 1)
    assert calendar.day_of(calendar.begins_at(day)) == day
    assert calendar.day_of(calendar.begins_at(day) - 1) < day


@pytest.mark.parametrize(
    ("hour", "zone", "code"),
    [
        ("noon", "UTC", "quota-hour-wrong"),
        ("25:00", "UTC", "quota-hour-wrong"),
        ("12:00:30", "UTC", "quota-hour-wrong"),
        ("12:00+02:00", "UTC", "quota-hour-wrong"),
        ("12:00", "Asia/Shangai", "quota-zone-unknown"),
        ("12:00", "Asia", "quota-zone-unknown"),
        ("12:00", "../etc/passwd", "quota-zone-unknown"),
        ("12:00", "a\0b", "quota-zone-unknown"),
        ("12:00", "", "quota-zone-unknown"),
    ],
)
def test_an_impossible_calendar_is_refused(hour: str, zone: str, code: str) -> None:
    """An hour or a zone that does not exist is refused by name."""
    with pytest.raises(InputError) as told:
        calendar_of(hour, zone)
    assert told.value.code == code


def test_a_night_of_three_hundred() -> None:
    """Of 300 films and 50 a day, 50 begin tonight, and the last one on the fifth day from now."""
    calendar = Calendar(zone="Asia/Shanghai")
    now = _at("2026-11-21T18:00", "Asia/Shanghai")
    starts = forecast(Standing(films=50), ["anna"] * 300, calendar, now)
    days = Counter(start.day for start in starts if start is not None)
    assert list(days.values()) == [50] * 6
    assert starts[-1] is not None
    assert calendar.date_of(starts[-1].day).isoformat() == "2026-11-26"


def test_a_grant_is_used_after_the_days_own_and_the_one_that_ends_first_goes_first() -> None:
    """What ends soonest is used first, what has ended not at all, and the quota of the day before both."""
    grants = (
        Allowance(id=1, left=2, until=9_000),
        Allowance(id=2, left=1, until=5_000),
        Allowance(id=3, left=9, until=1_000),
    )
    standing = Standing(films=3, used=1, allowances=grants)
    told = admit(standing, ["a"] * 7, 0, 1_000)
    assert [start.allowance if start else -1 for start in told] == [None, None, 2, 1, 1, -1, -1]


def test_a_member_who_has_begun_enough_keeps_nobody_else_waiting() -> None:
    """One member's films beyond the limit wait; another one's that stand behind them go."""
    standing = Standing(films=10, member_films=2, members={"anna": 1})
    told = admit(standing, ["anna", "anna", "bob", "anna", "bob", "bob"], 7, 0)
    assert [start is not None for start in told] == [True, False, True, False, True, False]
    days = [start.day if start else None for start in forecast(standing, ["anna"] * 4, Calendar(), 0)]
    assert days == [-1, 0, 0, 1], "the epoch lies before noon"


@pytest.mark.parametrize("standing", [Standing(films=0), Standing(films=5, member_films=0)])
def test_nothing_begins_ever_where_nothing_may(standing: Standing) -> None:
    """A quota of nothing is told as never, and not looked for to the end of time."""
    assert forecast(standing, ["anna"] * 3, Calendar(), 0) == (None, None, None)


_NUMBERS = st.none() | st.integers(0, 4)


@given(
    limits=st.tuples(_NUMBERS, _NUMBERS),
    used=st.integers(0, 5),
    members=st.dictionaries(st.sampled_from("abc"), st.integers(0, 5)),
    grants=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), max_size=3),
    line=st.lists(st.sampled_from("abc"), max_size=25),
)
def test_the_forecast_is_what_happens(
    limits: tuple[int | None, int | None],
    used: int,
    members: dict[str, int],
    grants: list[tuple[int, int]],
    line: list[str],
) -> None:
    """Admitting day after day gives what was forecast; no day, member or grant is ever overdrawn."""
    films, member_films = limits
    calendar = Calendar()
    now = calendar.begins_at(100)
    left = {number: count for number, (count, _) in enumerate(grants)}
    ends = {number: now + days * _DAY_MS + 1 for number, (_, days) in enumerate(grants)}

    def standing(taken: int, begun: dict[str, int]) -> Standing:
        allowed = tuple(Allowance(id=each, left=count, until=ends[each]) for each, count in left.items())
        return Standing(films=films, used=taken, member_films=member_films, members=begun, allowances=allowed)

    told = forecast(standing(used, members), line, calendar, now)
    days: dict[int, int] = {}
    waiting = list(range(len(line)))
    for day in range(100, 140):
        first = day == 100
        at = calendar.begins_at(day)
        here = admit(
            standing(used if first else 0, members if first else {}), [line[i] for i in waiting], day, at
        )
        begun = Counter(members if first else {})
        own = used if first else 0
        for place, start in zip(list(waiting), here, strict=True):
            if start is None:
                continue
            days[place] = day
            waiting.remove(place)
            begun[line[place]] += 1
            assert member_films is None or begun[line[place]] <= member_films
            if start.allowance is None:
                own += 1
                assert films is None or own <= films
            else:
                assert films is not None
                assert own >= films
                left[start.allowance] -= 1
                assert left[start.allowance] >= 0
                assert ends[start.allowance] > at
        for who in "abc":
            mine = [days[place] for place in range(len(line)) if line[place] == who and place in days]
            assert mine == sorted(mine), "a member's films go in order"
    assert [start.day if start else None for start in told] == [days.get(i) for i in range(len(line))]
