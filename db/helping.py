"""Help: who renders other pools' films just now, since pools stand by for each other and lend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from db.fitness import takes_work
from db.ledger import Ledger
from db.pools import dealings_in
from db.prepared import run
from db.states import Stage
from db.tables import skills, workers
from db.values import Skill
from farm.policy.lending import ALONE, Dealing, standing_in
from farm.policy.pools import plain_of, pool_of

_RENDERS = f"{Stage.RENDER}."
_ABLE = (
    select(skills.c.capability, skills.c.profile)
    .join_from(skills, workers, skills.c.worker == workers.c.name)
    .where(skills.c.capability.like(f"{_RENDERS}%"), takes_work())
    .distinct()
)


@dataclass(frozen=True, kw_only=True)
class Help:
    """Who could help.

    Attributes:
        dealings: how pools deal with each other.
        able: how those render who live and take work.
    """

    dealings: Mapping[str, Dealing] = field(default_factory=dict)
    able: frozenset[Skill] = frozenset()

    def helpers(self, capability: str, profile: str | None = None) -> tuple[str, ...]:
        """The pools that render films of another one: the one that stands in, else all that lend for it.

        Args:
            capability: what the films need.
            profile: digest of their render profile; None: whatever it is.
        """
        if (pool := self.stands_in(capability, profile)) is not None:
            return (pool,)
        able = sorted(self._pools(capability, profile) - {pool_of(capability)})
        return tuple(each for each in able if self.dealings.get(each, ALONE).lends)

    def stands_in(self, capability: str, profile: str | None = None) -> str | None:
        """The pool that renders another one's films while that cannot; None: it can, or nobody does."""
        if not self.dealings or not capability.startswith(_RENDERS):
            return None
        return standing_in(pool_of(capability), self.dealings, self._pools(capability, profile))

    def _pools(self, capability: str, profile: str | None) -> frozenset[str]:
        """The pools in which somebody is who could render such a film."""
        plain = plain_of(capability)
        return frozenset(
            pool_of(each.capability)
            for each in self.able
            if plain_of(each.capability) == plain and profile in {None, each.profile}
        )


def help_in(connection: Connection) -> Help:
    """The help that there is, within a transaction; where no pool deals with others, none is looked for."""
    dealings = dealings_in(connection)
    if not dealings:
        return Help()
    able = (Skill(capability=row.capability, profile=row.profile) for row in run(connection, _ABLE, {}))
    return Help(dealings=dealings, able=frozenset(able))


def read_help(ledger: Ledger) -> Help:
    """The same.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return help_in(connection)
