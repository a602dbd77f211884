"""A client of Redis that never keeps anybody waiting."""

from __future__ import annotations

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

#: A Redis that does not answer within this time is away.
QUICK_S = 1.0


def quick_client(url: str, *, as_text: bool) -> redis.Redis:
    """A client whose calls end within about a second, with an answer or an error.

    Args:
        url: where Redis is.
        as_text: whether what it answers is text; else bytes, as for what anybody may have written.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=QUICK_S,
        socket_connect_timeout=QUICK_S,
        # The library's own retries would keep a worker waiting for many seconds.
        retry=Retry(NoBackoff(), 0),
        decode_responses=as_text,
    )
