"""Whether a disk is low is a table."""

from __future__ import annotations

import pytest

from farm.policy.room import Disk, lowest

_MB = 1_000_000


@pytest.mark.parametrize(
    ("free_mb", "size_mb", "was_low", "low"),
    [
        (2000, 100_000, False, False),
        (1999, 100_000, False, True),
        (2199, 100_000, True, True),
        (2200, 100_000, True, False),
        # A small disk is never measured by the mark of a large one.
        (100, 1000, False, False),
        (99, 1000, False, True),
        (109, 1000, True, True),
        (110, 1000, True, False),
        (0, 1000, False, True),
    ],
)
def test_a_disk_is_low_below_its_mark_and_until_well_above_it(
    free_mb: int, size_mb: int, *, was_low: bool, low: bool
) -> None:
    """Work stops below the mark and goes on a tenth above it; without a mark it never stops."""
    roomy = Disk(place="roomy", free=10**12, size=10**13)
    disk = Disk(place="disk", free=free_mb * _MB, size=size_mb * _MB)
    found = lowest([roomy, disk], mark=2000 * _MB, was_low=was_low)
    assert found == (disk if low else None)
    assert lowest([disk], mark=0, was_low=was_low) is None
