"""A real Redis for the belt's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from worker.child import Child
from worker.places import Places, free_port
from worker.redis_server import await_redis, own_redis


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Redis, as `lectern up` starts it."""
    places = Places(home=tmp_path_factory.mktemp("redis"))
    places.make()
    program, url = own_redis(places, free_port(0))
    child = Child(program)
    child.start()
    await_redis(url, 10)
    yield url
    child.kill()
