"""The sieve: tells a message of ours from anything else that lies in our queues, before Celery looks at it.

Celery's worker is not made for strangers: garbage that is no JSON, an envelope without its properties or a
header of the wrong type end its main process, and with it the step in work. What is let through here is
exactly what `tasks.app.publish` writes, as far as anybody reads it. Pure.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

#: The one task that there is.
TASK = "lectern.step"
#: Ours are of about 1,200 bytes; what is beyond this is not even parsed.
MOST_BYTES = 65_536
_MOST_STEP = 2**63 - 1
_JSON = ("application/json", "utf-8", "base64")
#: What a task carries: its arguments, its keyword arguments, and what is to follow.
_PARTS = 3
#: Headers of which Celery's worker takes more than a plain value; ours bear nothing in them.
_IDLE: Mapping[str, object] = {"timelimit": [None, None], "stamps": {}, "stamped_headers": []}
_PLAIN = ("shadow", "root_id", "parent_id", "group", "retries", "argsrepr", "kwargsrepr", "ignore_result")
_PLAIN_PROPERTIES = ("priority", "correlation_id", "reply_to")


class Why(StrEnum):
    """Why a message is none of ours."""

    #: It is longer than `MOST_BYTES`.
    LONG = "long"
    #: It is no JSON text.
    UNREADABLE = "unreadable"
    #: It is JSON, but not what Celery wraps its messages in.
    SHAPE = "shape"
    #: It is a task of another program, or none at all.
    TASK = "task"
    #: Its body is not JSON: pickled, say, or compressed. It is never opened.
    SERIALIZER = "serializer"
    #: Its body is not the number of a step.
    BODY = "body"
    #: It is meant for a later time or for a while only, which no message of ours is.
    TIMED = "timed"
    #: It is no message: something else was stored under a queue's name. What is kept tells where it is now.
    KEY = "key"
    #: The ledger knows no such step.
    STEP = "step"


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """What can be told of a message that is none of ours.

    Attributes:
        why: why it is none.
        task: the task that it names; empty if it names none.
        origin: who sent it, as Celery's clients tell: process and host; empty if it is not told.
        body: what it carries, as text if that can be had without running anything; empty if not.
    """

    why: Why
    task: str = ""
    origin: str = ""
    body: str = ""


def sift(raw: bytes) -> Stranger | None:
    """What a message is that lay in one of our queues; None: one of ours."""
    if len(raw) > MOST_BYTES:
        return Stranger(why=Why.LONG)
    try:
        message = json.loads(raw, object_hook=_plain_object)
        # A text with half a character in it can be written nowhere.
        json.dumps(message, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return Stranger(why=Why.UNREADABLE)
    return _judge(message)


def can_be_opened(order: object) -> bool:
    """Whether what came on the line of orders, as kombu has parsed it, has all that kombu reaches for."""
    if not isinstance(order, dict) or not isinstance(order.get("headers"), dict):
        return False
    properties, body = order.get("properties"), order.get("body")
    if not isinstance(properties, dict) or properties.get("body_encoding") != "base64":
        return False
    tag, delivery = properties.get("delivery_tag"), properties.get("delivery_info")
    is_addressed = isinstance(tag, str) and isinstance(delivery, dict)
    return is_addressed and isinstance(body, str) and isinstance(_opened(body)[0], dict)


def _plain_object(found: dict[str, object]) -> dict[str, object]:
    """Refuse what kombu would make values of other types of, each with errors of its own."""
    if "__type__" in found:
        raise ValueError(found)
    return found


def _judge(message: object) -> Stranger | None:
    if not isinstance(message, dict) or not _is_envelope(message):
        return Stranger(why=Why.SHAPE)
    headers, properties = message["headers"], message["properties"]
    form = (message.get("content-type"), message.get("content-encoding"), properties.get("body_encoding"))
    is_json = form == _JSON and headers.get("compression") is None
    body, told = _opened(message.get("body")) if is_json else (None, "")
    why: Why | None = None
    if headers.get("task") != TASK:
        why = Why.TASK
    elif not is_json:
        why = Why.SERIALIZER
    elif not _is_step(body):
        why = Why.BODY
    elif headers.get("eta") is not None or headers.get("expires") is not None:
        why = Why.TIMED
    elif not _is_harmless(headers, properties):
        why = Why.SHAPE
    if why is None:
        return None
    return Stranger(why=why, task=_text(headers.get("task")), origin=_text(headers.get("origin")), body=told)


def _is_envelope(message: Mapping[str, object]) -> bool:
    """Whether everything is there that kombu and Celery's worker reach for without looking."""
    headers, properties = message.get("headers"), message.get("properties")
    if not isinstance(headers, dict) or not isinstance(properties, dict):
        return False
    delivery = properties.get("delivery_info")
    if not isinstance(delivery, dict) or not isinstance(message.get("body"), str):
        return False
    needed = (properties.get("delivery_tag"), delivery.get("routing_key"))
    if not all(isinstance(each, str) and each for each in needed):
        return False
    # A consumer's tag would say that it need not be acknowledged.
    return isinstance(delivery.get("exchange"), str) and delivery.get("consumer_tag") is None


def _opened(body: object) -> tuple[object, str]:
    """A body's content and its text; None of a body that holds none."""
    try:
        text = base64.b64decode(str(body), validate=True).decode()
        return json.loads(text, object_hook=_plain_object), text
    except (ValueError, RecursionError):
        return None, ""


def _is_step(body: object) -> bool:
    """Whether it is what a task with one argument, the number of a step, and nothing to follow carries."""
    if not isinstance(body, list) or len(body) != _PARTS:
        return False
    arguments, keywords, following = body
    if not isinstance(arguments, list) or len(arguments) != 1 or keywords != {}:
        return False
    step = arguments[0]
    is_number = isinstance(step, int) and not isinstance(step, bool) and 0 < step <= _MOST_STEP
    return is_number and isinstance(following, dict) and not any(following.values())


def _is_harmless(headers: Mapping[str, object], properties: Mapping[str, object]) -> bool:
    """Whether nothing is of a type that Celery's worker stumbles over, or tells it to do more."""
    told = [headers.get(name) for name in _PLAIN] + [properties.get(name) for name in _PLAIN_PROPERTIES]
    idle = all(headers.get(name) in (None, ours) for name, ours in _IDLE.items())
    plain = all(isinstance(each, str | int | None) for each in told)
    return idle and plain and bool(headers.get("id")) and isinstance(headers["id"], str)


def _text(told: object) -> str:
    return told if isinstance(told, str) else ""
