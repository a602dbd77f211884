"""Deadlines: when a film is wanted."""

from __future__ import annotations

from farm.policy.times import moment
from pipeline.plan.errors import InputError


def moment_in(text: str, zone: str) -> int:
    """The instant of a deadline, as `farm.policy.times.moment` reads it.

    Raises:
        InputError: ``deadline-wrong``.
    """
    try:
        return moment(text, zone)
    except ValueError:
        raise InputError("deadline-wrong", text=text.strip()) from None
