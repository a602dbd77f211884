"""Deadlines: when a film is wanted, and how far forward it goes where it would be late."""

from __future__ import annotations

from typing import Final

from farm.policy.rights import Rights
from farm.policy.times import day_or_moment
from pipeline.plan.errors import InputError

_URGENT: Final = "urgent"
_NORMAL: Final = "normal"


def moment_in(text: str, zone: str) -> int:
    """The instant of a deadline, as `farm.policy.times.moment` reads it; of a date alone when it is over.

    Raises:
        InputError: ``deadline-wrong``.
    """
    try:
        return day_or_moment(text, zone, end=True)
    except ValueError:
        raise InputError("deadline-wrong", text=text.strip()) from None


def lifted(rights: Rights, urgency: str, priority: int) -> tuple[str, int] | None:
    """The urgency and priority of a film that would miss its deadline; None: nothing would be another.

    It is urgent, with the number that it has, where its department may have that. Else it goes to the front
    of what is normal: a deadline gives nobody a right, so its number is the highest that the department may
    have.

    Args:
        rights: what its department may ask for.
        urgency: how urgent it is.
        priority: its number; one that is above the department's limit stays.
    """
    if urgency == _URGENT:
        return None
    if rights.urgent:
        return _URGENT, priority
    front = (_NORMAL, max(priority, rights.priority_limit))
    return None if front == (urgency, priority) else front
