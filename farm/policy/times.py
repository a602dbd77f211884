"""Times as people write them: a date with a time, or a date alone, by the clock of the farm's zone.

There is no second reader of them: what asks says which of both it takes, and what is told of others.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

# A date and a time, with a zone's offset or without; what `datetime` reads beyond that is no one's habit.
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2}(?:\.(?:\d{3}){1,2})?)?) ?(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Computers' time begins with 1970 in Greenwich; at the other end a day's end would leave the calendar.
_YEARS = range(1971, 9999)


def moment(text: str, zone: str) -> int:
    """The instant that a date and a time name, in milliseconds since the Unix epoch.

    Args:
        text: such as ``2026-11-27 07:00`` or ``2026-11-27T07:00+08:00``.
        zone: whose wall clock is meant where the text names no offset; a time that it shows twice is the
            first one, and one that it leaves out is as much later as clocks are put forward.

    Raises:
        ValueError: it is none.
    """
    found = _MOMENT.fullmatch(" ".join(text.split()))
    if found is None:
        raise ValueError(text)
    day, clock, offset = found[1], found[2], (found[3] or "").upper()
    # An hour may have one digit.
    at = datetime.fromisoformat(f"{day}T{clock if clock[1] != ':' else f'0{clock}'}{offset}")
    if at.year not in _YEARS:
        raise ValueError(text)
    return _ms(at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(zone)))


def day_or_moment(text: str, zone: str, *, end: bool) -> int:
    """The same, or a date alone: when that day begins, or with `end` when it is over.

    Raises:
        ValueError: it is neither.
    """
    plain = text.strip()
    if not _DAY.fullmatch(plain):
        return moment(plain, zone)
    day = date.fromisoformat(plain)
    if day.year not in _YEARS:
        raise ValueError(text)
    return midnight(day + timedelta(days=1) if end else day, zone)


def midnight(day: date, zone: str) -> int:
    """When a day begins; where its midnight is left out, when the clock is put forward."""
    # Python takes a time that no clock shows with the offset before the change: that very moment.
    return _ms(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
