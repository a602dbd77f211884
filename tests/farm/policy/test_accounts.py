"""Promises about accounts: sums are exact in whatever way they are grouped, money is rounded once, last."""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.policy.accounts import PROCESSOR, By, Films, Held, Stored, account, plus
from farm.policy.periods import Period, between, month, month_of
from farm.policy.prices import HOUR_MS, Prices, adds_up, prices_from, rounded
from pipeline.plan.errors import InputError

_HELD = st.builds(
    lambda key, device, held, good, machine: Held(
        key=key, device=device, attempts=1, held_ms=held, good_ms=min(good, held), machine_ms=machine
    ),
    st.sampled_from("abc"),
    st.sampled_from([PROCESSOR, "GPU-1", "GPU-2"]),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
)
_PRICES = prices_from("H200 = 4.199, any = 0.333", "0.07", "EUR")
_NAMES = {"GPU-1": "NVIDIA H200"}


@given(st.lists(_HELD), st.sampled_from(list(By)))
def test_lines_add_up_to_the_total_to_the_millisecond(held: list[Held], by: By) -> None:
    """Time, what was good of it, and money before it is rounded; whatever came apart is put together."""
    found = account(by, held, prices=_PRICES, cards=_NAMES)
    assert found.total.held_ms == sum(each.held_ms for each in held)
    assert found.total.wasted_ms == sum(each.held_ms - each.good_ms for each in held)
    assert found.total.cost == sum(line.cost for line in found.lines)
    by_card: Counter[str] = Counter()
    for each in held:
        by_card[each.device] += each.held_ms
    owed = by_card["GPU-1"] * Fraction("4.199") + by_card["GPU-2"] * Fraction("0.333")
    assert found.total.cost == (owed + by_card[PROCESSOR] * Fraction("0.07")) / HOUR_MS
    assert found.total.processor_ms == by_card[PROCESSOR]
    assert {line.key for line in found.lines} == {each.key for each in held}


def test_money_is_rounded_once() -> None:
    """A thousand lines of a third of a cent are 3.33, not nothing."""
    held = [
        Held(key=str(number), device=PROCESSOR, attempts=1, held_ms=HOUR_MS, good_ms=0, machine_ms=0)
        for number in range(1000)
    ]
    found = account(By.BATCH, held, prices=prices_from("", "0.00333", "EUR"))
    assert {rounded(line.cost) for line in found.lines} == {Decimal("0.00")}
    assert str(rounded(found.total.cost)) == "3.33"
    assert not adds_up([line.cost for line in found.lines], found.total.cost)
    assert adds_up([Fraction("19.88"), Fraction("0.06")], Fraction("19.94"))
    assert [str(rounded(Fraction(cost))) for cost in ("0.005", "0.015", "2")] == ["0.00", "0.02", "2.00"]


def test_the_longest_part_of_a_cards_name_decides() -> None:
    """Any other card has the price of any; without that, its hours cost nothing, and it is told."""
    prices = prices_from("4090 = 1, RTX 4090 = 2, h200 mig=3", "", "")
    held = [
        Held(key="a", device=device, attempts=1, held_ms=HOUR_MS, good_ms=0, machine_ms=0)
        for device in ("GPU-1", "GPU-2", PROCESSOR)
    ]
    names = {"GPU-1": "NVIDIA GeForce RTX 4090", "GPU-2": "NVIDIA H200"}
    found = account(By.CARD, held, prices=prices, cards=names)
    assert (found.total.cost, found.unpriced) == (2, ("NVIDIA H200",))
    assert account(By.CARD, held, cards=names).unpriced == ()
    assert not Prices().told


@pytest.mark.parametrize(
    ("cards", "processor", "code"),
    [
        ("H200", "", "prices-wrong"),
        ("= 3", "", "prices-wrong"),
        ("H200 = -1", "", "prices-wrong"),
        ("H200 = inf", "", "prices-wrong"),
        ("H200 = 3 EUR", "", "prices-wrong"),
        ("", "nan", "prices-wrong"),
        ("H200 = 1, h200=2", "", "prices-twice"),
    ],
)
def test_what_is_no_price_is_refused(cards: str, processor: str, code: str) -> None:
    """Rather than that somebody is charged by a slip of the pen."""
    with pytest.raises(InputError, match=code):
        prices_from(cards, processor, "EUR")


