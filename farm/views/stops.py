"""What people and machines are shown of holds and stops."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HoldView:
    """Why a job may not go on.

    Attributes:
        reason: ``quota``, ``start_after``, ``approval``, ``consent`` or ``operator``.
        by: who set it.
        since: when, UTC, ISO 8601.
        until: when it ends by itself, likewise; empty: somebody has to end it.
        detail: why, in the words of whoever set it; may be empty.
        paused: whether `lectern resume` ends it alone: it was paused or interrupted, and not just held.
    """

    reason: str
    by: str
    since: str
    until: str
    detail: str
    paused: bool = False


@dataclass(frozen=True, kw_only=True)
class StopView:
    """Why nothing, or no new film, of a department or a pool begins.

    Attributes:
        scope: ``department`` or ``pool``.
        name: its name.
        kind: ``hold``: no new film begins; ``pause``: nothing does.
        by: who set it.
        since: when, UTC, ISO 8601.
        until: when it ends by itself, likewise; empty: somebody has to lift it.
        detail: why, in the words of whoever set it; may be empty.
    """

    scope: str
    name: str
    kind: str
    by: str
    since: str
    until: str
    detail: str
