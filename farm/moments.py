"""Times that operators name: on the clock of the farm's zone, and ahead."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from farm.bootstrap import Farm
from farm.policy.times import moment
from pipeline.plan.errors import InputError

_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})")


def moment_ahead(farm: Farm, text: str) -> int:
    """The time that a text names, in milliseconds since the Unix epoch.

    Args:
        farm: whose zone and clock count.
        text: ``HH:MM``, the next time that the clock shows it; or a date with a time, as
            `farm.policy.times.moment` takes them.

    Raises:
        InputError: ``stop-time-wrong``, ``stop-time-past``.
    """
    now, zone = farm.ledger.clock(), farm.ledger.calendar.zone
    ends = next_time(text, now, zone)
    if ends <= now:
        raise InputError("stop-time-past", time=text.strip())
    return ends


def next_time(text: str, now_ms: int, zone: str) -> int:
    """The same without asking whether it lies ahead.

    Raises:
        InputError: ``stop-time-wrong``.
    """
    try:
        if (found := _TIME_OF_DAY.fullmatch(text.strip())) is None:
            return moment(text, zone)
        today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
        days = (today + timedelta(days=ahead) for ahead in range(3))
        clock = f"{int(found[1]):02}:{found[2]}"
        moments = [moment(f"{day.isoformat()} {clock}", zone) for day in days]
    except ValueError:
        raise InputError("stop-time-wrong", time=text.strip()) from None
    return next(each for each in moments if each > now_ms)
