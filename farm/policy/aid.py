"""Aid: why a worker renders another pool's film, as people are told of it while it does so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from farm.policy.lending import Dealing, lenders_of, standing_in
from farm.policy.pools import alike, pool_of


class How(StrEnum):
    """How a worker helps another pool.

    Attributes:
        LENT: it is lent while none of its own films waits.
        STANDBY: its pool stands in, since nobody of the other one takes work.
        ENDING: neither any more; it ends the chunk that it has begun.
    """

    LENT = "lent"
    STANDBY = "standby"
    ENDING = "ending"


@dataclass(frozen=True, kw_only=True)
class Aid:
    """A worker at another pool's film.

    Attributes:
        of: the pool that has sent it; an empty one for workers that are kept for none.
        to: the pool whose film it is.
        how: why it does so just now.
    """

    of: str
    to: str
    how: How


def aid_of(
    capability: str, capabilities: Collection[str], dealings: Mapping[str, Dealing], able: Collection[str]
) -> Aid | None:
    """How a worker helps with a step that it is at; None: it does that as its own.

    Args:
        capability: what the step needs.
        capabilities: what the worker does.
        dealings: how pools deal with each other.
        able: the pools in which somebody takes work.
    """
    mine = [pool_of(each) for each in alike(capability, capabilities)]
    pool = pool_of(capability)
    if not mine or pool in mine:
        return None
    standby = standing_in(pool, dealings, able)
    if standby is not None and standby in mine:
        return Aid(of=standby, to=pool, how=How.STANDBY)
    lenders = lenders_of(capability, capabilities, dealings)
    return Aid(
        of=pool_of(lenders[0]) if lenders else mine[0], to=pool, how=How.LENT if lenders else How.ENDING
    )
