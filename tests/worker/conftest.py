"""A real Redis for the processes' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.child import Child
from worker.places import Places, free_port
from worker.redis_server import await_redis, own_redis


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A home folder of one's own."""
    places = Places(home=tmp_path / "home with space")
    places.make()
    return places


@pytest.fixture
def redis_url(places: Places) -> Iterator[str]:
    """A running Redis, as `lectern up` starts it."""
    program, url = own_redis(places, free_port(0))
    child = Child(program)
    child.start()
    await_redis(url, 10)
    yield url
    child.kill()
