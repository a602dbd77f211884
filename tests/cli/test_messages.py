"""Promises of `lectern dead messages`: what was none of ours is told with its sender, and forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import text

from cli.exits import Exit
from farm.bootstrap import open_farm, settings_of
from tasks.poison import COUNT, LIST, set_aside
from tasks.sieve import Stranger, Why
from tests.cli.conftest import Lectern
from worker import strangers
from worker.child import Child
from worker.places import Places, free_port
from worker.redis_server import await_redis, own_redis


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """The Redis of the farm."""
    places = Places(home=tmp_path / "redis")
    places.make()
    program, url = own_redis(places, free_port(0))
    child = Child(program)
    child.start()
    await_redis(url, 10)
    monkeypatch.setenv("LECTERN_REDIS__URL", url)
    with redis.Redis.from_url(url) as client:
        yield client
    child.kill()


def test_messages_of_others_are_told_and_forgotten(
    lectern: Lectern, ready_home: Path, client: redis.Redis
) -> None:
    """How many, why, from whom; the document has the message itself; whoever forgets them is kept."""
    assert ready_home.exists()
    assert "Nothing but" in lectern("dead", "messages").out
    assert strangers.number_of(settings_of()) == 0
    set_aside(client, "lectern.join", b"\xff\x1b[31mred", Stranger(why=Why.UNREADABLE))
    stranger = Stranger(why=Why.TASK, task="other.task", origin="gen7@host", body="[[1], {}, {}]")
    set_aside(client, "lectern.speak", b"{}", stranger)
    page = lectern("dead", "messages").out
    for word in ("Set aside: 2", "another program's task", "gen7@host", "other.task [[1]", "lectern.join"):
        assert word in page
    assert "\x1b" not in page
    assert "其他程序的任务" in lectern("dead", "messages", "--lang", "zh").out
    told = lectern("dead", "messages", "--json", "--most", "1").document
    assert (told["number"], len(told["messages"])) == (2, 1)
    assert told["messages"][0]["message"] == "{}"
    assert strangers.number_of(settings_of()) == 2
    assert "2" in lectern("dead", "messages", "--clear").out
    assert strangers.number_of(settings_of()) == 0
    with open_farm() as farm, farm.ledger.read() as connection:
        (kept,) = connection.execute(text("SELECT detail FROM audit WHERE verb = 'clear-messages'")).all()
    assert kept.detail == "2"


def test_what_others_wrote_among_the_records_is_told_too(
    lectern: Lectern, ready_home: Path, client: redis.Redis
) -> None:
    """Garbage, half a record, one of the wrong kinds: shown as none of ours, and cleared with the others."""
    assert ready_home.exists()
    ours = {
        "at": 1,
        "queue": "",
        "why": "key",
        "task": "",
        "origin": "",
        "body": "",
        "bytes": 1,
        "message": "x",
    }
    for record in (
        "[",
        "{}",
        "7",
        "\x1b[31m",
        ours | {"at": "1"},
        ours | {"at": 10**20},
        ours | {"body": "\ud800"},
    ):
        client.lpush(LIST, record if isinstance(record, str) else json.dumps(record))
    client.lpush(LIST, b"\xff", json.dumps(ours))
    client.set("x", "somebody else's")
    client.set(COUNT, "many")
    page = lectern("dead", "messages")
    assert page.code == Exit.OK
    assert page.out.count("put here by others") == 8
    assert "\x1b" not in page.out
    told = lectern("dead", "messages", "--json").document
    assert (told["number"], [each["at"] for each in told["messages"]].count(None)) == (9, 8)
    assert strangers.number_of(settings_of()) == 9
    assert lectern("dead", "messages", "--clear").code == Exit.OK
    assert client.get("x") == b"somebody else's"
    client.hset(LIST, "no", "list")
    assert "WRONGTYPE" in lectern("dead", "messages").out
    assert lectern("dead", "messages", "--clear").code == Exit.OK
    assert "Nothing but" in lectern("dead", "messages").out


def test_a_redis_that_is_away_is_told(
    lectern: Lectern, ready_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error with its cure; who only wants the number goes on without it."""
    assert ready_home.exists()
    assert strangers.number_of(settings_of()) is None
    assert lectern("dead", "messages").code == Exit.SETUP
    monkeypatch.setenv("LECTERN_REDIS__URL", f"redis://:secret@127.0.0.1:{free_port(0)}/0")
    assert strangers.number_of(settings_of()) is None
    answer = lectern("dead", "messages")
    assert answer.code == Exit.AWAY
    assert "farm-redis-away" in answer.err
    assert "secret" not in answer.err
