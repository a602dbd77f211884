"""Promises of deadlines: a moment is one instant, wherever it is read."""

from __future__ import annotations

import pytest

from farm.policy.deadlines import moment_in
from pipeline.plan.errors import InputError


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
def test_a_moment_is_read_however_it_is_written(text: str) -> None:
    """With an offset, or by the clock of the farm's zone."""
    assert moment_in(text, "Asia/Shanghai") == 1_795_734_000_000


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-11-27", "07:00", "2026-13-01 07:00", "2026-11-27 25:00"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """A day alone does not say when."""
    with pytest.raises(InputError) as refused:
        moment_in(text, "UTC")
    assert refused.value.code == "deadline-wrong"
