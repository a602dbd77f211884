"""Sources are kept for good, for some days, or not at all; nothing else is a retention."""

from __future__ import annotations

import pytest

from farm.policy.retention import days_of, over_by, retention_named
from pipeline.plan.errors import InputError

_DAY_MS = 24 * 3600 * 1000


@pytest.mark.parametrize(
    ("word", "named", "days"),
    [("keep", "keep", None), (" Never ", "never", 0), ("days:030", "days:30", 30), ("Days:1", "days:1", 1)],
)
def test_what_is_written_is_understood(word: str, named: str, days: int | None) -> None:
    """In any case, and told back in one form."""
    assert (retention_named(word), days_of(named)) == (named, days)
    assert over_by(named, 40 * _DAY_MS) == (None if days is None else (40 - days) * _DAY_MS)


@pytest.mark.parametrize(
    "word", ["", "days", "days:", "days:0", "days:-1", "days:36501", "30", "none", "days:٣"]
)
def test_what_is_no_time_is_refused(word: str) -> None:
    """With what could be written instead."""
    with pytest.raises(InputError) as refused:
        retention_named(word)
    assert refused.value.code == "department-retention-wrong"
