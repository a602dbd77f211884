"""Promises about when a night is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from farm.policy.night import Over, Standing, over
from farm.policy.windows import parse

_HOUR_MS = 3_600_000
NIGHT = parse("22:00-07:00 UTC", "UTC")
#: Three in the night of 1970-01-02.
OPEN = Standing(now_ms=27 * _HOUR_MS, window=NIGHT, opened=True, left=3, passed_s=3600)
SHUT = replace(OPEN, now_ms=32 * _HOUR_MS)


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        (OPEN, None),
        (replace(OPEN, left=0), Over.EMPTY),
        (SHUT, Over.SHUT),
        (replace(SHUT, left=0), Over.EMPTY),
        (replace(SHUT, opened=False), None),
        (replace(SHUT, window=None), None),
        (replace(SHUT, window=parse("all day", "UTC")), None),
        (replace(OPEN, passed_s=36_000), Over.LONG),
        (replace(SHUT, opened=False, passed_s=36_000), Over.LONG),
    ],
)
def test_a_night_is_over_when_nothing_more_can_come(standing: Standing, found: Over | None) -> None:
    """A window that was never open has not ended; one that somebody changed counts as it is now."""
    assert over(standing, longest_s=36_000) is found


def test_without_a_longest_time_a_night_is_as_long_as_its_work() -> None:
    """Zero is no limit."""
    assert over(replace(OPEN, passed_s=10**9), longest_s=0) is None
