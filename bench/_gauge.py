"""What is measured while a farm is played: cards that are idle while a step waits, and samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from _crew import Places
from _lines import Lines
from _records import SPEAK, Sample

from farm.policy.order import tier_at
from farm.policy.pools import pool_of


class Gauge:
    """Measures.

    Attributes:
        busy: cards in use, by department.
        idle_ms: card time in which a card was idle while a step waited that it could have done.
        pressed_ms: card time of all cards that were up, while a step waited.
        samples: how the farm stood, whenever it was asked for.

    Args:
        lines: what waits.
        places: where it is done.
    """

    def __init__(self, lines: Lines, places: Places) -> None:
        self._lines = lines
        self._places = places
        self.busy: Counter[int] = Counter()
        self.idle_ms = self.pressed_ms = 0
        self.samples: list[Sample] = []

    def let_pass(self, passed_ms: int, sent: Iterable[str]) -> None:
        """Count what stands idle for a time; `sent`: what the steps need that are on their way to cards."""
        waiting = self._lines.waiting()
        for capability in sent:
            waiting[capability] = waiting.get(capability, 0) + 1
        if waiting:
            self.idle_ms += passed_ms * self._places.idle(waiting)
            self.pressed_ms += passed_ms * self._places.up

    def sample(self, *, held: int, now_ms: int) -> None:
        """Keep how the farm stands; `held`: films that wait for a quota."""
        films: Counter[str] = Counter()
        best: dict[int, int] = {}
        renders: set[str] = set()
        for lane, count, lowest in self._lines.fronts():
            capability, house, _, opens = lane
            may = self._lines.lets(lane)
            films["" if may else "off_peak"] += count * opens
            if may:
                best[house] = min(best.get(house, lowest), lowest)
                renders |= {pool_of(capability)} if capability != SPEAK else set()
        films["quota"] = held
        tiers = {house: tier_at(lowest, now_ms) for house, lowest in best.items()}
        self.samples.append(
            Sample(at_ms=now_ms, busy=dict(self.busy), tiers=tiers, films=films, renders=frozenset(renders))
        )
