"""Dealing: workers go to who had least, then by weight; nobody gets more than it can keep."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from farm.policy.dealing import catch_ups, deal
from farm.policy.foresight import Foresight
from farm.policy.scene import Crew, Office, Run, Scene
from farm.policy.share import Share

_HOUR = 3_600_000
_WEIGHTS = {1: 100, 2: 300, 3: 100}


@pytest.mark.parametrize(
    ("wants", "levels", "dealt"),
    [
        ({1: 9.0, 2: 9.0}, {1: 5.0, 2: 5.0}, {1: 1.0, 2: 3.0}),
        ({1: 1.5, 2: 9.0}, {1: 5.0, 2: 5.0}, {1: 1.0, 2: 3.0}),
        ({1: 9.0, 2: 2.0}, {1: 5.0, 2: 5.0}, {1: 2.0, 2: 2.0}),
        ({1: 9.0, 2: 9.0}, {1: 5.0, 2: 4.0}, {2: 4.0}),
        ({1: 9.0, 2: 3.0, 3: 0.0}, {1: 5.0, 2: 4.0, 3: 0.0}, {2: 3.0, 1: 1.0}),
    ],
)
def test_four_workers_are_dealt(
    wants: Mapping[int, float], levels: Mapping[int, float], dealt: Mapping[int, float]
) -> None:
    """To who had least first, and to equals by weight."""
    assert deal(wants, _WEIGHTS, levels, 4.0) == pytest.approx(dealt)


def test_who_had_less_catches_up_as_what_was_had_fades() -> None:
    """Ten hours of a worker, halved every four, are caught up with in six and not in ten."""
    (ms,) = catch_ups([(0.0, 0.01), (360_000.0, 0.0)], 0.6931471805599453 / (4 * _HOUR))
    assert ms / _HOUR == pytest.approx(5.80, abs=0.01)
    assert not list(catch_ups([(0.0, 0.0), (5.0, 0.0)], 1.0)), "who gets nothing catches up with nobody"
    runs = [
        Run(department=each, rank=0, batch=each, pieces=200, piece_ms=600_000, own=frozenset({0}))
        for each in (1, 2)
    ]
    offices = {1: Office(share=Share(used_ms=10 * _HOUR)), 2: Office()}
    foresight = Foresight(Scene(now=0, runs=runs, crews=[Crew(hands=1)], offices=offices))
    began = foresight.begins(0, 0)
    assert began is not None
    assert began / _HOUR == pytest.approx(5.80, abs=0.05)
    # From then on both get half of the worker.
    first, other = foresight.begins(0, 20), foresight.begins(1, 35 + 20)
    assert first is not None
    assert other is not None
    assert abs(first - other) < _HOUR
