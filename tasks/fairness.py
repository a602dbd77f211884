"""Fairness: what goes next, by how departments stand in the eyes of the dispatcher that leads.

The ledger has no table of what departments used: whoever begins to lead sums up what ended lately, and then
reads only what ended since. So nothing is written for it, and nobody waits for a row that all would change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from db import queue, shares
from db.lanes import Lane
from db.ledger import Ledger
from db.values import Skill
from farm.policy.gates import Gate, Gates
from farm.policy.order import Head, Spot, choose
from farm.policy.share import Share, Usage


class Fairness:
    """Knows how departments stand.

    Args:
        ledger: the ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._reader: shares.Reader | None = None
        self._usage = Usage(0)
        self._shares: dict[int, Share] = {}

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

    def choose(
        self, lines: Mapping[Skill, Sequence[Lane]], slots: int, *, gates: Gates, hands: int
    ) -> tuple[Head, ...]:
        """What goes next of lines that the same workers do, as of the last look and what was sent since.

        Args:
            lines: what waits of each.
            slots: how many may be sent.
            gates: what stands open.
            hands: how many workers there are: what is left when each has a step or two is a line's tail.

        Raises:
            AwayError: ``ledger-away``.
        """
        now, cost_ms = self._ledger.clock(), self._cost_ms(skill.capability for skill in lines)
        heads = self._spots(lines, slots, gates)
        chosen = choose(heads, self._shares, slots, now_ms=now, cost_ms=cost_ms)
        tail = max(2 * hands, slots)
        passed = {
            skill: [lane for lane in lanes if gates.lets_through(lane.facts) is Gate.OPEN]
            for skill, lanes in lines.items()
        }
        tails = self._tails(passed, {head.department for head in chosen}, tail)
        if not tails:
            return queue.heads_of(self._ledger, chosen)
        rest = self._spots(
            {skill: [lane for lane in lanes if lane.department in tails] for skill, lanes in lines.items()},
            tail,
            gates,
        )
        others = [head for head in heads if head.department not in tails]
        every = [*others, *queue.weighed(self._ledger, rest)]
        chosen = choose(every, self._shares, slots, now_ms=now, cost_ms=cost_ms, tails=tails)
        return queue.heads_of(self._ledger, chosen)

    def _tails(
        self, lines: Mapping[Skill, Sequence[Lane]], departments: Collection[int], most: int
    ) -> frozenset[int]:
        """Those departments that have no more than this left in any lane."""
        longer: set[int] = set()
        for skill, lanes in lines.items():
            theirs = [lane for lane in lanes if lane.department in departments]
            short = queue.short(self._ledger, skill, theirs, most=most) if theirs else frozenset()
            longer.update(lane.department for lane in theirs if lane not in short)
        return frozenset(departments) - longer

    def _spots(self, lines: Mapping[Skill, Sequence[Lane]], limit: int, gates: Gates) -> list[Spot]:
        return [
            spot
            for skill, lanes in lines.items()
            for spot in queue.spots(self._ledger, skill, limit=limit, gates=gates, lanes=lanes)
        ]

    def _cost_ms(self, capabilities: Iterable[str]) -> float:
        return max(map(self._usage.cost_ms, capabilities))

    def sent(self, heads: Iterable[Head]) -> None:
        """Let what is sent count at once."""
        for head in heads:
            share = self._shares.get(head.department, Share())
            used = share.used_ms + self._usage.cost_ms(head.capability)
            self._shares[head.department] = Share(weight=share.weight, used_ms=used)
