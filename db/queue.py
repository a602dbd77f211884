"""The queue: what stands at the head of each department's line, and what is on its way to a worker."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from db.ledger import Ledger
from farm.policy.order import Head


@dataclass(frozen=True, kw_only=True)
class Line:
    """How a capability's line stands.

    Attributes:
        ready: steps that wait, those on their way included; held ones and those in backoff too.
        sent: steps of which a message is on its way.
        running: steps that are running.
    """

    ready: int
    sent: int
    running: int


def lines(ledger: Ledger) -> Mapping[str, Line]:
    """How every capability's line stands."""
    raise NotImplementedError


def running_by_department(ledger: Ledger, capability: str) -> Mapping[int, int]:
    """Steps running or on their way, by department id."""
    raise NotImplementedError


def heads(ledger: Ledger, capability: str, *, limit: int) -> tuple[Head, ...]:
    """The first `limit` steps of each department's line that may go now and are not on their way.

    Read by index: the length of the line does not matter.
    """
    raise NotImplementedError


def mark_sent(ledger: Ledger, steps: Collection[int]) -> frozenset[int]:
    """Mark steps as on their way; those that this call marked (a step that was claimed or marked since is not)."""
    raise NotImplementedError


def unmark_sent(ledger: Ledger, steps: Collection[int] | None = None, *, before_ms: int | None = None) -> int:
    """Take marks away so that steps are sent anew; how many.

    Args:
        ledger: the ledger.
        steps: which; None: all (Redis has lost its memory).
        before_ms: only those sent before this time.
    """
    raise NotImplementedError
