"""What people and machines are shown of departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MemberView:
    """What a member of a department has used today.

    Attributes:
        name: who.
        films: films that count against the limit of members.
        card_s: seconds on cards.
    """

    name: str
    films: int
    card_s: int


@dataclass(frozen=True, kw_only=True)
class GrantView:
    """Films beyond the quota of the days.

    Attributes:
        id: its number.
        films: how many.
        used: how many of them were begun.
        until: when it ends, UTC, ISO 8601.
        by: who gave it.
    """

    id: int
    films: int
    used: int
    until: str
    by: str


@dataclass(frozen=True, kw_only=True)
class DepartmentView:
    """A department, what it may use, and what it has used on the quota's day.

    Attributes:
        name: its name.
        limits: what stands for each right and limit, as one would set it; `none` is no limit.
        films: films that count against the day's quota.
        granted: films that were begun today on a grant.
        left: films that are left of its grants.
        held: films that wait for its quota.
        running: films that are under way.
        card_s: seconds that it kept cards today.
        store_bytes: what it has in the store; None: there is no limit to that, and it was not counted.
        next_day: when the quota's next day begins, UTC, ISO 8601.
        members: who of it has used anything today.
        grants: what it was granted and has not ended.
        stopwords: how many words its scripts may not hold.
    """

    name: str
    limits: Mapping[str, str]
    films: int
    granted: int
    left: int
    held: int
    running: int
    card_s: int
    store_bytes: int | None
    next_day: str
    members: tuple[MemberView, ...]
    grants: tuple[GrantView, ...]
    stopwords: int
