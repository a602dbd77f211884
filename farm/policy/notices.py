"""What comes of a try to tell a piece of news, decided from what was answered and how often it was tried.

Eight tries within a day, the pauses between them growing from ten seconds to fifteen hours, so that neither
a restart of the other side nor its night without anybody at it loses anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: The pause after the first try, the second and so on, in milliseconds; after the last one it is given up.
PAUSES_MS = (10_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 54_000_000)
#: The other side may ask for a longer pause, but for no longer one than this.
_LONGEST_MS = 21_600_000
_GONE = 410
_TAKEN = range(200, 300)


class Fate(StrEnum):
    """What becomes of a piece of news."""

    SENT = "sent"
    AGAIN = "again"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What becomes of it, and after how long it is tried again, if it is."""

    fate: Fate
    wait_ms: int = 0


def decide(*, status: int, tries: int, retry_after_s: int = 0) -> Decision:
    """What comes of a try.

    Args:
        status: HTTP's status; 0: there was no answer. 200 to 299: the other side has it (RFC 9110, 15.3).
            410: it wants nothing any more (15.5.11). Anything else, also a redirect, may be mended.
        tries: how many there were, this one included, since it was entered or told anew; from 1.
        retry_after_s: how long the other side asks to be left alone; 0: it does not say.
    """
    if status in _TAKEN:
        return Decision(fate=Fate.SENT)
    if status == _GONE or tries > len(PAUSES_MS):
        return Decision(fate=Fate.GIVEN_UP)
    asked_ms = min(max(0, retry_after_s) * 1000, _LONGEST_MS)
    return Decision(fate=Fate.AGAIN, wait_ms=max(PAUSES_MS[tries - 1], asked_ms))
