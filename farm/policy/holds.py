"""When a hold ends: most wait for somebody, some for a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Why a job may not go on.

    Attributes:
        job: the job's id.
        reason: ``quota``, ``off_peak``, ``start_after``, ``approval``, ``consent`` or ``operator``.
        until: when it ends by itself, in milliseconds since the Unix epoch; None: somebody has to end it.
        by: who set it.
    """

    job: int
    reason: str
    until: int | None
    by: str


def ended(holds: Iterable[Hold], now_ms: int) -> tuple[Hold, ...]:
    """The holds whose time has come at `now_ms`."""
    return tuple(hold for hold in holds if hold.until is not None and hold.until <= now_ms)
