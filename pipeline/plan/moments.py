"""Times as documents write them, and as a clock on the wall shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime.fromtimestamp(0, UTC)


def iso(time_ms: int | None) -> str:
    """A time for documents: UTC, ISO 8601, to the second, such as ``2026-11-22T17:05:09Z``.

    Args:
        time_ms: milliseconds since the Unix epoch, cut to the second; None: the answer is empty.
    """
    if time_ms is None:
        return ""
    return _in_utc(time_ms).isoformat(timespec="seconds").replace("+00:00", "Z")


def iso_exact(time_ms: int) -> str:
    """The same to the millisecond, such as ``2026-11-22T17:05:09.250Z``."""
    return _in_utc(time_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def on_wall(time_ms: int, zone: str) -> str:
    """A time by the clock of a zone of the IANA's database, to the minute, such as ``2026-11-23 01:05``."""
    return _in_utc(time_ms).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _in_utc(time_ms: int) -> datetime:
    # Exact, as a quotient of floats is not.
    return _EPOCH + timedelta(milliseconds=time_ms)
