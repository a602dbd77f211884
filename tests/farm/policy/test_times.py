"""Promises of times that people name: one reading of them, whoever asks."""

from __future__ import annotations

import pytest

from farm.departments import end_of
from farm.policy.days import Calendar
from farm.policy.deadlines import moment_in
from farm.policy.periods import between
from farm.policy.times import day_or_moment, moment
from pipeline.plan.errors import InputError

_ZONE = "Asia/Shanghai"
_AT = 1_795_734_000_000


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27T07:00+08:00",
        "2026-11-27 07:00",
        " 2026-11-27  7:00:00 ",
        "2026-11-26T23:00Z",
        "2026-11-27T07:00:00.000+0800",
    ],
)
def test_a_moment_is_read_however_it_is_written_and_whoever_asks(text: str) -> None:
    """With an offset, or by the clock of the farm's zone: a deadline, a grant's end, a period's beginning."""
    assert moment(text, _ZONE) == _AT
    assert moment_in(text, _ZONE) == _AT
    assert end_of(text, Calendar(zone=_ZONE)) == _AT
    assert between(text, "", now_ms=_AT + 1, zone=_ZONE).since == _AT


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "07:00", "2026-13-01 07:00", "2026-11-27 25:00", "20261127", "0001-01-01", "9999-12-31"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """Also what Python would read and nobody writes, and days that no clock of ours can tell."""
    for reader, code in (
        (lambda: moment_in(text, _ZONE), "deadline-wrong"),
        (lambda: end_of(text, Calendar(zone=_ZONE)), "department-moment-wrong"),
        (lambda: between(text, "now", now_ms=_AT, zone=_ZONE), "period-time-wrong"),
    ):
        with pytest.raises(InputError) as refused:
            reader()
        assert refused.value.code == code


def test_a_date_alone_is_a_day_and_no_moment() -> None:
    """Where a moment is asked for, a day does not say when; else it is all of it, and a deadline its end."""
    with pytest.raises(ValueError, match="2026-11-27"):
        moment("2026-11-27", _ZONE)
    hour = 3_600_000
    assert moment_in("2026-11-27", _ZONE) == _AT + 17 * hour
    assert day_or_moment("2026-11-27", _ZONE, end=False) == _AT - 7 * hour
    assert day_or_moment(" 2026-11-27 ", _ZONE, end=True) == _AT + 17 * hour
