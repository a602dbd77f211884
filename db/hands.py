"""Hands: who does what of those who take work, for their own pools and for others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from db.helping import Help
from db.states import Stage
from db.values import Skill
from farm.policy.pools import bound, plain_of

_RENDERS = f"{Stage.RENDER}."


class Crews:
    """Workers by what they may be given, and who of them does what.

    Args:
        crew: who takes work, by name, with what each may be given.
        help_: who helps whom.
    """

    def __init__(self, crew: Mapping[str, frozenset[Skill]], help_: Help) -> None:
        self._skills = sorted({skills for skills in crew.values() if skills}, key=_told)
        self.of = {name: self._skills.index(skills) for name, skills in crew.items() if skills}
        self.hands = Counter(self.of.values())
        self._help = help_
        self._known: dict[tuple[str, str | None], tuple[frozenset[int], frozenset[int]]] = {}

    @property
    def number(self) -> int:
        """How many different crews there are."""
        return len(self._skills)

    @property
    def anybody_renders(self) -> bool:
        """Whether somebody renders anything."""
        return any(each.capability.startswith(_RENDERS) for skills in self._skills for each in skills)

    def doing(self, capability: str, profile: str | None = None) -> tuple[frozenset[int], frozenset[int]]:
        """Who does something as their own, or stands in for those who would, and who would be lent for it.

        Args:
            capability: what it needs.
            profile: digest of the render profile; None: whatever it is.
        """
        key = capability, profile
        if key not in self._known:
            own = self._able({capability}, profile)
            helping = {bound(plain_of(capability), pool) for pool in self._help.helpers(capability, profile)}
            others = self._able(helping, profile) - own
            stands_in = self._help.stands_in(capability, profile) is not None
            self._known[key] = (own | others, frozenset()) if stands_in else (own, others)
        return self._known[key]

    def _able(self, capabilities: Collection[str], profile: str | None) -> frozenset[int]:
        return frozenset(
            number
            for number, skills in enumerate(self._skills)
            if any(each.capability in capabilities and profile in {None, each.profile} for each in skills)
        )


def _told(skills: frozenset[Skill]) -> list[tuple[str, str]]:
    """What tells a set of skills from another, in an order."""
    return sorted((each.capability, each.profile) for each in skills)
