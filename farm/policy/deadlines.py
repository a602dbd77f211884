"""Deadlines: when a film is wanted, and whether it has to be moved forward to be there in time."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from pipeline.plan.errors import InputError

# A date and a time, with a zone's offset or without; what `datetime` reads beyond that is no one's habit.
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(:\d{2})?(\.0+)? ?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)


def moment_in(text: str, zone: str) -> int:
    """The instant that a date and a time name, in milliseconds since the Unix epoch.

    Args:
        text: such as ``2026-11-27 07:00`` or ``2026-11-27T07:00+08:00``.
        zone: whose wall clock is meant where the text names no offset; a time that it shows twice is the
            first one, and one that it leaves out is as much later as clocks are put forward.

    Raises:
        InputError: ``deadline-wrong``.
    """
    plain = " ".join(text.split())
    if not _MOMENT.fullmatch(plain):
        raise InputError("deadline-wrong", text=text.strip())
    day, clock = plain[:10], plain[11:].replace(" ", "").upper()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock if clock[1:2] != ':' else f'0{clock}'}")
    except ValueError:
        raise InputError("deadline-wrong", text=text.strip()) from None
    at = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))
    return round(at.timestamp()) * 1000
