"""Slots: what workers may begin at once, and which steps fill them so that each of them is taken.

Workers differ in what they do. So whether one step more finds a worker depends on all that were chosen
before it, and those may have to be given to others: a matching, found by augmenting paths (H. W. Kuhn, "The
Hungarian method for the assignment problem", 1955). Whatever order steps are chosen in, as many fit in as
could at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from db.values import Skill
from farm.policy.order import Spot
from farm.policy.share import Share

#: Chooses so many of what waits, in order, by how departments stand.
Choice = Callable[[Sequence[Spot], Mapping[int, Share], int], Sequence[Spot]]


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Where a step is sent to.

    Attributes:
        capability: whose queue it is.
        lent: those who take from it are lent for the step.
    """

    capability: str
    lent: bool = False


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Slots that take the same.

    Attributes:
        slots: how many; each of them takes one step.
        queues: the lines that they take, each by the queue that leads there.
    """

    slots: int
    queues: Mapping[Skill, Queue]


class Slots:
    """Slots that are filled together, since some lines can fill several kinds of them.

    A line is turned down when nobody would do one more step of it besides all that was taken, whoever would
    do which of them; and then it is for good. A step is given to workers of its own before others are lent.

    Args:
        kinds: the slots.
        sent: steps that are on their way, by line: they have slots already.
        waiting: the lines of which something waits.

    Attributes:
        lines: those of which something may be taken.
    """

    def __init__(self, kinds: Sequence[Hands], sent: Mapping[Skill, int], waiting: Collection[Skill]) -> None:
        self._kinds = tuple(kinds)
        self._taken = tuple(Counter[Skill]() for _ in kinds)
        self._before = Counter[Skill]()
        for line, number in sent.items():
            # What nobody would take was sent to who has left, or became busy: it fills no slot.
            while self._before[line] < number and self.take(line):
                self._before[line] += 1
        self.lines = tuple(line for line in waiting if any(line in kind.queues for kind in kinds))

    @property
    def left(self) -> int:
        """How many are free, whatever they take."""
        pairs = zip(self._kinds, self._taken, strict=True)
        return sum(kind.slots - taken.total() for kind, taken in pairs)

    def anew(self) -> Slots:
        """The same with what was on its way, and nothing taken."""
        return Slots(self._kinds, self._before, self.lines)

    def take(self, line: Skill) -> bool:
        """Take one more step of a line; False: nobody would do it."""
        return self._fits(line, set())

    def queues(self, line: Skill) -> Sequence[Queue]:
        """Where those steps of a line are sent to that were taken, in the order in which they were."""
        found = [
            queue
            for kind, taken in zip(self._kinds, self._taken, strict=True)
            if line in kind.queues
            for queue in [kind.queues[line]] * taken[line]
        ]
        found.sort(key=lambda queue: (queue.lent, queue.capability))
        return found[self._before[line] :]

    def _fits(self, line: Skill, seen: set[int]) -> bool:
        """Find a slot for one more step of a line, if need be by giving others another one."""
        able = [number for number, kind in enumerate(self._kinds) if line in kind.queues]
        for number in sorted(able, key=lambda each: self._kinds[each].queues[line].lent):
            if number in seen:
                continue
            seen.add(number)
            taken = self._taken[number]
            others = [each for each in taken if taken[each] and each != line]
            if taken.total() >= self._kinds[number].slots:
                moved = next((each for each in others if self._fits(each, seen)), None)
                if moved is None:
                    continue
                taken[moved] -= 1
            taken[line] += 1
            return True
        return False


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A slot with its step.

    Attributes:
        line: what the step needs.
        spot: the step.
        queue: where it is sent to.
    """

    line: Skill
    spot: Spot
    queue: Queue


def fill(
    slots: Slots,
    heads: Mapping[Skill, Sequence[Spot]],
    shares: Mapping[int, Share],
    *,
    cost_ms: float,
    choice: Choice,
) -> Sequence[Filled]:
    """What fills slots, in the order in which it is chosen; nothing is sent that nobody would do.

    Args:
        slots: remain as they are.
        heads: the first steps of each line.
        shares: how departments stand.
        cost_ms: what each step counts for its department at once.
        choice: chooses among heads, whoever does them.
    """
    lines = {spot.step: line for line, spots in heads.items() for spot in spots}
    left = [spot for spots in heads.values() for spot in spots]
    slots, stand, found = slots.anew(), dict(shares), dict[int, Spot]()
    while left:
        full: Skill | None = None
        for spot in choice(left, stand, slots.left):
            if not slots.take(lines[spot.step]):
                full = lines[spot.step]
                break
            found[spot.step] = spot
            share = stand.get(spot.department, Share())
            stand[spot.department] = replace(share, used_ms=share.used_ms + cost_ms)
        if full is None:
            break
        left = [spot for spot in left if spot.step not in found and lines[spot.step] != full]
    queues = {line: iter(slots.queues(line)) for line in slots.lines}
    return [
        Filled(line=lines[step], spot=spot, queue=next(queues[lines[step]])) for step, spot in found.items()
    ]
