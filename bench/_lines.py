"""The lines of a played farm: what waits, what stands open, and what goes next by the farm's own rule."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

from _arrivals import House
from _records import JOIN, RENDER, Lane, Step

from db.values import Skill
from farm.policy.gates import Facts, Gate, Gates
from farm.policy.order import Head, choose
from farm.policy.pools import plain_of
from farm.policy.share import Going, Usage
from tasks.slots import Filled, Slots, fill

_Place = tuple[int, int, int, int]


class Lines:
    """Keeps what waits, in lanes.

    Args:
        houses: the departments.
    """

    def __init__(self, houses: Sequence[House]) -> None:
        self._houses = tuple(house.id for house in houses)
        self._weights = {house.id: house.weight for house in houses}
        self._lanes: dict[Lane, list[tuple[_Place, int]]] = defaultdict(list)
        self._heads: dict[int, Head] = {}
        self._gates = Gates()
        self._let: dict[Lane, bool] = {}

    def see(self, gates: Gates) -> None:
        """Know what stands open."""
        if gates != self._gates:
            self._gates, self._let = gates, {}

    def lets(self, lane: Lane) -> bool:
        """Whether what stands in a lane may begin, or go on."""
        if lane not in self._let:
            capability, house, window, opens = lane
            renders = plain_of(capability) == RENDER
            facts = Facts(department=house, window=window, opening=bool(opens), renders=renders)
            self._let[lane] = self._gates.lets_through(facts) is Gate.OPEN
        return self._let[lane]

    def put(self, step: Step) -> None:
        """Have a step wait."""
        self._heads[step.number] = step.head
        insort(self._lanes[step.lane], (step.head.place, step.number))

    def take(self, step: Step) -> None:
        """Have a step wait no more."""
        self._lanes[step.lane].remove((step.head.place, step.number))

    def has(self, capability: str) -> bool:
        """Whether anything waits that needs it, whether it may begin or not."""
        return any(line for lane, line in self._lanes.items() if lane[0] == capability)

    def waits(self, capability: str) -> bool:
        """Whether anything waits that needs it and may begin."""
        return any(line and self.lets(lane) for lane, line in self._lanes.items() if lane[0] == capability)

    def waiting(self) -> dict[str, int]:
        """How many steps for cards wait that may begin, by what they need."""
        found: dict[str, int] = {}
        for lane, line in self._lanes.items():
            if line and lane[0] != JOIN and self.lets(lane):
                found[lane[0]] = found.get(lane[0], 0) + len(line)
        return found

    def fronts(self) -> Iterable[tuple[Lane, int, int]]:
        """Each lane for cards in which something waits: how much, and the rank of the first."""
        for lane, line in self._lanes.items():
            if line and lane[0] != JOIN:
                yield lane, len(line), line[0][0][0]

    def choose(
        self, slots: Slots, *, usage: Usage, going: Iterable[Going], hands: int, now_ms: int
    ) -> Sequence[Filled]:
        """Choose what is sent; of departments that have little left, knowing all that is left."""
        capabilities, most = [line.capability for line in slots.lines], slots.left
        heads = {house: self._first(capabilities, house, most) for house in self._houses}
        cost_ms = max(map(usage.cost_ms, capabilities))
        shares = usage.shares(self._weights, going)

        def filled(heads: Mapping[int, Sequence[Head]], tails: Collection[int] = ()) -> Sequence[Filled]:
            choice = partial(choose, now_ms=now_ms, cost_ms=cost_ms, tails=tails)
            lines: dict[Skill, list[Head]] = {}
            for head in (head for each in heads.values() for head in each):
                lines.setdefault(Skill(capability=head.capability), []).append(head)
            return fill(slots, lines, shares, cost_ms=cost_ms, choice=choice)

        chosen = filled(heads)
        # What is left is the tail of a line when each worker has a step or two of it.
        tail = max(2 * hands, most + 1)
        houses = {each.spot.department for each in chosen}
        rest = {house: self._first(capabilities, house, tail) for house in houses}
        tails = {house for house, left in rest.items() if len(left) < tail}
        return filled(heads | rest, tails) if tails else chosen

    def _first(self, capabilities: Sequence[str], house: int, limit: int) -> Sequence[Head]:
        """The first steps of a department's lines that may go now."""
        found: list[Head] = []
        for capability in capabilities:
            first: list[tuple[_Place, int]] = []
            for lane, line in self._lanes.items():
                if lane[:2] == (capability, house) and line and self.lets(lane):
                    first += line[:limit]
            found += [self._heads[number] for _, number in sorted(first)[:limit]]
        return found
