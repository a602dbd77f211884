"""The farm's days: where it counts them, and at which time of day one begins.

A day that begins at noon has a whole night in it. It begins at a time on the wall: it is an hour shorter or
longer where clocks are changed. A time that clocks jump over is the moment after the jump by as much as they
jump, and one that they pass twice is the first of both, as Python has it without a `fold` (PEP 495).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from pipeline.plan.errors import InputError

_EPOCH = date(1970, 1, 1)
_HOUR = 60
_MS = 1000


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Where days are counted, and when they begin; one day has the number of its date since 1970-01-01.

    Attributes:
        zone: a zone of the IANA's database, such as ``Asia/Shanghai``.
        begins: minutes after midnight at which a day begins.
    """

    zone: str = "UTC"
    begins: int = 12 * _HOUR

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def date_of(self, day: int) -> date:
        """The date on which a day begins."""
        return _EPOCH + timedelta(days=day)

    def begins_at(self, day: int) -> int:
        """When a day begins, in milliseconds since the Unix epoch."""
        hour, minute = divmod(self.begins, _HOUR)
        moment = datetime.combine(self.date_of(day), time(hour, minute), self._zone)
        return round(moment.timestamp()) * _MS

    def day_of(self, at_ms: int) -> int:
        """The day that a time lies in: the last one that has begun by then."""
        local = datetime.fromtimestamp(at_ms // _MS, UTC).astimezone(self._zone)
        day = (local.date() - _EPOCH).days
        while self.begins_at(day) > at_ms:
            day -= 1
        while self.begins_at(day + 1) <= at_ms:
            day += 1
        return day

    @property
    def hour(self) -> str:
        """The time of day at which a day begins, such as ``12:00``."""
        return "{:02}:{:02}".format(*divmod(self.begins, _HOUR))


def calendar_of(day_begins: str, zone: str) -> Calendar:
    """The calendar that an operator has set.

    Args:
        day_begins: a time such as ``12:00``.
        zone: of the IANA's database.

    Raises:
        InputError: ``quota-hour-wrong`` or ``quota-zone-unknown``.
    """
    try:
        hour = time.fromisoformat(day_begins)
    except ValueError:
        raise InputError("quota-hour-wrong", value=day_begins) from None
    if hour.tzinfo is not None or hour.second or hour.microsecond:
        raise InputError("quota-hour-wrong", value=day_begins)
    try:
        ZoneInfo(zone)
    # A name may be one of a folder, lead out of the database, or have letters that no path has.
    except (LookupError, ValueError, OSError):
        raise InputError("quota-zone-unknown", zone=zone) from None
    return Calendar(zone=zone, begins=hour.hour * _HOUR + hour.minute)
