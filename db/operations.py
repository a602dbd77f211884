"""What an operator or a user may do to jobs that are under way; each act is written into the audit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from db.ledger import Ledger
from db.states import HoldReason
from db.values import Committed


@dataclass(frozen=True, kw_only=True)
class Operated:
    """What an act changed.

    Attributes:
        changed: the jobs that it changed.
        unchanged: the jobs that it did not concern, such as finished ones.
        committed: capabilities that have something new to do.
    """

    changed: tuple[int, ...]
    unchanged: tuple[int, ...]
    committed: Committed


def jobs_of(ledger: Ledger, batch: int) -> tuple[int, ...]:
    """The jobs of a batch in row order.

    Raises:
        InputError: ``ledger-batch-unknown``.
    """
    raise NotImplementedError


def cancel(ledger: Ledger, jobs: Collection[int], *, by: str) -> Operated:
    """End queued and active jobs for good: nothing of them is dispatched, running steps are "not yours".

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    raise NotImplementedError


def pause(
    ledger: Ledger,
    jobs: Collection[int],
    *,
    by: str,
    reason: HoldReason = HoldReason.OPERATOR,
    until: int | None = None,
) -> Operated:
    """Hold jobs: nothing new of them is dispatched, running steps finish.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    raise NotImplementedError


def resume(
    ledger: Ledger, jobs: Collection[int], *, by: str, reason: HoldReason = HoldReason.OPERATOR
) -> Operated:
    """Take a hold away; a job without any other goes on.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    raise NotImplementedError


def retry(ledger: Ledger, jobs: Collection[int], *, by: str) -> Operated:
    """Have failed and canceled jobs, and films whose archiving failed, go on from where they stopped.

    Done steps stay done; dead and canceled ones begin again with all their attempts.

    Raises:
        InputError, AwayError: as `cancel`.
    """
    raise NotImplementedError


def end_holds(ledger: Ledger) -> Committed:
    """Take away every hold whose time has come."""
    raise NotImplementedError
