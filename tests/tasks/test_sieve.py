"""Promises of the sieve: what is ours goes through, and nothing goes through that Celery would choke on."""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from celery.worker.request import Request
from kombu.transport import virtual
from kombu.utils.json import loads

from pipeline.plan.trace import Trace
from tasks.app import Message, make_app, publish
from tasks.sieve import MOST_BYTES, TASK, Stranger, Why, sift

_QUEUE = "lectern.join"
#: What people and programs put where something else is awaited.
_ODD = (
    None,
    "",
    "x",
    0,
    -1,
    10**30,
    1.5,
    True,
    [],
    ["x"],
    {},
    {"x": {}},
    [1, 2],
    {"__type__": "uuid"},
    "\ud800",
)


@pytest.fixture(scope="module")
def ours(redis_url: str) -> dict[str, Any]:
    """A message as it lies in Redis, once it was published."""
    trace = Trace(trace_id="1" * 32, span_id="1" * 16)
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        with make_app(redis_url, time_limit_s=60, steps_per_child=10) as app:
            publish(app, Message(step=7, capability="join", label="x 1/2", urgency="urgent", trace=trace))
        (raw,) = client.lrange(_QUEUE, 0, -1)
    told: dict[str, Any] = json.loads(raw)
    return told


def body(content: object) -> str:
    """A body as Celery writes it."""
    return base64.b64encode(json.dumps(content).encode()).decode()


def changed(message: dict[str, Any], *path: str, to: object) -> bytes:
    """A message with another value somewhere."""
    copy = deepcopy(message)
    place = copy
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return json.dumps(copy).encode()


def why(raw: bytes) -> Why | None:
    """Why a message is none of ours."""
    stranger = sift(raw)
    return stranger.why if stranger else None


def test_what_is_published_goes_through(ours: dict[str, Any]) -> None:
    """So does what was handed back, or what an app that knows more headers has sent."""
    assert sift(json.dumps(ours).encode()) is None
    assert sift(changed(ours, "headers", "redelivered", to=True)) is None
    assert sift(changed(ours, "properties", "delivery_info", "redelivered", to=True)) is None
    assert sift(changed(ours, "headers", "of_a_later_version", to={"a": [1]})) is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", Why.UNREADABLE),
        (b"hello", Why.UNREADABLE),
        (b"\xff\xfe\x00garbage", Why.UNREADABLE),
        (pickle.dumps({"task": TASK}), Why.UNREADABLE),
        (b"[" * 50_000, Why.UNREADABLE),
        (b"9" * 10_000, Why.UNREADABLE),
        (b'{"__type__": "uuid", "__value__": 5}', Why.UNREADABLE),
        (b"x" * (MOST_BYTES + 1), Why.LONG),
        (b"null", Why.SHAPE),
        (b"[1, 2]", Why.SHAPE),
        (b'{"step": 7}', Why.SHAPE),
    ],
)
def test_garbage_is_told_from_envelopes(raw: bytes, expected: Why) -> None:
    """Whatever lies in a queue is judged without an error."""
    assert why(raw) is expected


def test_a_message_of_another_program_is_told_with_its_sender(ours: dict[str, Any]) -> None:
    """Which task, with what, and from where: what it takes to find who sends into our queues."""
    raw = changed(ours, "headers", "task", to="other.task")
    assert sift(raw) == Stranger(
        why=Why.TASK,
        task="other.task",
        origin=ours["headers"]["origin"],
        body=base64.b64decode(ours["body"]).decode(),
    )


@pytest.mark.parametrize(
    "content",
    [
        [["no number"], {}, {}],
        [[], {}, {}],
        [[7, 8], {}, {}],
        [[True], {}, {}],
        [[0], {}, {}],
        [[2**63], {}, {}],
        [[7.0], {}, {}],
        [[7], {"step": 7}, {}],
        [[7], {}, {"chain": [{"task": "other.task"}]}],
        {"task": TASK, "args": [7]},
        7,
    ],
)
def test_a_body_is_the_number_of_a_step_alone(ours: dict[str, Any], content: object) -> None:
    """No number, none at all, more than one, or something that is to follow: none of ours."""
    assert why(changed(ours, "body", to=body(content))) is Why.BODY


def test_a_message_that_nobody_would_acknowledge_is_refused(ours: dict[str, Any]) -> None:
    """It would come again every hour; and a tag of another type would end the worker."""
    for tag in ("1", ["x"]):
        raw = changed(ours, "properties", "delivery_info", "consumer_tag", to=tag)
        assert why(raw) is Why.SHAPE


def test_what_is_pickled_or_packed_is_not_opened(ours: dict[str, Any]) -> None:
    """Another serializer, text that is not base64, a compressed body."""
    assert why(changed(ours, "content-type", to="application/x-python-serialize")) is Why.SERIALIZER
    assert why(changed(ours, "properties", "body_encoding", to=None)) is Why.SERIALIZER
    assert why(changed(ours, "headers", "compression", to="gzip")) is Why.SERIALIZER
    assert why(changed(ours, "body", to="no base64")) is Why.BODY


def test_a_message_for_another_time_is_refused(ours: dict[str, Any]) -> None:
    """A worker would hold one with an ETA of years in its memory, and take nothing else meanwhile."""
    later = (datetime.now(UTC) + timedelta(days=3650)).isoformat()
    assert why(changed(ours, "headers", "eta", to=later)) is Why.TIMED
    assert why(changed(ours, "headers", "expires", to=later)) is Why.TIMED


def places(message: dict[str, Any], *path: str) -> Iterator[tuple[str, ...]]:
    """Where in a message something stands."""
    for name, value in message.items():
        yield (*path, name)
        if isinstance(value, dict):
            yield from places(value, *path, name)


def test_what_goes_through_can_be_read_by_celery(ours: dict[str, Any]) -> None:
    """With anything odd anywhere, a message is refused, or Celery's worker takes it without an error."""
    refused = 0
    with make_app("redis://nowhere/0", time_limit_s=60, steps_per_child=10) as app:
        task = app.task(places, name="tests.any")
        channel = virtual.Channel.__new__(virtual.Channel)
        for path in places(ours):
            for odd in _ODD:
                raw = changed(ours, *path, to=odd)
                if sift(raw) is not None:
                    refused += 1
                    continue
                message = virtual.Message(loads(raw.decode()), channel=channel)
                message.accept = {"application/json"}
                request = Request(message, app=app, task=task)
                assert request.time_limits in ([None, None], (None, None))
                assert request.args[0] > 0
                assert request.eta is None
                assert request.expires is None
                assert request.info(safe=True)
                told = (request.id, request.name, message.delivery_tag, request.correlation_id)
                assert all(isinstance(str(each).encode(), bytes) for each in told)
    assert refused > 100
