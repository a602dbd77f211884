"""Messages of others in our queues, as a person is told of them: how many, and which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from db import strays
from farm.bootstrap import Farm, Settings
from farm.caller import caller
from pipeline.plan.errors import AwayError, InputError
from tasks import poison
from tasks.client import quick_client
from tasks.poison import Poison
from worker.redis_server import redis_url, trouble_with


def number_of(settings: Settings) -> int | None:
    """How many messages that are none of ours were set aside; None while Redis is away or no farm is up."""
    try:
        with _redis(settings) as client:
            return poison.count(client)
    except (AwayError, InputError):
        return None


def newest(settings: Settings, most: int) -> tuple[int, tuple[Poison, ...]]:
    """How many were set aside, and the newest of them.

    Raises:
        InputError: ``farm-redis-unknown``.
        AwayError: ``farm-redis-away``.
    """
    with _redis(settings) as client:
        return poison.count(client), poison.newest(client, most)


def clear(farm: Farm) -> int:
    """Forget those that were set aside, and have the audit say so; how many there were.

    Raises:
        InputError: ``farm-redis-unknown``.
        AwayError: ``farm-redis-away``, ``ledger-away``.
    """
    with _redis(farm.settings) as client:
        number = poison.count(client)
        if number:
            strays.tell_cleared(farm.ledger, number, by=caller())
            poison.clear(client)
        return number


@contextmanager
def _redis(settings: Settings) -> Iterator[redis.Redis]:
    url = redis_url(settings.redis.location, settings.home)
    try:
        with quick_client(url, as_text=False) as client:
            yield client
    except redis.RedisError as error:
        raise trouble_with(url, error) from error
