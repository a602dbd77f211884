"""Who has fallen silent: counters that do not move, on the watcher's own clock."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

NameT = TypeVar("NameT", bound=Hashable)


class Watch(Generic[NameT]):
    """Adds up, for each counter, how long it was seen not to move.

    Only time between two looks that both succeeded counts, and of that no more than `longest_s` at once: a
    watcher that was blind, or that slept itself, has seen nobody be silent. Clocks of other machines play
    no part.

    Args:
        longest_s: seconds that count between two looks at the most.
    """

    def __init__(self, *, longest_s: float) -> None:
        self._longest_s = longest_s
        self._looked_at: float | None = None
        self._counters: dict[NameT, int] = {}
        self._silent_s: dict[NameT, float] = {}

    def look(self, counters: Mapping[NameT, int], now: float) -> None:
        """Take in what was read.

        Args:
            counters: every counter there is now; one that is gone is forgotten.
            now: seconds of this process's monotonic clock.
        """
        passed = 0.0 if self._looked_at is None else min(now - self._looked_at, self._longest_s)
        self._silent_s = {
            name: self._silent_s[name] + passed if self._counters.get(name) == counter else 0.0
            for name, counter in counters.items()
        }
        self._counters = dict(counters)
        self._looked_at = now

    def blind(self) -> None:
        """Say that a look failed: the time until the next one does not count."""
        self._looked_at = None

    def silent(self, seconds: float) -> dict[NameT, int]:
        """The counters that have not moved for so long, with the value they stopped at."""
        return {name: self._counters[name] for name, silent in self._silent_s.items() if silent >= seconds}
