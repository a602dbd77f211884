"""Lending: which pools' films a worker may render besides its own, and when.

Two rules lead a film to workers of another pool. A pool may name a stand-by: while nobody of its own could
render a film who takes work, workers of the stand-by do, as if it were theirs. And a pool may lend its
workers: while none of the films that they are kept for waits for them, they render anybody's. Both hold from
one chunk to the next, so a pool has its work and its workers back within a chunk. What else a step asks for,
such as the version of an engine, is asked all the same.

Pools are named as `farm.policy.pools` does: the empty one is that of films, and of workers, without a pool.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from farm.policy.pools import ANY, alike, bound, plain_of, pool_of
from pipeline.plan.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Dealing:
    """How a pool deals with others.

    Attributes:
        lends: whether its workers render others' films while none of their own waits.
        standby: the pool that renders its films while it cannot; None for none.
    """

    lends: bool = False
    standby: str | None = None


#: Of a pool of which nobody has said anything.
ALONE = Dealing()


def chain_of(pool: str, dealings: Mapping[str, Dealing]) -> Iterator[str]:
    """The pools that stand by for a pool, the nearest first; each once, also where they stand in a circle."""
    seen = {pool}
    standby = dealings.get(pool, ALONE).standby
    while standby is not None and standby not in seen:
        yield standby
        seen.add(standby)
        standby = dealings.get(standby, ALONE).standby


def check_chain(pool: str, standby: str | None, dealings: Mapping[str, Dealing]) -> None:
    """Return if a pool may have that stand-by.

    Args:
        pool: the pool.
        standby: its stand-by from now on; None for none.
        dealings: how pools have dealt with each other until now.

    Raises:
        InputError: ``pool-own-standby``, or ``pool-circle`` with the way round.
    """
    if standby == pool:
        raise InputError("pool-own-standby", pool=pool or ANY)
    then = {**dealings, pool: Dealing(standby=standby)}
    way = [pool, *chain_of(pool, then)]
    if then.get(way[-1], ALONE).standby == pool:
        raise InputError(
            "pool-circle", pool=pool or ANY, way=" - ".join(each or ANY for each in (*way, pool))
        )


def standing_in(pool: str, dealings: Mapping[str, Dealing], able: Collection[str]) -> str | None:
    """The pool that renders a pool's films in its place; None: itself does, or nobody.

    Args:
        pool: the films' pool.
        dealings: how pools deal with each other.
        able: the pools in which somebody is who could render them just now and takes work.
    """
    if pool in able:
        return None
    return next((each for each in chain_of(pool, dealings) if each in able), None)


def lenders_of(
    capability: str, capabilities: Collection[str], dealings: Mapping[str, Dealing]
) -> tuple[str, ...]:
    """With which of its own capabilities a worker might be lent for a step; none where it is not, or its own.

    Args:
        capability: what the step needs.
        capabilities: what the worker does.
        dealings: how pools deal with each other.
    """
    if capability in capabilities:
        return ()
    return tuple(each for each in alike(capability, capabilities) if dealings.get(pool_of(each), ALONE).lends)


def may_render(
    capability: str,
    capabilities: Collection[str],
    dealings: Mapping[str, Dealing],
    *,
    able: Collection[str],
    own_waits: bool,
) -> bool:
    """Whether a worker may be given a step of another pool's film now.

    Args:
        capability: what the step needs; none of the worker's.
        capabilities: what the worker does.
        dealings: how pools deal with each other.
        able: the pools in which somebody is who could render the step and takes work.
        own_waits: whether something waits of what the worker is kept for, and could do.
    """
    standby = standing_in(pool_of(capability), dealings, able)
    if standby is not None and bound(plain_of(capability), standby) in capabilities:
        return True
    return not own_waits and bool(lenders_of(capability, capabilities, dealings))


def served(able: Collection[str], known: Collection[str], dealings: Mapping[str, Dealing]) -> frozenset[str]:
    """The pools whose films somebody renders: those with workers, and those that others render for.

    Args:
        able: the pools in which workers are who render.
        known: every pool that is asked about; an empty one for films without.
        dealings: how pools deal with each other.
    """
    if any(dealings.get(pool, ALONE).lends for pool in able):
        return frozenset({*able, *known})
    return frozenset(
        pool for pool in {*able, *known} if pool in able or standing_in(pool, dealings, able) is not None
    )
