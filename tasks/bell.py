"""The doorbell in Redis: rung by whoever changed the ledger, heard by dispatchers; nothing depends on it."""

from __future__ import annotations

import contextlib
import time

import redis

from tasks.client import QUICK_S, quick_client
from tasks.poison import set_aside
from tasks.sieve import Stranger

_BELL = "lectern:bell"
_EPOCH = "lectern:epoch"
#: Every ring beyond this one says nothing new.
_RINGS = 8


class Bell:
    """One process's end of the doorbell. A Redis that is away makes it silent, never an error.

    Args:
        url: where Redis is.
    """

    def __init__(self, url: str) -> None:
        self._redis = quick_client(url, as_text=True)

    def ring(self) -> None:
        """Say that there is something new in the ledger."""
        with contextlib.suppress(redis.RedisError):
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.lpush(_BELL, "1")
            pipeline.ltrim(_BELL, 0, _RINGS - 1)
            pipeline.execute()

    def wait(self, seconds: float) -> None:
        """Wait until somebody rings, or for so long; rings that came together are heard as one."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                # The server answers well before the socket's own limit.
                heard = self._redis.blpop([_BELL], timeout=min(left, QUICK_S / 2))
                if heard is not None:
                    self._redis.delete(_BELL)
                    return
            except redis.RedisError:
                time.sleep(min(left, QUICK_S / 2))

    def epoch(self) -> str | None:
        """The mark planted last; None when Redis has forgotten it, and with it every message.

        Raises:
            redis.RedisError: Redis cannot be reached.
        """
        mark = self._redis.get(_EPOCH)
        return mark if isinstance(mark, str) else None

    def plant(self, mark: str) -> None:
        """Plant a mark that is lost exactly when Redis loses its messages.

        Raises:
            redis.RedisError: Redis cannot be reached.
        """
        self._redis.set(_EPOCH, mark)

    def refuse(self, queue: str, raw: bytes, stranger: Stranger) -> None:
        """Set aside what came through the door and is none of ours."""
        set_aside(self._redis, queue, raw, stranger)

    def close(self) -> None:
        """Hang up; it may be called twice."""
        self._redis.close()
