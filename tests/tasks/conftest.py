"""A real Redis and a farm without processes for the belt's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from farm.bootstrap import Farm, open_farm
from tests.tasks.yard import break_ground, quick_settings
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


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    """A farm of its own, with real engines and nothing to do.

    Steps run in the process of the tests, which an attempt that does not stop would take along: it gets long.
    """
    settings = quick_settings(tmp_path / "home", LEASE__EXPIRY_S="60")
    break_ground(settings)
    with open_farm(settings) as opened:
        yield opened
