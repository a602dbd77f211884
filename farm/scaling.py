"""Pools that work at night alone: woken at its beginning, sent to rest at its end.

A pool's workers are locked at the end, so that they take nothing new, and unlocked at the next beginning:
those alone that a night has locked, never one that a person has. A program of the operator's own may start
machines before, and stop them once their workers rest.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable

from db import posts, roll
from db.roll import Entry
from db.states import WorkerOrder
from farm.bootstrap import Farm
from farm.caller import caller
from farm.policy.pools import pool_named, pools_rendering
from pipeline.plan.errors import InputError, TransientError

#: By which a night knows its own orders.
REASON = "nightly: until the next night"
_BEGINS = "nightly: a night begins"
#: How long the operator's program may take, in seconds.
_PATIENCE_S = 600.0
_TAIL = 300


def pools_to_scale(words: list[str]) -> tuple[str, ...]:
    """The pools that are named, each once.

    Raises:
        InputError: ``nightly-pool-wrong``: no pool can be called so; workers of no pool work by day.
    """
    pools: dict[str, None] = {}
    for word in words:
        try:
            pool = pool_named(word)
        except InputError as error:
            raise InputError("nightly-pool-wrong", pool=word) from error
        if not pool:
            raise InputError("nightly-pool-wrong", pool=word)
        pools[pool] = None
    return tuple(pools)


def wake(farm: Farm, pool: str) -> int:
    """Have a pool work; how many of its workers were unlocked. The operator's program comes first.

    Raises:
        InputError: ``nightly-scale-wrong``.
        TransientError: ``nightly-scale-failed``: that program did not succeed; nobody was unlocked.
        AwayError: ``ledger-away``.
    """
    _call(farm, "up", pool)
    return _order(farm, pool, WorkerOrder.NONE)


def send_to_rest(farm: Farm, pool: str, *, wait: Callable[[Callable[[], bool]], None]) -> int:
    """Have a pool take nothing new; how many of its workers were locked.

    What they are at is finished; the operator's program comes after that, or once `wait` waits no longer.

    Args:
        farm: the farm.
        pool: the pool.
        wait: waits until what it is given is true, for as long as the caller likes.

    Raises:
        InputError, TransientError, AwayError: as `wake`.
    """
    locked = _order(farm, pool, WorkerOrder.LOCK)
    if farm.settings.nightly.scale_command.strip():
        wait(lambda: not any(entry.works for entry in _crew(farm, pool)))
        _call(farm, "down", pool)
    return locked


def _crew(farm: Farm, pool: str) -> list[Entry]:
    """The workers that are kept for a pool alone, or for it and others; those of no pool work by day, too."""
    entries = ((entry, pools_rendering(entry.capabilities)) for entry in roll.read_roll(farm.ledger))
    return [entry for entry, pools in entries if pool in pools and "" not in pools]


def _order(farm: Farm, pool: str, what: WorkerOrder) -> int:
    """Order those that are not under somebody else's order."""
    ordered = 0
    for entry in _crew(farm, pool):
        ours = entry.post.ordered is WorkerOrder.LOCK and entry.post.reason == REASON
        free = entry.post.ordered is WorkerOrder.NONE
        if (what is WorkerOrder.NONE and ours) or (what is WorkerOrder.LOCK and free):
            reason = REASON if what is WorkerOrder.LOCK else _BEGINS
            posts.order(farm.ledger, entry.name, what, reason=reason, by=caller())
            ordered += 1
    return ordered


def _call(farm: Farm, verb: str, pool: str) -> None:
    """Call the operator's program, if there is one, without a shell."""
    try:
        words = shlex.split(farm.settings.nightly.scale_command)
    except ValueError as error:
        raise InputError("nightly-scale-wrong", reason=str(error)) from error
    if not words:
        return
    reason = ""
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own program, and no shell
            [*words, verb, pool],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        reason = "Connection timed out"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    else:
        if done.returncode:
            told = " ".join(done.stdout.decode(errors="replace").split())[-_TAIL:]
            reason = f"exit {done.returncode}{': ' if told else ''}{told}"
    if reason:
        raise TransientError("nightly-scale-failed", program=words[0], verb=verb, pool=pool, reason=reason)
