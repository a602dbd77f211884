"""Promises about taking messages: ours are handed over, all else is set aside, counted, and comes no more."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest
import redis
from kombu import Consumer, Queue
from kombu.message import Message as Received
from redis.backoff import NoBackoff
from redis.retry import Retry
from structlog.testing import capture_logs

from pipeline.plan.trace import Trace
from tasks import poison
from tasks.app import Message, make_app, publish, queue_of
from tasks.sieve import MOST_BYTES, Stranger, Why
from tasks.transport import take_ours_alone

_GARBAGE = (b"", b"\xff", b"[]", b"{}", b"x" * (MOST_BYTES + 1), b'{"properties": {}, "headers": {}}')


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    """An empty Redis."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


def test_only_our_messages_are_handed_over(redis_url: str, client: redis.Redis) -> None:
    """Garbage of every priority lies before and behind a message of ours: it alone gets as far as Celery."""
    queue, urgent = queue_of("join"), f"{queue_of('join')}\x06\x161"
    for raw in _GARBAGE:
        client.lpush(queue, raw)
    with make_app(redis_url, time_limit_s=60, steps_per_child=10) as app:
        take_ours_alone(app)
        trace = Trace(trace_id="1" * 32, span_id="1" * 16)
        publish(app, Message(step=7, capability="join", label="", urgency="urgent", trace=trace))
        client.lpush(urgent, b"behind")
        app.send_task("other.task", args=(1,), queue=queue, retry=False, ignore_result=True)
        taken: list[object] = []

        def take(message: Received) -> None:
            taken.append(message.payload[0])
            message.ack()

        with app.connection_for_read() as connection:
            consumer = Consumer(connection, [Queue(queue)], on_message=take)
            with consumer, contextlib.suppress(socket.timeout):
                while True:
                    connection.drain_events(timeout=0.2)
    assert taken == [[7]]
    assert not client.llen(queue) + client.llen(urgent)
    found = poison.newest(client)
    assert poison.count(client) == len(found) == len(_GARBAGE) + 2
    assert {each.queue for each in found} == {queue}
    (foreign,) = (each for each in found if each.why == Why.TASK)
    assert foreign.task == "other.task"
    assert foreign.body.startswith("[[1], {}")


def test_what_is_stored_under_the_name_of_a_queue_is_moved_aside(redis_url: str, client: redis.Redis) -> None:
    """Redis refuses to take from what is no list, and a worker would end of it again and again."""
    queue, urgent = queue_of("join"), f"{queue_of('join')}\x06\x161"
    client.set(queue, "before")
    with make_app(redis_url, time_limit_s=60, steps_per_child=10) as app:
        take_ours_alone(app)
        with app.connection_for_read() as connection, Consumer(connection, [Queue(queue)]):
            assert not client.exists(queue)
            client.hset(urgent, "mean", "while")
            with pytest.raises(socket.timeout):
                connection.drain_events(timeout=0.2)
            assert not client.exists(urgent)
    meanwhile, before = poison.newest(client)
    assert (meanwhile.why, before.why) == (Why.KEY, Why.KEY)
    assert client.get(before.message) == b"before"
    assert client.hgetall(meanwhile.message) == {b"mean": b"while"}
    poison.clear(client)
    assert not client.exists(meanwhile.message, before.message)


def test_the_newest_thousand_are_kept_and_all_are_counted(client: redis.Redis) -> None:
    """However much is thrown in, what is kept and what is logged are bounded; cleared, it begins anew."""
    with capture_logs() as log:
        for number in range(poison.KEPT + 5):
            poison.set_aside(client, "lectern.join", str(number).encode() * 5_000, Stranger(why=Why.SHAPE))
    found = poison.newest(client)
    assert poison.count(client) == poison.KEPT + 5
    assert len(found) == poison.KEPT
    told = [line.get("number", 1) for line in log if line["event"].endswith("set aside")]
    assert len(told) < 30
    assert sum(told) > 100, "their number is told as it grows"
    assert found[0].message.startswith("10041004")
    assert max(len(each.message) for each in found) < 5_000 < found[0].bytes
    poison.clear(client)
    assert (poison.count(client), poison.newest(client)) == (0, ())


def test_a_redis_that_is_away_is_no_error() -> None:
    """Who sets aside goes on: the log has told of it."""
    with redis.Redis(port=1, retry=Retry(NoBackoff(), 0)) as away:
        poison.set_aside(away, "lectern.join", b"x", Stranger(why=Why.SHAPE))


def test_a_connection_stays_what_its_url_says() -> None:
    """TLS where it is wanted, and an address in the log that can be read."""
    with make_app("rediss://:secret@host:6390/1", time_limit_s=60, steps_per_child=10) as app:
        plain = app.connection_for_read()
        ssl, uri = plain.ssl, plain.as_uri()
    with make_app("rediss://:secret@host:6390/1", time_limit_s=60, steps_per_child=10) as app:
        take_ours_alone(app)
        ours = app.connection_for_read()
        assert (ours.ssl, ours.as_uri()) == (ssl, uri)
        assert ours.clone().transport.Channel is not plain.transport.Channel
