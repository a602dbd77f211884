"""Poison messages: what lay in our queues and is none of ours, set aside in Redis for a person to see."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass

import redis
import structlog

from tasks.sieve import Stranger, Why

#: The newest ones, each as JSON, and how many there were in all.
LIST, COUNT = "lectern:poison", "lectern:poison:count"
KEPT = 1_000
#: What is beyond this of a message helps nobody to know it again.
_MOST, _MOST_TOLD = 4_096, 200


@dataclass(frozen=True, kw_only=True)
class Poison:
    """A message that is none of ours.

    Attributes:
        at: when it was set aside, milliseconds since the Unix epoch.
        queue: where it lay.
        why: a value of `tasks.sieve.Why`.
        task: the task that it names; empty if it names none.
        origin: who sent it, if it tells.
        body: what it carries, cut; empty if it cannot be read.
        bytes: how long the whole message was.
        message: the message itself, cut; what is not UTF-8 in it is replaced.
    """

    at: int
    queue: str
    why: str
    task: str
    origin: str
    body: str
    bytes: int
    message: str


def set_aside(client: redis.Redis, queue: str, raw: bytes, stranger: Stranger) -> None:
    """Keep a message for a person to see, and count it; nothing is raised.

    A Redis that is away by now loses nothing that anybody needs: the log has told of it.
    """
    poison = Poison(
        at=int(time.time() * 1000),
        queue=queue,
        why=stranger.why.value,
        task=stranger.task[:_MOST_TOLD],
        origin=stranger.origin[:_MOST_TOLD],
        body=stranger.body[:_MOST_TOLD],
        bytes=len(raw),
        message=raw[:_MOST].decode("utf-8", "replace"),
    )
    log = structlog.get_logger()
    log.warning(
        "message set aside",
        why=poison.why,
        queue=queue,
        task=poison.task,
        origin=poison.origin,
        size=len(raw),
    )
    try:
        pipeline = client.pipeline(transaction=True)
        pipeline.lpush(LIST, json.dumps(asdict(poison)))
        pipeline.ltrim(LIST, 0, KEPT - 1)
        pipeline.incr(COUNT)
        pipeline.execute()
    except redis.RedisError as error:
        log.warning("message not set aside", queue=queue, message=poison.message, reason=str(error))


def count(client: redis.Redis) -> int:
    """How many were set aside since they were last cleared, or since Redis began.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    found = client.get(COUNT)
    return int(found) if isinstance(found, bytes | str) else 0


def newest(client: redis.Redis, most: int = KEPT) -> tuple[Poison, ...]:
    """What was set aside last, the newest first.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    found = client.lrange(LIST, 0, most - 1)
    return tuple(Poison(**json.loads(text)) for text in found) if isinstance(found, list) else ()


def clear(client: redis.Redis) -> None:
    """Forget all of them, with what was moved aside, and count from nought again.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    moved = [each.message for each in newest(client) if each.why == Why.KEY]
    client.delete(LIST, COUNT, *moved)
