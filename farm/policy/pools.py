"""Pools: workers that are kept for some films, and which of a film's steps that concerns.

A film may name a pool; its pictures are then rendered by workers of that pool alone. A worker of a pool
renders that pool's films alone, unless it is in `ANY` as well. Everything else of a film is done by anybody:
what waits for cards is rendering. So a pool is a part of what a step needs, as its engine is, and of what a
worker can do: ``render.warp@studio``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from pipeline.plan.errors import InputError

#: Where films without a pool are rendered; no pool's name.
ANY = "any"
#: What stands between a capability and the pool that it is bound to.
MARK = "@"
_RENDERS = "render."
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}")


def pool_named(word: str) -> str:
    """The pool that a word names, in plain form; empty for none, which is also what `ANY` names.

    Raises:
        InputError: ``pool-name-wrong``.
    """
    name = word.strip().casefold()
    if name in {"", ANY}:
        return ""
    if not _NAME.fullmatch(name):
        raise InputError("pool-name-wrong", name=word)
    return name


def pools_in(words: str) -> tuple[str, ...]:
    """The pools of a worker whose films it renders, its first one first; an empty one for films without.

    Args:
        words: names with spaces between, `ANY` among them; empty for films without a pool alone.

    Raises:
        InputError: ``pool-name-wrong``.
    """
    return tuple(dict.fromkeys(pool_named(word) for word in words.split())) or ("",)


def bound(capability: str, pool: str) -> str:
    """What a step needs of a worker if its film has a pool, empty for none: ``render.warp@studio``."""
    plain = plain_of(capability)
    return f"{plain}{MARK}{pool}" if pool and plain.startswith(_RENDERS) else plain


def plain_of(capability: str) -> str:
    """The same without its pool."""
    return capability.partition(MARK)[0]


def pool_of(capability: str) -> str:
    """The pool that a capability is bound to; empty for none."""
    return capability.partition(MARK)[2]


def pool_told(capability: str) -> str:
    """The pool of a step as numbers are told by it: `ANY` where it is rendered by whoever is kept for none.

    Empty for what is no rendering: that is done by workers of any pool.
    """
    return (pool_of(capability) or ANY) if capability.startswith(_RENDERS) else ""


def alike(capability: str, capabilities: Iterable[str]) -> tuple[str, ...]:
    """Those capabilities that are the same thing to do, for whichever pool."""
    plain = plain_of(capability)
    return tuple(dict.fromkeys(each for each in capabilities if plain_of(each) == plain))


def in_pools(capabilities: Collection[str], pools: Iterable[str]) -> tuple[str, ...]:
    """What a worker of some pools does of what it can do, in order: of rendering, its first pool's first."""
    renders = tuple(each for each in capabilities if each.startswith(_RENDERS))
    kept = tuple(bound(each, pool) for pool in pools for each in renders)
    done: dict[str, None] = {}
    for each in capabilities:
        done |= dict.fromkeys(kept if each in renders else (each,))
    return tuple(done)


def pools_rendering(capabilities: Iterable[str]) -> frozenset[str]:
    """The pools whose films are rendered by those who can do all of this; an empty one for films without."""
    return frozenset(pool_of(each) for each in capabilities if each.startswith(_RENDERS))
