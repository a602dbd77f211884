"""Gates: what may begin just now, and what has to wait for a time, for an operator, or for others to end.

Everything here is *computed*, from the clock and from what stands in the ledger, and stored with no job: so a
window opens by the clock alone, and a limit that is raised holds at the very next look. The dispatcher sends
nothing that is not let through, and a claim asks the same question again, since a message may be late.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Gate(StrEnum):
    """What a step is not let through by; `OPEN`: it is."""

    OPEN = ""
    WINDOW = "farm-window-closed"
    PAUSED = "farm-paused"
    HELD = "farm-held"
    RUNNING = "farm-running-limit"
    CARD_TIME = "farm-card-time"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is asked of a step.

    Attributes:
        department: the department's id.
        window: the window of its job; empty for none.
        opening: with it a job would begin.
        renders: it is done on cards.
        pool: the pool of its job; empty for none.
        member: who submitted its job.
    """

    department: int
    window: str = ""
    opening: bool = False
    renders: bool = False
    pool: str = ""
    member: str = ""


@dataclass(frozen=True, kw_only=True)
class Gates:
    """What stands open at a time.

    Attributes:
        open: the windows that are open; one that nobody knows is not.
        paused: departments of which nothing begins.
        paused_pools: pools of which nothing begins.
        held: departments of which no film begins.
        held_pools: pools of which no film begins.
        full: departments that have as many jobs under way as they may: no film of theirs begins.
        full_members: likewise members, each with the department.
        spent: departments whose time on cards is used up for the day: nothing of theirs is rendered.
        spent_members: likewise members, each with the department.
    """

    open: frozenset[str] = frozenset()
    paused: frozenset[int] = frozenset()
    paused_pools: frozenset[str] = frozenset()
    held: frozenset[int] = frozenset()
    held_pools: frozenset[str] = frozenset()
    full: frozenset[int] = frozenset()
    full_members: frozenset[tuple[int, str]] = frozenset()
    spent: frozenset[int] = frozenset()
    spent_members: frozenset[tuple[int, str]] = frozenset()

    def lets_through(self, step: Facts) -> Gate:
        """What a step is not let through by; what lasts longest is told first."""
        if step.department in self.paused or step.pool in self.paused_pools:
            return Gate.PAUSED
        if step.opening and (step.department in self.held or step.pool in self.held_pools):
            return Gate.HELD
        if step.window and step.window not in self.open:
            return Gate.WINDOW
        own = (step.department, step.member)
        if step.renders and (step.department in self.spent or own in self.spent_members):
            return Gate.CARD_TIME
        if step.opening and (step.department in self.full or own in self.full_members):
            return Gate.RUNNING
        return Gate.OPEN

    def members_out(self, lane: Facts) -> frozenset[str]:
        """The members whose steps of a lane are not let through, although the lane is."""
        out = self.full_members if lane.opening else frozenset()
        out |= self.spent_members if lane.renders else frozenset()
        return frozenset(member for department, member in out if department == lane.department)

    def pools_out(self, lane: Facts) -> frozenset[str]:
        """The pools whose steps of a lane are not let through, although the lane is."""
        return self.paused_pools | (self.held_pools if lane.opening else frozenset())
