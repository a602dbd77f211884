"""Promises about the farm's own Redis."""

from __future__ import annotations

import stat

import pytest
import redis

from pipeline.plan.errors import AwayError, InputError
from worker.places import Places, free_port, only_one, tell_state
from worker.redis_server import await_redis, without_password
from worker.redis_server import redis_url as redis_url_of


def test_it_keeps_what_it_is_told_and_never_drops_it(redis_url: str) -> None:
    """Append-only file, and no key is thrown away to make room."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        settings = client.config_get("*")
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "everysec"
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["bind"] == "127.0.0.1"


def test_nobody_gets_in_without_the_password(redis_url: str, places: Places) -> None:
    """It asks for a password, which stands in files that only their owner may read."""
    with (
        redis.Redis.from_url("redis://" + redis_url.partition("@")[2]) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    for name in ("password", "redis.conf"):
        assert stat.S_IMODE((places.redis / name).stat().st_mode) == 0o600


def test_one_that_does_not_answer_is_named_without_its_password() -> None:
    """The message says where it was looked for, and tells no secret."""
    url = f"redis://:secret@127.0.0.1:{free_port(0)}/0"
    with pytest.raises(AwayError) as caught:
        await_redis(url, 0.2)
    assert caught.value.code == "farm-redis-away"
    assert "secret" not in str(caught.value)
    assert without_password("redis://host:1/0") == "redis://host:1/0"


def test_a_worker_finds_the_redis_that_is_set_or_up(places: Places) -> None:
    """A configured URL wins, then the farm that is up on this home; else it is said what to do."""
    with pytest.raises(InputError, match="farm-redis-unknown"):
        redis_url_of("", places.home)
    with only_one(places):
        tell_state(places, {"redis_url": "redis://up/0"})
        assert redis_url_of("", places.home) == "redis://up/0"
    assert redis_url_of("redis://set/0", places.home) == "redis://set/0"
