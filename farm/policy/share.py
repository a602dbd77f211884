"""Shares: for how long departments have kept workers lately, so that who had little of the farm goes first.

What counts is occupancy: for how long an attempt kept its worker, whether it came to anything or not. It is
halved every `HALF_LIFE_MS`, so that a department pays for a busy morning in the afternoon, and not for ever.
Who has kept them least, by its weight, is chosen; so while all have work waiting, each gets its weight's
share of the farm. All of it fades alike, so a clock that is set wrong changes no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

#: After so long half of it counts.
HALF_LIFE_MS: Final = 4 * 3_600_000
#: What a step is taken to cost while none of its like has ended.
USUAL_MS: Final = 30_000


@dataclass(frozen=True, kw_only=True)
class Share:
    """How a department stands among the others.

    Attributes:
        weight: its share of the farm, above 0, in the same measure as the others'.
        used_ms: for how long it has kept workers lately, what it has running and on its way included.
    """

    weight: int = 100
    used_ms: float = 0.0

    @property
    def spent(self) -> float:
        """What it had for its weight; the least goes first."""
        return self.used_ms / self.weight


@dataclass(frozen=True, kw_only=True)
class Ended:
    """An attempt that has ended, or several of a kind.

    Attributes:
        department: the department's id.
        capability: what it needed.
        held_ms: for how long it kept its worker, in all.
        at_ms: when it ended.
        times: how many attempts it were.
    """

    department: int
    capability: str
    held_ms: int
    at_ms: int
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Going:
    """A step that is running, or on its way to a worker.

    Attributes:
        department: the department's id.
        capability: what it needs.
        for_ms: for how long it has been running; 0 for one on its way.
    """

    department: int
    capability: str
    for_ms: int = 0


class Usage:
    """What departments have used, kept up to date by what ends; each attempt is to be told once.

    Args:
        now_ms: the time from which it is told of attempts.
    """

    def __init__(self, now_ms: int) -> None:
        self._at_ms = now_ms
        self._used: dict[int, float] = {}
        self._costs: dict[str, tuple[float, float]] = {}

    def tell(self, ended: Iterable[Ended], now_ms: int) -> None:
        """Let time pass, and take in what ended; what did so earlier counts for what is left of it."""
        self._pass(now_ms)
        for each in ended:
            left = faded(self._at_ms - each.at_ms)
            self._used[each.department] = self._used.get(each.department, 0.0) + each.held_ms * left
            spent, times = self._costs.get(each.capability, (0.0, 0.0))
            self._costs[each.capability] = (spent + each.held_ms * left, times + each.times * left)

    def cost_ms(self, capability: str) -> float:
        """What a step that needs it is expected to keep its worker for, by what its like has taken lately."""
        spent, times = self._costs.get(capability, (0.0, 0.0))
        return spent / times if times > 0 and spent > 0 else USUAL_MS

    def shares(self, weights: Mapping[int, int], going: Iterable[Going] = ()) -> Mapping[int, Share]:
        """How departments stand, what they have under way counted by what it is expected to take at least."""
        used = dict(self._used)
        for each in going:
            cost = max(float(each.for_ms), self.cost_ms(each.capability))
            used[each.department] = used.get(each.department, 0.0) + cost
        return {
            department: Share(weight=weight, used_ms=used.get(department, 0.0))
            for department, weight in weights.items()
        }

    def _pass(self, now_ms: int) -> None:
        left = faded(now_ms - self._at_ms)
        self._at_ms = now_ms
        self._used = {department: used * left for department, used in self._used.items()}
        self._costs = {each: (spent * left, times * left) for each, (spent, times) in self._costs.items()}


def faded(passed_ms: int) -> float:
    """What is left of a use after some time; a time that has not come yet takes nothing from it."""
    return float(0.5 ** (max(0, passed_ms) / HALF_LIFE_MS))
