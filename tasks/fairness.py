"""Fairness: what goes next, by how departments stand in the eyes of the dispatcher that leads.

The ledger has no table of what departments used: whoever begins to lead sums up what ended lately, and then
reads only what ended since. So nothing is written for it, and nobody waits for a row that all would change.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

from db import queue, shares
from db.lanes import Lane
from db.ledger import Ledger
from db.values import Skill
from farm.policy.gates import Gate, Gates
from farm.policy.order import Head, Spot, choose
from farm.policy.share import Share, Usage
from tasks.slots import Choice, Filled, Queue, Slots, fill

#: For so long a line that is longer than a tail is not looked at again.
_LONG_S = 2.0
#: The first steps of each lane.
Heads = Mapping[Lane, Sequence[Spot]]


class Fairness:
    """Knows how departments stand.

    Args:
        ledger: the ledger.

    Attributes:
        busy: the workers that were at something at the last look.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._reader: shares.Reader | None = None
        self._usage = Usage(0)
        self._shares: dict[int, Share] = {}
        #: Departments that had more left than so much, and until when nobody asks again.
        self._long: dict[int, tuple[int, float]] = {}
        self.busy: frozenset[str] = frozenset()

    def begin(self) -> None:
        """Forget everything: it is summed up anew when somebody asks."""
        self._reader = None

    def look(self) -> None:
        """Read how departments stand just now.

        Raises:
            AwayError: ``ledger-away``.
        """
        now = self._ledger.clock()
        if self._reader is None or self._reader.is_stale:
            reader, usage = shares.Reader(self._ledger), Usage(now)
            usage.tell(reader.lately(), now)
            self._reader, self._usage = reader, usage
        self._usage.tell(self._reader.ended(), now)
        standings = shares.read_standings(self._ledger)
        self._shares = dict(self._usage.shares(standings.weights, standings.going))
        self.busy = standings.busy

    def choose(
        self, lines: Mapping[Skill, Sequence[Lane]], slots: Slots, *, gates: Gates, hands: int
    ) -> Sequence[tuple[Head, Queue]]:
        """What goes next of lines that share workers, and where to, by the last look and what was sent since.

        Args:
            lines: what waits of each.
            slots: what of them may be sent.
            gates: what stands open.
            hands: how many workers there are: what is left when each has a step or two is a line's tail.

        Raises:
            AwayError: ``ledger-away``.
        """
        cost_ms, most = max(self._usage.cost_ms(skill.capability) for skill in lines), slots.left
        choice = partial(choose, now_ms=self._ledger.clock(), cost_ms=cost_ms)
        lanes = [
            lane for each in lines.values() for lane in each if gates.lets_through(lane.facts) is Gate.OPEN
        ]

        def filled(heads: Heads, choice: Choice = choice) -> Sequence[Filled]:
            return fill(slots, _by_line(heads), self._shares, cost_ms=cost_ms, choice=choice)

        # A little more than each department's part; of whom all of it is chosen, the rest is read.
        depth = min(most, max(2, 2 * most // max(1, len({lane.department for lane in lanes}))))
        heads = dict(queue.spots(self._ledger, lanes, limit=depth, gates=gates))
        found = filled(heads)
        if depth < most and (deeper := _used_up(heads, found, depth)):
            heads |= queue.spots(self._ledger, deeper, limit=most, gates=gates)
            found = filled(heads)
        tail = max(2 * hands, most)
        if tails := self._tails(lanes, found, tail):
            last = [lane for lane in lanes if lane.department in tails]
            heads |= self._weighed(queue.spots(self._ledger, last, limit=tail, gates=gates))
            found = filled(heads, partial(choice, tails=tails))
        queues = {each.spot.step: each.queue for each in found}
        told = queue.heads_of(self._ledger, [each.spot for each in found])
        return [(head, queues[head.step]) for head in told]

    def _weighed(self, heads: Heads) -> Heads:
        """The same, with what a tail is sorted by."""
        every = [spot for spots in heads.values() for spot in spots]
        known = {spot.step: spot for spot in queue.weighed(self._ledger, every)}
        return {
            lane: [known[spot.step] for spot in spots if spot.step in known] for lane, spots in heads.items()
        }

    def _tails(self, lanes: Collection[Lane], found: Collection[Filled], most: int) -> frozenset[int]:
        """Those departments that have no more than this left in any lane, of those of whom something goes.

        Of whom more is left, that is taken to be so for a moment.
        """
        now = time.monotonic()
        asked = {each.spot.department for each in found}
        asked -= {who for who in asked if self._is_long(who, most, now)}
        if not asked:
            return frozenset()
        theirs = [lane for lane in lanes if lane.department in asked]
        long = queue.longer(self._ledger, theirs, most=most)
        self._long |= dict.fromkeys(long, (most, now + _LONG_S))
        return frozenset(asked - long)

    def _is_long(self, department: int, most: int, now: float) -> bool:
        """Whether it is known that a department has more left."""
        left, until = self._long.get(department, (0, now))
        return left >= most and now < until

    def sent(self, heads: Iterable[Head]) -> None:
        """Let what is sent count at once."""
        for head in heads:
            share = self._shares.get(head.department, Share())
            used = share.used_ms + self._usage.cost_ms(head.capability)
            self._shares[head.department] = Share(weight=share.weight, used_ms=used)


def _by_line(heads: Heads) -> Mapping[Skill, Sequence[Spot]]:
    lines: dict[Skill, list[Spot]] = {}
    for lane, spots in heads.items():
        lines.setdefault(lane.skill, []).extend(spots)
    return lines


def _used_up(heads: Heads, found: Collection[Filled], depth: int) -> list[Lane]:
    """The lanes of which all that was read goes, and more may follow."""
    gone = {each.spot.step for each in found}
    return [
        lane
        for lane, spots in heads.items()
        if len(spots) >= depth and all(spot.step in gone for spot in spots)
    ]
