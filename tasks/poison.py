"""Poison messages: what lay in our queues and is none of ours, set aside in Redis for a person to see."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from typing import get_type_hints

import redis
import structlog

from tasks.ration import Ration
from tasks.sieve import Stranger, Why

#: The newest ones, each as JSON, and how many there were in all.
LIST, COUNT = "lectern:poison", "lectern:poison:count"
KEPT = 1_000
#: What is beyond this of a message helps nobody to know it again.
_MOST, _MOST_TOLD = 4_096, 200
#: What stands in the list and is no record of ours is shown under this word; nobody knows when it came there.
STRAY = "record"
#: Milliseconds since the Unix epoch that can be told as a date.
_LATEST = 253_402_300_799_999
#: So many messages are told in the log one by one in a minute; of what is beyond, how many there were.
_ration = Ration(most=20, span_s=60)


@dataclass(frozen=True, kw_only=True)
class Poison:
    """A message that is none of ours.

    Attributes:
        at: when it was set aside, milliseconds since the Unix epoch; 0: nobody knows.
        queue: where it lay.
        why: a value of `tasks.sieve.Why`, or `STRAY`: this record itself is none of ours.
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


#: What a record holds, and of what kind each is.
_KINDS = get_type_hints(Poison)


def set_aside(client: redis.Redis, queue: str, raw: bytes, stranger: Stranger) -> None:
    """Keep a message for a person to see, and count it; nothing is raised.

    The log tells of each, or of their number where they are many. A Redis that is away by now loses nothing
    that anybody needs.
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
    told = _ration.take(time.monotonic())
    if told.besides:
        log.warning("messages set aside", number=told.besides)
    if told.this:
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
        if told.this:
            log.warning("message not set aside", queue=queue, message=poison.message, reason=str(error))


def count(client: redis.Redis) -> int:
    """How many were set aside since they were last cleared, or since Redis began.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    try:
        kept = int(client.llen(LIST))
    except redis.ResponseError:
        kept = len(newest(client))
    # Somebody else may have written there: of what is kept, all are counted.
    with contextlib.suppress(ValueError, redis.ResponseError):
        return max(kept, int(client.get(COUNT) or 0))
    return kept


def newest(client: redis.Redis, most: int = KEPT) -> tuple[Poison, ...]:
    """What was set aside last, the newest first; what others have put between is among it.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    try:
        found = client.lrange(LIST, 0, most - 1)
    except redis.ResponseError as error:
        # Somebody else stored there what is no list.
        return (_stray(f"{LIST}: {error}", 0),)
    return tuple(_record(text) for text in found)


def _record(raw: bytes | str) -> Poison:
    """A record as it was written, or what can be told of one that is none of ours."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    with contextlib.suppress(ValueError, RecursionError):
        told = json.loads(text)
        # A text with half a character in it can be written nowhere.
        json.dumps(told, ensure_ascii=False).encode()
        if isinstance(told, dict) and told.keys() == _KINDS.keys():
            whole = all(type(told[name]) is kind for name, kind in _KINDS.items())
            if whole and 0 <= told["at"] <= _LATEST:
                return Poison(**told)
    return _stray(text, len(raw))


def _stray(text: str, size: int) -> Poison:
    return Poison(at=0, queue="", why=STRAY, task="", origin="", body="", bytes=size, message=text[:_MOST])


def clear(client: redis.Redis) -> None:
    """Forget all of them, with what was moved aside, and count from nought again.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    kept = [each.message for each in newest(client) if each.why == Why.KEY]
    # Whoever writes records of their own has no other key deleted by it.
    moved = [key for key in kept if key.startswith(f"{LIST}:") and key != COUNT]
    client.delete(LIST, COUNT, *moved)
