"""Pause and resume: an operator holds jobs back and lets them go on."""

from __future__ import annotations

from collections.abc import Collection

from db import operations
from db.acts import Operated
from farm.bootstrap import Farm
from farm.caller import caller


def pause(farm: Farm, jobs: Collection[int]) -> Operated:
    """Hold jobs: what is being made is finished, nothing new of them is started.

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
    """
    return operations.pause(farm.ledger, jobs, by=caller())


def resume(farm: Farm, jobs: Collection[int]) -> Operated:
    """Take the operator's hold from jobs; those without any other go on.

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
    """
    return operations.resume(farm.ledger, jobs, by=caller())
