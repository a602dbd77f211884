"""Times that operators name are told by the farm's clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from farm.moments import next_time
from pipeline.plan.errors import InputError

#: Half past four in the afternoon of a Saturday in Berlin, the night before clocks are put back.
_NOW = int(datetime(2026, 10, 24, 14, 30, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("16:31", "2026-10-24T14:31"),
        ("16:30", "2026-10-25T15:30"),
        (" 7:00 ", "2026-10-25T06:00"),
        ("2026-10-24 22:00", "2026-10-24T20:00"),
        ("2026-10-26T07:00+08:00", "2026-10-25T23:00"),
    ],
)
def test_a_time_of_day_is_the_next_one(text: str, moment: str) -> None:
    """By the wall, also where clocks are changed before it comes; a date and an offset are taken as said."""
    at = next_time(text, _NOW, "Europe/Berlin")
    assert datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M") == moment


@pytest.mark.parametrize("text", ["", "soon", "24:60", "25:00", "2026-02-30 07:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """In words of its own: nobody has spoken of a deadline."""
    with pytest.raises(InputError, match="stop-time-wrong"):
        next_time(text, _NOW, "Europe/Berlin")
