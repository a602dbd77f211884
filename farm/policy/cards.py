"""When a worker has to give a card back by ending, because freeing what it kept was not enough.

What stays on a card although nobody uses it any more, such as a library's leak, only a process's end frees.
"""

from __future__ import annotations

from collections.abc import Iterable

#: A card is held when more than so much of it stays in use.
HELD_PER_CENT = 90
#: For how long it has to be, in seconds: whoever else uses the card may be done by then.
HELD_S = 120.0
#: How often ending is a cure, and within which time: if twice was not enough, it is none.
MOST_RESTARTS = 2
WITHIN_S = 3600.0


def held_since(before: float | None, used_per_cent: float, now: float) -> float | None:
    """Since when a card is held without a break, in the clock's seconds; None if it is not.

    Args:
        before: what this function said last; None at first.
        used_per_cent: how much of the card's memory is in use after this process has freed what it kept.
        now: the clock's seconds.
    """
    if used_per_cent <= HELD_PER_CENT:
        return None
    # A clock that was set back begins anew.
    return now if before is None or before > now else before


def ends(since: float | None, restarts: Iterable[float], now: float) -> bool:
    """Whether a worker is to finish what it does, and to end, so that it is started anew.

    Args:
        since: what `held_since` says.
        restarts: when it ended for this reason before, on the same clock.
        now: the clock's seconds.
    """
    if since is None or now - since < HELD_S:
        return False
    return sum(abs(now - restart) < WITHIN_S for restart in restarts) < MOST_RESTARTS
