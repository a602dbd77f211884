"""The Celery app: a belt that carries step ids, and may lose, double or delay any of them without harm.

The ledger is the queue; a message only says "look at this step". So there is no result backend, no
countdown and no chord, and every setting below is chosen against a loss that was measured with Celery on
Redis: what a worker holds is acknowledged late and goes back when its process dies, nothing is fetched
ahead, and a running step is not cancelled because Redis went away.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from celery import Celery

from pipeline import spans
from pipeline.plan.trace import Trace
from tasks.sieve import TASK

_QUEUES = "lectern."
#: Redis priorities, 0 first.
_PRIORITIES = {"urgent": 0, "normal": 4, "bulk": 8}
#: Redis gives a message that was not acknowledged to another worker after this long, at the least.
_LEAST_VISIBILITY_S = 3600
_SOCKET_S = 10
_TLS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One ring of the doorbell for one step.

    Attributes:
        step: the step's id, the whole body of the message.
        capability: what a worker needs to be able to do for it; names the queue.
        label: the step in words, for Flower, such as ``render J42 chunk 3/7``.
        urgency: urgent, normal or bulk, as things stand when it is sent.
        trace: the job's trace.
        job: the job's id, for Flower, as is the rest; 0: not told.
        film: the film in words, such as ``demo/row3``.
        department: the name of the department that it is for.
    """

    step: int
    capability: str
    label: str
    urgency: str
    trace: Trace
    job: int = 0
    film: str = ""
    department: str = ""


def queue_of(capability: str) -> str:
    """The Celery queue of a capability."""
    return _QUEUES + capability


def make_app(
    redis_url: str,
    *,
    time_limit_s: int,
    steps_per_child: int,
    memory_per_child_mb: int = 0,
    waits: bool = True,
) -> Celery:
    """A Celery app on this Redis; nothing is connected yet.

    Args:
        redis_url: where the doorbell is.
        time_limit_s: after this long Celery kills the process of a step.
        steps_per_child: after so many steps a worker's process is replaced.
        memory_per_child_mb: after a step at which it has held more megabytes, too; 0: no limit.
        waits: whether it waits for a Redis that is away, as a worker does; else that is an error at once.
    """
    app = Celery("lectern", broker=redis_url, set_as_current=False)
    app.conf.update(_settings(time_limit_s, steps_per_child))
    if memory_per_child_mb:
        app.conf.worker_max_memory_per_child = memory_per_child_mb * 1_000_000 // 1024
    if redis_url.startswith("rediss://"):
        # Celery reads this from the URL; Flower does not.
        app.conf.broker_use_ssl = _tls(redis_url)
    if not waits:
        app.conf.broker_transport_options["max_retries"] = 0
    return app


def _tls(url: str) -> dict[str, Any]:
    """What a URL says of TLS, as clients of Redis take it; the certificate is checked unless it says none."""
    told = {name: value for name, value in parse_qsl(urlsplit(url).query) if name.startswith("ssl_")}
    needs = {"none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL}.get(
        told.get("ssl_cert_reqs", ""), ssl.CERT_REQUIRED
    )
    files = {name: told[name] for name in _TLS_FILES if name in told}
    named = told.get("ssl_check_hostname", "true").lower() != "false"
    return {**files, "ssl_cert_reqs": needs, "ssl_check_hostname": named and needs != ssl.CERT_NONE}


def _settings(time_limit_s: int, steps_per_child: int) -> Mapping[str, Any]:
    return {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_acks_on_failure": True,
        "task_acks_on_timeout": True,
        "task_ignore_result": True,
        "task_publish_retry": False,
        # It names the task, not the step, and often comes after what the worker says of the same message.
        "task_send_sent_event": False,
        "task_time_limit": time_limit_s,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        "worker_disable_prefetch": True,
        "worker_concurrency": 1,
        "worker_pool": "prefork",
        "worker_max_tasks_per_child": steps_per_child,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_send_task_events": True,
        "worker_proc_alive_timeout": 60.0,
        # structlog writes every line; Celery's own loggers reach it through the standard logging.
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": _SOCKET_S,
        "broker_transport_options": {
            "visibility_timeout": max(_LEAST_VISIBILITY_S, 2 * time_limit_s),
            "priority_steps": list(range(10)),
            "queue_order_strategy": "priority",
            "socket_timeout": _SOCKET_S,
            "socket_connect_timeout": _SOCKET_S,
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
    }


def publish(app: Celery, message: Message) -> None:
    """Put one message into its queue, or fail at once: whoever publishes comes back by itself.

    Raises:
        kombu.exceptions.OperationalError: Redis cannot be reached.
    """
    queue = queue_of(message.capability)
    facts: dict[str, str | int] = {"messaging.destination.name": queue, "messaging.operation.type": "send"}
    facts |= {"messaging.operation.name": "send", "lectern.step": message.step, "lectern.job": message.job}
    with spans.below(message.trace, f"send {queue}", {**spans.MESSAGING, **facts}, sends=True):
        app.send_task(
            TASK,
            args=(message.step,),
            queue=queue,
            priority=_PRIORITIES.get(message.urgency, _PRIORITIES["normal"]),
            headers={"traceparent": message.trace.traceparent},
            shadow=message.label,
            argsrepr=message.film,
            kwargsrepr=repr(
                {"job": message.job, "department": message.department, "trace_id": message.trace.trace_id}
            ),
            retry=False,
            ignore_result=True,
        )
