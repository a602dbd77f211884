"""Cards and processors of a played farm: what each can do, and which are free."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence

from _records import JOIN, RENDER, SPEAK, Site

from db.values import Skill
from farm.policy.lending import Dealing
from farm.policy.pools import bound, pool_of

CARD, HAND = "card", "hand"


class Places:
    """Where steps are done: cards, some of them kept for pools, and hands that join.

    Attributes:
        free: of each kind, those that are idle, whoever was it first first.
        usable: what each may be given, by its name; without those that are lost.
        busy: the names of those that are at something.
        up: how many cards are not lost just now.
        dealings: how pools deal with each other.

    Args:
        site: the farm.
    """

    def __init__(self, site: Site) -> None:
        kept = [pool for pool, cards in site.pools.items() for _ in range(cards)]
        self._pools = kept + [""] * (site.cards - len(kept))
        self.free = {CARD: deque(range(site.cards)), HAND: deque(range(site.hands))}
        self.usable: dict[str, frozenset[Skill]] = {}
        for kind, places in self.free.items():
            for place in places:
                self._put(kind, place)
        self.busy: set[str] = set()
        self.up = site.cards
        self.dealings: Mapping[str, Dealing] = {pool: Dealing(lends=True) for pool in site.lends}
        #: Every capability that there is, in the order of stages.
        renders = dict.fromkeys(bound(RENDER, pool) for pool in ("", *site.pools))
        self.capabilities: Sequence[str] = (SPEAK, *renders, JOIN)

    def does(self, kind: str, place: int) -> Sequence[str]:
        """What a card or a hand does as its own, later stages first."""
        return (bound(RENDER, self._pools[place]), SPEAK) if kind == CARD else (JOIN,)

    def begin(self, kind: str, place: int) -> None:
        """Be busy."""
        self.free[kind].remove(place)
        self.busy.add(f"{kind}{place}")

    def end(self, kind: str, place: int) -> None:
        """Be free again."""
        self.busy.remove(f"{kind}{place}")
        self.free[kind].append(place)

    def lose(self, kind: str, place: int) -> None:
        """Be lost, at work."""
        self.busy.remove(f"{kind}{place}")
        self.up -= kind == CARD
        del self.usable[f"{kind}{place}"]

    def come_back(self, kind: str, place: int) -> None:
        """Be there again, and free."""
        self.up += kind == CARD
        self._put(kind, place)
        self.free[kind].append(place)

    def idle(self, waiting: Mapping[str, int]) -> int:
        """How many cards are idle although one of these steps waits that they could do.

        Args:
            waiting: how many steps wait of each capability of cards.
        """
        if not self.free[CARD]:
            return 0
        free = Counter(self._pools[place] for place in self.free[CARD])
        idle = others = 0
        for capability, count in waiting.items():
            if capability != SPEAK:
                pool = pool_of(capability)
                own = min(free[pool], count)
                free[pool] -= own
                idle += own
                others += count - own
        lent = min(others, sum(free[pool] for pool, dealing in self.dealings.items() if dealing.lends))
        return idle + lent + min(free.total() - lent, waiting.get(SPEAK, 0))

    def _put(self, kind: str, place: int) -> None:
        self.usable[f"{kind}{place}"] = frozenset(
            Skill(capability=capability) for capability in self.does(kind, place)
        )
