"""Promises about the supervisor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from farm.policy.placement import Post
from tests.tasks.yard import break_ground, quick_settings
from worker.life import Life
from worker.places import Places, only_one
from worker.up import Supervisor, standing_on


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """A supervisor that has started everything."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    places = Places(home=settings.home)
    with only_one(places):
        supervisor = Supervisor(settings, places, [Post(name="cpu0")], Life(hung_s=60))
        try:
            supervisor.start()
            yield supervisor
        finally:
            supervisor.kill()


def test_a_full_disk_does_not_take_the_farm_down(supervisor: Supervisor) -> None:
    """What cannot be written now is told at a later look; what runs goes on running."""
    home = supervisor._places.home
    before = standing_on(home)
    assert before is not None
    supervisor._places.run.rename(home / "away")
    (home / "run").write_text("no folder can be here")
    psutil.Process(before.processes["dispatcher"]).kill()
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        supervisor.tend()
        time.sleep(0.02)
    with redis.Redis.from_url(before.redis_url) as client:
        assert client.ping()
    (home / "run").unlink()
    (home / "away").rename(home / "run")
    until = time.monotonic() + 20
    while (now := standing_on(home)) is None or now.processes["dispatcher"] in (
        0,
        before.processes["dispatcher"],
    ):
        assert time.monotonic() < until
        supervisor.tend()
        time.sleep(0.02)
    assert now.processes["redis"] == before.processes["redis"]
