"""Leases: counters that workers raise; a dispatcher takes a step away when its counter stands still.

Whether a counter stands still is told by the dispatcher's own monotonic clock, counting only while it can read
the ledger; `Watch` does that counting. Two dispatchers may do all this at once without harm.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from db.ledger import Ledger
from db.states import Stage
from db.values import Committed


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A running step's lease as it was read."""

    step: int
    job: int
    stage: Stage
    fence: int
    counter: int
    worker: str


@dataclass(frozen=True, kw_only=True)
class WorkerPulse:
    """A live worker's counter as it was read."""

    worker: str
    counter: int


@dataclass(frozen=True, kw_only=True)
class Leadership:
    """Who leads the dispatchers; an empty holder: nobody."""

    holder: str
    counter: int


@dataclass(frozen=True, kw_only=True)
class Expired:
    """What became of a lost lease: the step is ready again, or dead of poison; or nothing, it had moved."""

    taken: bool
    poisoned: bool
    committed: Committed


def read_leases(ledger: Ledger) -> tuple[Lease, ...]:
    """The lease of every running step.

    Raises:
        AwayError: ``ledger-away``.
    """
    raise NotImplementedError


def expire(ledger: Ledger, lease: Lease, *, poison_deaths: int) -> Expired:
    """Take a step from a worker that was lost, if its counter still stands where it was read.

    It uses up no retry; so many deaths in a row over the same key are poison, and the step is dead.

    Raises:
        AwayError: ``ledger-away``.
    """
    raise NotImplementedError


def read_pulses(ledger: Ledger) -> tuple[WorkerPulse, ...]:
    """The counter of every worker that is held to be alive."""
    raise NotImplementedError


def bury(ledger: Ledger, pulse: WorkerPulse) -> bool:
    """Hold a worker to be dead if its counter still stands where it was read; a later beat revives it."""
    raise NotImplementedError


def read_leadership(ledger: Ledger) -> Leadership:
    """Who leads."""
    raise NotImplementedError


def lead_on(ledger: Ledger, holder: str) -> bool:
    """Raise the leader's counter; False: somebody else leads by now."""
    raise NotImplementedError


def take_lead(ledger: Ledger, holder: str, seen: Leadership) -> bool:
    """Become the leader in place of one whose counter stands still, or of nobody."""
    raise NotImplementedError


def resign(ledger: Ledger, holder: str) -> None:
    """Leave the lead to whoever comes, at once."""
    raise NotImplementedError


class Watch:
    """Tells which counters stood still for too long, by the caller's monotonic clock alone.

    Args:
        expiry_s: how long a counter may stand still.
        gap_s: readings further apart than this mean that the ledger could not be read: the time between
            counts for nobody.
    """

    def __init__(self, *, expiry_s: float, gap_s: float) -> None:
        self._expiry_s = expiry_s
        self._gap_s = gap_s

    def observe(self, counters: Collection[tuple[object, int]], now_s: float) -> frozenset[object]:
        """Take in a reading of (who, counter) at monotonic time `now_s`; who stood still for too long."""
        raise NotImplementedError
