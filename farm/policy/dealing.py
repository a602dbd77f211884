"""Dealing: how many workers each of some departments gets at a time, as the choice of heads comes out.

Whoever had least for its weight is chosen (`farm.policy.order`). Over many choices that is a flow: all
workers are at those who had least, until these have caught up with the next ones; among equals they are
divided by weight. Nobody gets more than it can keep.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

#: Two had the same for their weights when no more than this lies between, in milliseconds; and this part.
_EQUAL_MS, _EQUAL = 0.01, 1e-6
_NOBODY = 1e-9


def deal(
    wants: Mapping[int, float], weights: Mapping[int, int], levels: Mapping[int, float], free: float
) -> dict[int, float]:
    """How many of some free workers each department gets.

    Args:
        wants: how many it can keep, by department.
        weights: their weights.
        levels: what they had for their weights, in milliseconds.
        free: how many workers there are.
    """
    dealt: dict[int, float] = {}
    waiting = sorted((each for each in wants if wants[each] > _NOBODY), key=lambda each: levels[each])
    while waiting and free > _NOBODY:
        least = levels[waiting[0]]
        equal = [each for each in waiting if levels[each] <= least + _EQUAL_MS + _EQUAL * least]
        waiting = waiting[len(equal) :]
        given = _divide(equal, wants, weights, free)
        free -= sum(given.values())
        dealt |= given
    return dealt


def _divide(
    equal: Collection[int], wants: Mapping[int, float], weights: Mapping[int, int], free: float
) -> dict[int, float]:
    """Workers divided by weight among equals; what one cannot keep is the others'."""
    given: dict[int, float] = {}
    rest = set(equal)
    while rest:
        whole = sum(weights[each] for each in rest)
        filled = {each for each in rest if wants[each] <= free * weights[each] / whole}
        if not filled:
            return given | {each: free * weights[each] / whole for each in rest}
        given |= {each: wants[each] for each in filled}
        free = max(0.0, free - sum(wants[each] for each in filled))
        rest -= filled
    return given


def catch_ups(levels: Collection[tuple[float, float]], fade: float) -> Iterator[float]:
    """In how many milliseconds those who had less will have caught up with the next ones, where they will.

    Args:
        levels: what each department had for its weight, and by how much that grows in a millisecond.
        fade: which part of what was had is forgotten in a millisecond.
    """
    for (had, growth), (more, slower) in pairwise(sorted(levels)):
        if growth > slower and more - had > _EQUAL_MS + _EQUAL * had:
            yield math.log1p(fade * (more - had) / (growth - slower)) / fade
