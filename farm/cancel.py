"""Cancel: a person no longer wants films that are queued or being made."""

from __future__ import annotations

from collections.abc import Collection

from db import operations
from db.acts import Operated
from farm.bootstrap import Farm
from farm.caller import caller


def cancel(farm: Farm, jobs: Collection[int]) -> Operated:
    """End queued and active jobs; what is being made for them stops within seconds, finished jobs stay.

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
    """
    return operations.cancel(farm.ledger, jobs, by=caller())