def test_storage_of_nobody_is_in_the_total_alone() -> None:
    """So that the total is what the store holds."""
    found = account(
        By.DEPARTMENT,
        [],
        [Films(key="a", films=2, ticks=1200)],
        [Stored(key="a", size=5), Stored(key=None, size=7)],
    )
    assert (found.total.store_bytes, found.unowned_bytes, found.lines[0].store_bytes) == (12, 7, 5)
    assert (found.total.films, found.total.ticks) == (2, 1200)
    assert plus(found.lines[0], found.lines[0]).films == 4


_ZONES = ["UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"]


@pytest.mark.parametrize("zone", _ZONES)
def test_months_follow_each_other_without_gap(zone: str) -> None:
    """Each ends where the next one begins, by the clock on the wall, daylight saving or not."""
    months = [f"{year}-{number:02}" for year in (2017, 2026) for number in range(1, 13)]
    for one, next_ in itertools.pairwise(months[:12]):
        assert month(one, zone).until == month(next_, zone).since
    for name in months:
        found = month(name, zone)
        assert month_of(found.since, zone) == month_of(found.until - 1, zone) == name
        assert found.day_of(found.since).endswith("-01")
    assert month("2026-12", zone).until == month("2027-01", zone).since


def test_times_are_taken_as_people_write_them() -> None:
    """In the zone of the farm, unless they have an offset; a date alone as an end is the end of its day."""
    zone, hour = "Asia/Shanghai", 3_600_000
    day = month("2026-11", zone).since + 21 * 24 * hour
    now = day + 9 * hour + 1
    since = {
        "today": day,
        "Yesterday": day - 24 * hour,
        "yesterday 22:30": day - 90 * 60_000,
        "2026-11-20": day - 48 * hour,
        "2026-11-20 06:00": day - 42 * hour,
        "2026-11-20T06:00Z": day - 34 * hour,
        "2026-11-20T06:00+09:00": day - 43 * hour,
    }
    for text, expected in since.items():
        assert between(text, "", now_ms=now, zone=zone).since == expected, text
        assert between(text, "now", now_ms=now, zone=zone).until == now
    assert between("yesterday", "yesterday", now_ms=now, zone=zone).until == day
    assert between("2026-11-01", "2026-11-20", now_ms=now, zone=zone).until == day - 24 * hour


@pytest.mark.parametrize(
    ("since", "until", "code"),
    [
        ("tomorrow", "", "period-time-wrong"),
        ("2026-02-30", "", "period-time-wrong"),
        ("today 25:00", "", "period-time-wrong"),
        ("", "", "period-time-wrong"),
        ("2026-11-20", "9", "period-time-wrong"),
        ("2027-01-01", "", "period-backwards"),
        ("2026-11-20", "2026-11-19", "period-backwards"),
    ],
)
def test_what_is_no_period_is_refused(since: str, until: str, code: str) -> None:
    """With what was written."""
    with pytest.raises(InputError, match=code):
        between(since, until, now_ms=month("2026-11", "UTC").until, zone="UTC")


@pytest.mark.parametrize(
    "text", ["2026", "2026-13", "2026-00", "0000-01", "9999-12", "11-2026", "2026-1", "november"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    """With what was written."""
    with pytest.raises(InputError, match="period-month-wrong"):
        month(text, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("zone", "since"),
    [
        ("Asia/Shanghai", 1_790_000_000_123),
        # Clocks go back half an hour; over midnight; back over midnight by an hour; a date is left out.
        ("Australia/Lord_Howe", 1_774_900_000_000),
        ("America/Havana", 1_793_400_000_000),
        ("America/Nuuk", 1_729_814_400_000),
        ("Pacific/Apia", 1_325_000_000_000),
    ],
)
def test_days_are_what_a_clock_shows(zone: str, since: int) -> None:
    """The parts of a period follow each other without a gap, and each is of the date that it says."""
    period = Period(since=since, until=since + 5 * 86_400_000 + 77, zone=zone)
    parts = list(period.days())
    assert [part.since for _, part in parts] == [since, *(part.until for _, part in parts[:-1])]
    assert parts[-1][1].until == period.until
    for day, part in parts:
        assert part.since < part.until
        shown = {period.day_of(at) for at in (*range(part.since, part.until, 450_000), part.until - 1)}
        assert shown == {day}
    assert all(one != other for (one, _), (other, _) in pairwise(parts))
