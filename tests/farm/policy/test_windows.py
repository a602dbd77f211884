"""Promises of windows: the wall clock alone decides, also across midnight and when clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from farm.policy.windows import parse, window_named, zone_named
from pipeline.plan.errors import InputError

NIGHT = "22:00-07:00 Asia/Shanghai, weekends all day"
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "UTC")
WEEK = 7 * 1440
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = 366 * 1440


def ms(text: str) -> int:
    """An instant, written with its offset."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@lru_cache
def wall_minutes(zone: str) -> NDArray[np.int64]:
    """For every minute of a year, the minute of the week that a wall clock of a zone shows."""
    first = round(START.timestamp()) // 60
    halves = range(first, first + MINUTES, 30)
    offsets = [
        datetime.fromtimestamp(half * 60, UTC).astimezone(ZoneInfo(zone)).utcoffset() for half in halves
    ]
    shown = np.arange(first, first + MINUTES) + np.repeat(
        [offset.total_seconds() // 60 for offset in offsets if offset is not None], 30
    )
    # The epoch was a Thursday.
    shown_in_week: NDArray[np.int64] = ((shown + 3 * 1440) % WEEK).astype(np.int64)
    return shown_in_week


def table(parts: list[tuple[list[int], int, int]], zone: str) -> NDArray[np.bool_]:
    """Whether a window is open in every minute of a year, told minute by minute from its parts."""
    week = np.zeros(WEEK, dtype=bool)
    for days, first, end in parts:
        for day in days:
            for minute in range(first, end if end > first else end + 1440):
                week[(day * 1440 + minute) % WEEK] = True
    shown: NDArray[np.bool_] = week[wall_minutes(zone)]
    return shown


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("22:00-07:00, weekends all day", [([0, 1, 2, 3, 4, 5, 6], 1320, 420), ([5, 6], 0, 1440)]),
        ("sat sun 01:50-02:20", [([5, 6], 110, 140)]),
        ("sun 02:10-02:20", [([6], 130, 140)]),
        ("mon-fri 12:00-12:30, sun 23:30-00:30", [([0, 1, 2, 3, 4], 720, 750), ([6], 1410, 30)]),
    ],
)
def test_a_year_is_as_a_table_of_its_minutes_says(
    text: str, parts: list[tuple[list[int], int, int]], zone: str
) -> None:
    """Every change of every day of a year, summer time and the end of weeks among them, and none besides."""
    window, expected = parse(text, zone), table(parts, zone)
    first = round(START.timestamp()) * 1000
    changes = first + 60_000 * (np.flatnonzero(np.diff(expected)) + 1)
    at, found = first, []
    while (at := window.next_change(at) or 0) < changes[-1]:
        found.append(at)
    assert [*found, at] == changes.tolist()
    some = range(0, MINUTES, 1777)
    assert [window.is_open(first + 60_000 * each + 59_999) for each in some] == expected[::1777].tolist()
    days = slice(80 * 1440, 110 * 1440)
    since, until = first + 60_000 * days.start, first + 60_000 * days.stop
    assert window.open_ms(since, until) == 60_000 * int(expected[days].sum())


_days = st.lists(st.sampled_from(range(7)), min_size=1, max_size=7, unique=True)
_parts = st.lists(
    st.tuples(_days, st.integers(0, 1439), st.integers(1, 1440)).filter(lambda part: part[1] != part[2]),
    min_size=1,
    max_size=4,
)


@given(parts=_parts, zone=st.sampled_from(ZONES), minute=st.integers(0, MINUTES - 15 * 1440))
def test_any_window_opens_and_shuts_as_its_table_says(
    parts: list[tuple[list[int], int, int]], zone: str, minute: int
) -> None:
    """And its text, told again, is the same window under any default zone."""
    text = ", ".join(
        f"{' '.join(DAYS[day] for day in days)} {first // 60:02}:{first % 60:02}-{end // 60:02}:{end % 60:02}"
        for days, first, end in parts
    )
    window = parse(text, zone)
    assert parse(window.text, "Asia/Tokyo") == window
    ahead = table(parts, zone)[minute : minute + 15 * 1440]
    at = round(START.timestamp()) * 1000 + 60_000 * minute
    assert window.is_open(at) == ahead[0]
    assert window.next_opening(at) == at + 60_000 * int(np.argmax(ahead))
    assert window.is_always == bool(ahead.all())
    closing = None if ahead.all() else at + 60_000 * int(np.argmin(ahead))
    assert window.next_closing(at) == closing


def test_a_night_goes_on_across_midnight_and_belongs_to_the_day_on_which_it_begins() -> None:
    """From Friday's night to Monday's morning it is open without a break, as weekends are."""
    night = parse(NIGHT, "UTC")
    assert night.next_opening(ms("2026-11-26T15:00+08:00")) == ms("2026-11-26T22:00+08:00")
    assert night.next_closing(ms("2026-11-26T23:00+08:00")) == ms("2026-11-27T07:00+08:00")
    assert night.next_closing(ms("2026-11-27T23:00+08:00")) == ms("2026-11-30T07:00+08:00")
    # Ten hours of work that are begun on Thursday evening are done an hour into the next night.
    assert night.after(ms("2026-11-26T15:00+08:00"), 10 * 3_600_000) == ms("2026-11-27T23:00+08:00")
    friday = parse("fri 22:00-07:00", "Asia/Shanghai")
    assert friday.is_open(ms("2026-11-28T06:59+08:00"))
    assert not friday.is_open(ms("2026-11-27T06:59+08:00"))


