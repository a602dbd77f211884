"""A clock that goes from event to event: a week takes as long as what happens in it."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Clock:
    """Keeps time, and what will happen when.

    Args:
        now_ms: the time at first, in milliseconds since the Unix epoch.
    """

    def __init__(self, now_ms: int) -> None:
        self.now = now_ms
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._ticket = 0

    def at(self, at_ms: int, happen: Callable[[], None]) -> None:
        """Have something happen at a time; of equal times in the order in which they were told."""
        self._ticket += 1
        heapq.heappush(self._events, (at_ms, self._ticket, happen))

    def next(self) -> tuple[int, Callable[[], None]]:
        """When and what happens next; it is told once, and the time does not pass by it."""
        at_ms, _, happen = heapq.heappop(self._events)
        return at_ms, happen
