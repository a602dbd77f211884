"""Promises about the doorbell."""

from __future__ import annotations

import threading
import time

import pytest
import redis

from tasks.bell import Bell
from worker.places import free_port


def test_a_ring_wakes_whoever_waits(redis_url: str) -> None:
    """The dispatcher looks at once, long before its interval is over."""
    waiting, ringing = Bell(redis_url), Bell(redis_url)
    later = threading.Timer(0.1, ringing.ring)
    later.start()
    began = time.monotonic()
    waiting.wait(10)
    assert time.monotonic() - began < 5
    # It may still be reading Redis's answer.
    later.join()
    waiting.close()
    ringing.close()


def test_many_rings_are_heard_as_one(redis_url: str) -> None:
    """What rang while nobody listened is one reason to look, not a hundred."""
    bell = Bell(redis_url)
    for _ in range(100):
        bell.ring()
    bell.wait(10)
    began = time.monotonic()
    bell.wait(0.2)
    assert time.monotonic() - began >= 0.2
    bell.close()


def test_the_epoch_is_lost_with_the_messages(redis_url: str) -> None:
    """A Redis that forgot everything is recognised."""
    bell = Bell(redis_url)
    bell.plant("mark")
    assert bell.epoch() == "mark"
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    assert bell.epoch() is None
    bell.close()


def test_a_redis_that_is_away_makes_it_silent() -> None:
    """Ringing and waiting go on without Redis, each in its time; only the epoch cannot be told."""
    bell = Bell(f"redis://127.0.0.1:{free_port(0)}/0")
    began = time.monotonic()
    bell.ring()
    assert time.monotonic() - began < 1
    bell.wait(0.3)
    assert 0.3 <= time.monotonic() - began < 3
    with pytest.raises(redis.RedisError):
        bell.epoch()
    bell.close()
