"""Periods that people name: a month, or from one time to another, by the clock of the farm's zone.

A time is written as ``2026-11-20``, ``2026-11-20 22:30``, ISO 8601 with an offset, ``today``, ``yesterday``,
either with a time of day (``yesterday 18:00``), or ``now``. A date alone means all of that day: a period goes
on to its end. Days and months begin at midnight on the wall, also where clocks are changed on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from farm.policy.times import day_or_moment, midnight
from pipeline.plan.errors import InputError

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WORDS = {"today": 0, "yesterday": 1}
_DECEMBER = 12
_EVENING, _HOUR_MS = 20, 3_600_000
# Every zone's clock has been off by whole quarters of an hour since 1972: no day begins within one.
_QUARTER_MS = 900_000


@dataclass(frozen=True, kw_only=True)
class Period:
    """From a time up to but not including another, in milliseconds since the Unix epoch.

    Attributes:
        since: its first millisecond.
        until: the millisecond after its last one.
        zone: in which its days are counted.
    """

    since: int
    until: int
    zone: str

    def day_of(self, at_ms: int) -> str:
        """The date of a time in its zone, such as ``2026-11-22``."""
        return _local(at_ms, ZoneInfo(self.zone)).date().isoformat()

    def days(self) -> Iterator[tuple[str, Period]]:
        """Its parts that lie on one date each, in their order, with that date.

        A date comes twice where clocks are put back over midnight.
        """
        since = self.since
        while since < self.until:
            until = min(_day_end(since, ZoneInfo(self.zone)), self.until)
            yield self.day_of(since), Period(since=since, until=until, zone=self.zone)
            since = until


def month(text: str, zone: str) -> Period:
    """A whole month, such as ``2026-11``.

    Raises:
        InputError: ``period-month-wrong``.
    """
    found = _MONTH.fullmatch(text.strip())
    year, number = (int(found[1]), int(found[2])) if found is not None else (0, 0)
    try:
        first = date(year, number, 1)
        after = date(year + number // _DECEMBER, number % _DECEMBER + 1, 1)
    except (ValueError, OverflowError):
        raise InputError("period-month-wrong", month=text) from None
    return Period(since=midnight(first, zone), until=midnight(after, zone), zone=zone)


def month_of(now_ms: int, zone: str) -> str:
    """The month in which a time lies, such as ``2026-11``."""
    return f"{_local(now_ms, ZoneInfo(zone)):%Y-%m}"


def between(since: str, until: str, *, now_ms: int, zone: str) -> Period:
    """From one time to another.

    Args:
        since: when it begins.
        until: when it ends; empty for now. A date alone is its last day.
        now_ms: the time now.
        zone: of the farm.

    Raises:
        InputError: ``period-time-wrong``: one of them is no time; ``period-backwards``: the end is not later.
    """
    first = _moment(since, now_ms, zone, end=False)
    after = _moment(until, now_ms, zone, end=True) if until.strip() else now_ms
    if after <= first:
        raise InputError("period-backwards", since=since, until=until or "now")
    return Period(since=first, until=after, zone=zone)


def _moment(text: str, now_ms: int, zone: str, *, end: bool) -> int:
    plain = text.strip().casefold()
    if plain == "now":
        return now_ms
    word, _, rest = plain.partition(" ")
    if word in _WORDS:
        day = _local(now_ms, ZoneInfo(zone)).date() - timedelta(days=_WORDS[word])
        plain = f"{day.isoformat()} {rest}".strip()
    try:
        return day_or_moment(plain, zone, end=end)
    except ValueError:
        raise InputError("period-time-wrong", time=text) from None


def _day_end(at_ms: int, zone: ZoneInfo) -> int:
    """When the date changes that a clock shows at a time."""
    local = _local(at_ms, zone)
    # Until an evening the date stays, whatever is done to clocks on that day; from there it is looked for.
    evening = max(0, _EVENING - local.hour) * _HOUR_MS
    end = (at_ms + evening) // _QUARTER_MS * _QUARTER_MS + _QUARTER_MS
    while _local(end, zone).date() == local.date():
        end += _QUARTER_MS
    return end


def _local(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone)
