"""When a night is over: decided from the clock, its window, and what is left to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from farm.policy.windows import Window


class Over(StrEnum):
    """Why a night is over."""

    EMPTY = "empty"
    SHUT = "shut"
    LONG = "long"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a night stands at a look.

    Attributes:
        now_ms: the time by the clock.
        window: the night's window as it is just now; None: there is none.
        opened: whether it was found open at an earlier look.
        left: films that could still go on tonight, and batches that are yet to be submitted.
        passed_s: how long the night has lasted, by a clock that nobody sets.
    """

    now_ms: int
    window: Window | None
    opened: bool
    left: int
    passed_s: float


def over(standing: Standing, *, longest_s: float) -> Over | None:
    """Whether a night is over, and why; None: it goes on.

    It is over when nothing is left to do, when its window has shut again after it was open, or after so many
    seconds, 0 for no such limit. A window that is not open yet is waited for. A window that somebody changes
    at night counts as it is now.
    """
    if not standing.left:
        return Over.EMPTY
    if standing.opened and standing.window is not None and not standing.window.is_open(standing.now_ms):
        return Over.SHUT
    return Over.LONG if longest_s and standing.passed_s >= longest_s else None
