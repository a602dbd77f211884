"""Promises of deadlines: a film goes first for one as far as its department may have it, and no further."""

from __future__ import annotations

import pytest

from farm.policy.deadlines import lifted
from farm.policy.rights import Rights


@pytest.mark.parametrize(
    ("rights", "stands", "to"),
    [
        ((True, 50), ("normal", 0), ("urgent", 0)),
        ((True, 0), ("bulk", -7), ("urgent", -7)),
        ((True, 50), ("urgent", 3), None),
        ((False, 50), ("normal", 0), ("normal", 50)),
        ((False, 10), ("bulk", -50), ("normal", 10)),
        ((False, 10), ("bulk", 30), ("normal", 30)),
        ((False, 10), ("normal", 10), None),
        ((False, 10), ("normal", 30), None),
        ((False, 10), ("urgent", 0), None),
    ],
)
def test_a_film_is_moved_forward_as_far_as_its_department_may(
    rights: tuple[bool, int], stands: tuple[str, int], to: tuple[str, int] | None
) -> None:
    """A deadline gives nobody a right; what has more already keeps it."""
    assert lifted(Rights(department="a", urgent=rights[0], priority_limit=rights[1]), *stands) == to
