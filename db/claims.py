"""Claims: how a worker gets a step, keeps it, and works under its fence."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from db.ledger import Ledger
from db.values import Claim, Holding
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import RenderProfile


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a worker's beat brings back.

    Attributes:
        mine: the holdings that are still this worker's; every other one is to be stopped, nothing written.
        draining: take nothing new and end when done.
    """

    mine: frozenset[Holding]
    draining: bool


def claim(
    ledger: Ledger,
    step: int,
    *,
    worker: str,
    capabilities: Collection[str],
    profiles: Collection[RenderProfile] | None = None,
    device: str = "cpu",
) -> Claim | None:
    """Make a step this worker's by one conditional UPDATE that raises the fence; None: nothing to do.

    A message may be lost, doubled or late: a step that is not ready, waits, is held, needs what this worker
    cannot do, or has another worker go first, is left alone (and may be published again).

    Args:
        ledger: the ledger.
        step: id of the step, as the message told.
        worker: the worker's registered name.
        capabilities: what it can do.
        profiles: render profiles that it can honour; None: any.
        device: what it computes with, such as a GPU's UUID.

    Raises:
        AwayError: ``ledger-away``.
    """
    raise NotImplementedError


def beat(ledger: Ledger, worker: str, holdings: Collection[Holding]) -> Heard:
    """Raise the leases of a worker's holdings and its own counter; hear which are still its own.

    Raises:
        AwayError: ``ledger-away``: nothing was heard, so the work goes on.
    """
    raise NotImplementedError


@dataclass(kw_only=True)
class LedgerDesk:
    """A `pipeline.steps.desk.Desk` over the ledger, for one claim.

    Attributes:
        ledger: the ledger.
        claim: whose work it is.
        revoked: says at once whether a beat has heard that the claim is lost.
        used: every artifact that was found or put, for the commit.
    """

    ledger: Ledger
    claim: Claim
    revoked: Callable[[], bool]
    used: dict[tuple[Kind, str], Artifact] = field(default_factory=dict)

    def find(self, kind: Kind, key: str) -> Artifact | None:
        """The accepted artifact of a key, if there is one."""
        raise NotImplementedError

    def take(self, kind: Kind, key: str) -> bool:
        """Become the one maker of a key; False while another is making it, or has made it since."""
        raise NotImplementedError

    def put(self, artifact: Artifact, machine_ms: int) -> None:
        """Have an artifact accepted under the fence; its key is free again."""
        raise NotImplementedError

    def forget(self, artifact: Artifact) -> None:
        """Strike out an artifact that was found missing or damaged, so that it is made again."""
        raise NotImplementedError

    def advance(self, done: int, total: int) -> None:
        """Tell how far the step is."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise `SupersededError` if a beat has heard that the claim is lost."""
        raise NotImplementedError