def test_a_night_has_an_hour_less_or_more_when_clocks_are_changed() -> None:
    """Times that no clock shows are nobody's; those that are shown twice count twice."""
    night = parse("22:00-07:00", "Europe/Berlin")
    spring, autumn = ms("2026-03-28T22:00+01:00"), ms("2026-10-24T22:00+02:00")
    assert night.next_closing(spring) == spring + 8 * 3_600_000
    assert night.next_closing(autumn) == autumn + 10 * 3_600_000
    early = parse("02:30-05:00", "Europe/Berlin")
    assert early.next_opening(ms("2026-03-29T00:00+01:00")) == ms("2026-03-29T03:00+02:00")
    assert parse("sun 02:10-02:50", "Europe/Berlin").next_opening(ms("2026-03-29T00:00+01:00")) == ms(
        "2026-04-05T02:10+02:00"
    )
    late = parse("22:00-02:30", "Europe/Berlin")
    assert list(late.spans(autumn, autumn + 8 * 3_600_000)) == [
        (autumn, ms("2026-10-25T02:30+02:00")),
        (ms("2026-10-25T02:00+01:00"), ms("2026-10-25T02:30+01:00")),
    ]


@pytest.mark.parametrize("text", ["all day", "daily 00:00-24:00", "weekdays all day, weekends all day"])
def test_a_window_of_the_whole_week_never_shuts(text: str) -> None:
    """Nor does it open: there is no next change to wait for."""
    always = parse(text, "Australia/Lord_Howe")
    assert always.is_always
    assert always.next_change(0) is None
    assert always.next_closing(0) is None
    assert list(always.spans(5, 9)) == [(5, 9)]
    assert always.after(5, 9) == 14


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("22:00-07:00", "22:00-07:00 Asia/Shanghai"),
        ("Mon–Fri 22：00 – 7:00 utc，Weekends All Day", "weekdays 22:00-07:00 UTC, weekends all day"),
        ("sat and sunday 10:00-00:00", "weekends 10:00-24:00 Asia/Shanghai"),
        ("fri-mon 1:00-2:00, fri-mon 01:00-02:00 UTC", "mon fri-sun 01:00-02:00 UTC"),
    ],
)
def test_a_window_is_told_in_one_way(text: str, plain: str) -> None:
    """Whatever the case, the width of letters and the kind of dash."""
    assert parse(text, "Asia/Shanghai").text == plain


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("22:00-22:00", "window-empty"),
        ("25:00-07:00", "window-time-wrong"),
        ("22:60-07:00", "window-time-wrong"),
        ("24:00-07:00", "window-time-wrong"),
        ("22-7", "window-time-wrong"),
        ("22:00", "window-time-wrong"),
        ("", "window-times-missing"),
        ("weekends", "window-times-missing"),
        ("UTC", "window-day-unknown"),
        ("fry 22:00-07:00", "window-day-unknown"),
        ("mon-wed-fri 22:00-07:00", "window-day-unknown"),
        ("02:10-02:20 sun", "window-days-last"),
        ("22:00-07:00 mon-fri sat", "window-days-last"),
        ("22:00-07:00 Asia/Shangai", "window-zone-unknown"),
        ("22:00-07:00 /etc/passwd", "window-zone-unknown"),
        ("22:00-07:00 New York", "window-zone-unknown"),
        ("22:00-07:00 UTC, sat all day Asia/Tokyo", "window-zones-two"),
        ("all day, " * 200, "window-long"),
    ],
)
def test_an_impossible_window_is_refused(text: str, code: str) -> None:
    """Each with a reason of its own."""
    with pytest.raises(InputError) as refused:
        parse(text, "UTC")
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["02:10-02:20 sun", "22:00-07:00 mon-fri sat", "mon all day tue"])
def test_days_that_stand_last_are_answered_with_what_is_meant(text: str) -> None:
    """It can be typed as it is told."""
    with pytest.raises(InputError) as refused:
        parse(text, "UTC")
    mended = str(refused.value.facts["mended"])
    assert sorted(mended.split()) == sorted(text.split())
    assert parse(mended, "UTC").zone == "UTC"


def test_a_wrong_zone_is_answered_with_those_it_may_mean() -> None:
    """By its place alone as well."""
    for wrong, meant in [
        ("Shanghai", "Asia/Shanghai"),
        ("America/New-York", "America/New_York"),
        ("", "UTC"),
    ]:
        with pytest.raises(InputError) as refused:
            zone_named(wrong)
        assert meant in str(refused.value.facts["near"])
    assert zone_named(" asia/shanghai ") == "Asia/Shanghai"


def test_a_window_bears_a_plain_name() -> None:
    """And none that would say something else where a name may stand."""
    assert window_named(" Night ") == "night"
    for wrong in ("", "yes", "No", "night shift", "夜", "x" * 25):
        with pytest.raises(InputError):
            window_named(wrong)
