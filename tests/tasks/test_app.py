"""Promises about messages: what is in them, and in which order they are taken."""

from __future__ import annotations

import ast
import base64
import json
from typing import Any

import pytest
import redis
from kombu.exceptions import OperationalError

from pipeline.plan.trace import Trace
from tasks.app import Message, make_app, publish, queue_of
from worker.places import free_port

_TRACE = Trace(trace_id="4bf92f3577b34da6a3ce929d0e0e4736", span_id="00f067aa0ba902b7")


def message(step: int = 7, *, urgency: str = "normal") -> Message:
    """A message about a step."""
    return Message(
        step=step,
        capability="render.warp",
        label="render J42 chunk 2/4",
        urgency=urgency,
        trace=_TRACE,
        job=42,
        film="demo/row3",
        department="sales",
    )


def stored(client: redis.Redis) -> list[dict[str, Any]]:
    """What lies in the queue's lists, in the order in which it is taken."""
    found = []
    for priority in range(10):
        name = queue_of("render.warp") + (f"\x06\x16{priority}" if priority else "")
        found += [json.loads(raw) for raw in reversed(client.lrange(name, 0, -1))]
    return found


@pytest.fixture
def client(redis_url: str) -> redis.Redis:
    """An empty Redis."""
    client = redis.Redis.from_url(redis_url)
    client.flushall()
    return client


def test_the_body_is_a_step_id_and_nothing_else(redis_url: str, client: redis.Redis) -> None:
    """Trace and names for Flower travel in headers; the body says which step."""
    with make_app(redis_url, time_limit_s=60, steps_per_child=10) as app:
        publish(app, message())
    (raw,) = stored(client)
    arguments, keywords, _ = json.loads(base64.b64decode(raw["body"]))
    assert (arguments, keywords) == ([7], {})
    assert raw["headers"]["traceparent"] == _TRACE.traceparent
    assert (raw["headers"]["shadow"], raw["headers"]["argsrepr"]) == ("render J42 chunk 2/4", "demo/row3")
    told = {"job": 42, "department": "sales", "trace_id": _TRACE.trace_id}
    assert ast.literal_eval(raw["headers"]["kwargsrepr"]) == told, "Flower finds a job's tasks by these"
    assert raw["headers"]["eta"] is None
    client.close()


def test_the_urgent_are_taken_first(redis_url: str, client: redis.Redis) -> None:
    """Urgency orders a queue, and arrival orders what is equally urgent."""
    with make_app(redis_url, time_limit_s=60, steps_per_child=10) as app:
        for step, urgency in enumerate(("bulk", "normal", "urgent", "normal")):
            publish(app, message(step, urgency=urgency))
    bodies = [json.loads(base64.b64decode(raw["body"]))[0][0] for raw in stored(client)]
    assert bodies == [2, 1, 3, 0]
    client.close()


def test_a_redis_that_is_away_is_noticed_at_once() -> None:
    """Nobody who publishes waits for Redis: the next look at the ledger publishes again."""
    away = f"redis://127.0.0.1:{free_port(0)}/0"
    with (
        make_app(away, time_limit_s=60, steps_per_child=10, waits=False) as app,
        pytest.raises(OperationalError),
    ):
        publish(app, message())


@pytest.mark.parametrize(("limit", "visibility"), [(60, 3600), (7200, 14400)])
def test_no_message_is_handed_out_twice_while_its_step_may_run(limit: int, visibility: int) -> None:
    """Redis gives a message to another worker only long after its step must have ended."""
    with make_app("redis://nowhere/0", time_limit_s=limit, steps_per_child=10) as app:
        assert app.conf.broker_transport_options["visibility_timeout"] == visibility


def test_the_settings_lose_nothing() -> None:
    """Each of these was chosen against a loss that was measured."""
    with make_app("redis://nowhere/0", time_limit_s=60, steps_per_child=10) as app:
        conf = app.conf
        assert conf.task_acks_late
        assert conf.task_reject_on_worker_lost
        assert conf.worker_prefetch_multiplier == 1
        assert conf.worker_disable_prefetch
        assert conf.task_ignore_result
        assert conf.result_backend is None
        assert not conf.worker_cancel_long_running_tasks_on_connection_loss
        assert conf.broker_transport_options["queue_order_strategy"] == "priority"
