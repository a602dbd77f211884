"""Retry: jobs that failed or were canceled go on from where they stopped."""

from __future__ import annotations

from collections.abc import Collection

from db import operations
from db.acts import Operated
from farm.bootstrap import Farm
from farm.caller import caller


def retry(farm: Farm, jobs: Collection[int]) -> Operated:
    """Queue failed and canceled jobs again, with all their attempts; what was made stays made.

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
    """
    return operations.retry(farm.ledger, jobs, by=caller())
