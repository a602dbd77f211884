"""When clocks of a farm's machines differ so much that somebody is to be told."""

from __future__ import annotations

from dataclasses import dataclass

#: Machines whose time is kept (NTP) differ by milliseconds; windows, quotas and waits go by seconds.
TOLERATED_MS = 2000


@dataclass(frozen=True, kw_only=True)
class Skew:
    """How a clock differs from the ledger's, in milliseconds.

    Attributes:
        ahead_ms: by so much it is ahead; negative: behind.
        within_ms: the truth is no further from that: half of the time that asking took.
    """

    ahead_ms: int
    within_ms: int

    @property
    def differs(self) -> bool:
        """Whether it differs for sure by more than is tolerated."""
        return abs(self.ahead_ms) - self.within_ms > TOLERATED_MS


def ahead_of(seen_ms: int, now_ms: int, *, lives: bool, silence_ms: int) -> int:
    """By how much a host's clock is ahead, as its last stamp tells; negative: behind, 0: not for sure.

    Args:
        seen_ms: when it was seen last, by its own clock.
        now_ms: now, by the ledger's.
        lives: whether somebody else has heard it lately, whatever it stamps.
        silence_ms: who lives stamps at least so often.
    """
    ahead_ms = seen_ms - now_ms
    if ahead_ms > TOLERATED_MS:
        return ahead_ms
    return ahead_ms + silence_ms if lives and ahead_ms < -silence_ms - TOLERATED_MS else 0
