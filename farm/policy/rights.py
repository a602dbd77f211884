"""Rights of departments: how urgent their films may be, and how high their numbers."""

from __future__ import annotations

from dataclasses import dataclass

from farm.policy.order import PRIORITIES
from pipeline.plan.errors import InputError

_URGENT = "urgent"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a department may ask for.

    Attributes:
        department: its name.
        priority_limit: the highest number of priority.
        urgent: whether its films may be urgent.
    """

    department: str
    priority_limit: int = PRIORITIES[-1]
    urgent: bool = False


def priority_of(word: str) -> int:
    """The number of priority that a word names; 0 when it is empty.

    Raises:
        InputError: ``submit-priority-wrong``.
    """
    plain = word.strip()
    try:
        number = int(plain or "0")
    except ValueError:
        raise InputError("submit-priority-wrong", priority=word) from None
    if number not in PRIORITIES:
        raise InputError("submit-priority-wrong", priority=word)
    return number


def check_urgency(rights: Rights, urgency: str) -> None:
    """Refuse what is urgent to a department that has no right to it.

    Raises:
        InputError: ``submit-urgent-right``.
    """
    if urgency == _URGENT and not rights.urgent:
        raise InputError("submit-urgent-right", department=rights.department, limit=rights.priority_limit)


def check_priority(rights: Rights, priority: int) -> None:
    """Refuse a number above a department's limit.

    Raises:
        InputError: ``submit-priority-limit``.
    """
    if priority > rights.priority_limit:
        raise InputError(
            "submit-priority-limit",
            priority=priority,
            limit=rights.priority_limit,
            department=rights.department,
        )


def check_standing(rights: Rights, urgency: str, priority: int) -> None:
    """Refuse a film that asks for more than its department may have.

    Raises:
        InputError: ``submit-urgent-right`` or ``submit-priority-limit``.
    """
    check_urgency(rights, urgency)
    check_priority(rights, priority)
