"""A ration of log lines: what comes by the thousand is told one by one at first, and then as a number."""

from __future__ import annotations

from dataclasses import dataclass

_TIMES = 10


@dataclass(frozen=True, kw_only=True)
class Told:
    """What to tell when something has come.

    Attributes:
        this: whether to tell of this one by itself.
        besides: how many have come of which nothing was told, this one among them where it is not told by
            itself; 0: tell no number now.
    """

    this: bool
    besides: int


class Ration:
    """So many are told one by one in a span of time; of the others their number.

    It is told each time that ten times as many have come as when a number was told last, and when the next
    span begins; so a flood takes a handful of lines, whoever reads them sees it grow, and none goes uncounted
    but those after which nothing comes any more.

    Args:
        most: how many are told one by one.
        span_s: in how many seconds.
    """

    def __init__(self, *, most: int, span_s: float) -> None:
        self._most = most
        self._span_s = span_s
        self._until = float("-inf")
        self._come = self._untold = 0
        self._next = 0

    def take(self, now: float) -> Told:
        """Something has come; what to tell of it.

        Args:
            now: seconds by a clock that is never set back.
        """
        besides = 0
        if now >= self._until:
            besides, self._untold = self._untold, 0
            self._until, self._come, self._next = now + self._span_s, 0, _TIMES * self._most
        self._come += 1
        if self._come <= self._most:
            return Told(this=True, besides=besides)
        self._untold += 1
        if self._come >= self._next:
            self._next *= _TIMES
            besides, self._untold = self._untold, 0
        return Told(this=False, besides=besides)
