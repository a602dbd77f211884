"""Members: which users of the operating system belong to which departments, as the operator has set it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from farm.policy.departments import same_name
from pipeline.plan.errors import InputError

_USER = re.compile(r"[^\s=,]{1,200}")

#: The departments of each user, as `farm.policy.departments.same_name` has them; none at all: everybody's.
Members = Mapping[str, frozenset[str]]


def members_of(words: str) -> Members:
    """The departments of each user that an operator has written down.

    Args:
        words: ``alice = marketing, bob = marketing training``; empty: anybody may submit for any department.

    Raises:
        InputError: ``members-wrong``: with the part that is no user with departments.
    """
    members: dict[str, frozenset[str]] = {}
    for part in words.split(","):
        if not part.strip() and not members and not words.strip():
            continue
        user, equals, departments = part.partition("=")
        named = departments.split()
        if not equals or not named or "=" in departments or not _USER.fullmatch(user.strip()):
            raise InputError("members-wrong", part=part.strip())
        if user.strip() in members:
            raise InputError("members-twice", user=user.strip())
        members[user.strip()] = frozenset(map(same_name, named))
    return members


def check_member(members: Members, user: str, department: str) -> None:
    """Refuse to submit for a department to who is no member of it.

    Raises:
        InputError: ``submit-member-foreign``.
    """
    if members and same_name(department) not in members.get(user, ()):
        own = ", ".join(sorted(members.get(user, ()))) or "-"
        raise InputError("submit-member-foreign", user=user, department=department, own=own)
