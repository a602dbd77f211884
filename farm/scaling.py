"""Pools that work at night alone: woken at its beginning, sent to rest at its end.

A pool's workers are locked at the end, so that they take nothing new, and unlocked at the next beginning:
those alone that a night has locked, never one that a person has. A program of the operator's own may start
machines before, and stop them once their workers rest.

A night that is killed sends nobody to rest. So it keeps telling, as long as it lives, that its pools are
awake, and where that is told no more, whoever leads the farm sends them to rest in its place. How long ago it
was told is measured by the listener's own clock alone.
"""

from __future__ import annotations

import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog

from db import posts, roll
from db.ledger import Ledger
from db.roll import Entry
from db.states import WorkerOrder
from farm.bootstrap import Farm
from farm.caller import caller
from farm.policy.pools import pool_named, pools_rendering
from pipeline.plan.errors import InputError, LecternError, TransientError

#: By which a night knows its own orders.
REASON = "nightly: until the next night"
_BEGINS = "nightly: a night begins"
#: How often a night tells that it lives, and after how long without that it does not, in seconds.
_AWAKE_EVERY_S, _OVER_S = 60.0, 300.0
#: Whoever could not look for so long, in seconds, has heard nothing meanwhile, and begins to listen anew.
_DEAF_S = 180.0
_LEADER = "lectern"
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


@contextmanager
def awake(farm: Farm, pools: Sequence[str], *, every_s: float = _AWAKE_EVERY_S) -> Iterator[None]:
    """Keep telling that these pools are awake, from a thread of its own, until the block ends.

    Workers that come later are told of, too, and those that were sent to rest meanwhile are woken again.
    """
    ending = threading.Event()

    def tell() -> None:
        while not ending.is_set():
            for pool in pools:
                try:
                    _keep_awake(farm, pool)
                except LecternError as error:
                    # A ledger that is away comes back, and who listens cannot reach it either.
                    structlog.get_logger().warning("not told", pool=pool, code=error.code)
            ending.wait(every_s)

    teller = threading.Thread(target=tell, name="awake", daemon=True)
    if pools:
        teller.start()
    try:
        yield
    finally:
        ending.set()
        if pools:
            teller.join()


def _keep_awake(farm: Farm, pool: str) -> None:
    _order(farm, pool, WorkerOrder.NONE)
    for entry in _crew(farm, pool):
        if entry.post.ordered is WorkerOrder.NONE:
            posts.order(
                farm.ledger, entry.name, WorkerOrder.NONE, reason=_BEGINS, by=caller(), seen=entry.post,
                audited=False,
            )  # fmt: skip


class Vigil:
    """Sends to rest what a night has woken that lives no more; one in each leading dispatcher.

    Args:
        ledger: the ledger.
        over_s: after how long without a word a night is over, in seconds.
        clock: the time of the listener alone, in seconds.
    """

    def __init__(
        self, ledger: Ledger, *, over_s: float = _OVER_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._over_s = over_s
        self._heard: dict[str, tuple[int, float]] = {}
        self._looked = 0.0

    def turn(self) -> None:
        """Look who is awake, and lock those of whom nothing was told for too long.

        Raises:
            AwayError: ``ledger-away``.
        """
        woken = {
            name: post
            for name, post in posts.read_posts(self._ledger).items()
            if post.ordered is WorkerOrder.NONE and post.reason == _BEGINS
        }
        now = self._clock()
        before = self._heard if now - self._looked < _DEAF_S else {}
        self._looked = now
        self._heard = {}
        for name, post in woken.items():
            at, since = before.get(name, (0, now))
            since = since if at == post.at else now
            self._heard[name] = post.at, since
            if now - since >= self._over_s and posts.order(
                self._ledger, name, WorkerOrder.LOCK, reason=REASON, by=_LEADER, seen=post
            ):
                structlog.get_logger().warning("night killed, worker rests", worker=name)


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
            ordered += posts.order(farm.ledger, entry.name, what, reason=reason, by=caller(), seen=entry.post)
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
