"""A ration of log lines is a table."""

from __future__ import annotations

import pytest

from tasks.ration import Ration


@pytest.mark.parametrize(
    ("come", "lines", "numbers"),
    [
        # So many at each second: how many are told one by one, and which numbers besides.
        ([3], 3, []),
        ([4], 3, []),
        ([29], 3, []),
        ([30], 3, [27]),
        ([20_000], 3, [27, 270, 2_700]),
        ([20_000, *[0] * 59, 1], 4, [27, 270, 2_700, 17_000]),
        ([2, 2, *[0] * 58, 2, 2], 6, [1]),
        ([1] * 600, 30, [27, 30] * 9 + [27]),
    ],
)
def test_a_flood_takes_a_handful_of_lines_and_is_counted(
    come: list[int], lines: int, numbers: list[int]
) -> None:
    """The first of a minute one by one, then their number as it grows, the rest when the next begins."""
    ration = Ration(most=3, span_s=60)
    told = [ration.take(float(second)) for second, times in enumerate(come) for _ in range(times)]
    assert sum(each.this for each in told) == lines
    assert [each.besides for each in told if each.besides] == numbers
