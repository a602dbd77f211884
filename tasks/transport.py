"""How a worker takes messages: as Celery does on Redis, save that only ours get as far as Celery."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from queue import Empty
from typing import Any

import redis
import structlog
from celery import Celery
from celery.app.amqp import AMQP
from kombu import connection
from kombu.transport import redis as kombu_redis

from tasks import poison
from tasks.sieve import Stranger, Why, can_be_opened, sift

_MOST_TOLD = 200
#: How Redis refuses to take from what is no list.
_NO_LIST = "WRONGTYPE"


def take_ours_alone(app: Celery) -> None:
    """Have whoever takes messages with this app get ours alone.

    Args:
        app: before anything was started with it.
    """
    app.amqp_cls = f"{__name__}:{Amqp.__name__}"


class Channel(kombu_redis.Channel):
    """Takes messages off the queues, and sets aside at once what is none of ours.

    It happens between Redis' answer and the first look at what is in it: behind that, each kind of
    garbage would have its own way to end the process, or to go back into the queue for ever.
    """

    def _create_client(self, asynchronous: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - kombu's own
        client = super()._create_client(asynchronous)  # type: ignore[no-untyped-call]
        client.set_response_callback("BRPOP", self._sieved)
        return client

    def _sieved(self, answer: Any, **_: object) -> tuple[bytes, bytes] | None:  # noqa: ANN401 - as Redis gave it
        """The queue and its message; None, as if there had been no message, for one that is none of ours."""
        if not answer:
            return None
        queue, raw = answer
        stranger = sift(raw)
        if stranger is None:
            return queue, raw
        with self.conn_or_acquire() as client:
            # Priorities have queues of their own, with a suffix that is no letter.
            poison.set_aside(client, queue.decode("utf-8", "replace").rsplit(self.sep, 1)[0], raw, stranger)
        return None

    def _size(self, queue: str) -> int:
        """How long a queue is, which kombu asks before it takes from it."""
        try:
            return int(super()._size(queue))  # type: ignore[no-untyped-call]
        except redis.ResponseError as error:
            self._clear_the_way([queue], error)
            return int(super()._size(queue))  # type: ignore[no-untyped-call]

    def _brpop_read(self, **options: Any) -> bool:  # noqa: ANN401 - kombu's own
        """Take what Redis answers."""
        try:
            return bool(super()._brpop_read(**options))  # type: ignore[no-untyped-call]
        except redis.ResponseError as error:
            self._clear_the_way(self.active_queues, error)
            raise Empty from error

    def _clear_the_way(self, queues: Collection[str], error: redis.ResponseError) -> None:
        """Move aside what is stored under a queue's name and is no list, if that is what Redis refuses.

        Raises:
            redis.ResponseError: it refuses something else.
        """
        if _NO_LIST not in str(error):
            raise error
        with self.conn_or_acquire() as client:
            for queue in queues:
                # The priorities of a queue are lists of their own.
                for step in self.priority_steps:
                    self._move_aside(client, queue, self._q_for_pri(queue, step))  # type: ignore[no-untyped-call]

    def _move_aside(self, client: redis.Redis, queue: str, key: str) -> None:
        if client.type(key) in (b"list", b"none"):
            return
        aside = f"{poison.LIST}:{key}"
        # Another worker may have been quicker.
        with contextlib.suppress(redis.ResponseError):
            client.rename(key, aside)
            poison.set_aside(client, queue, aside.encode(), Stranger(why=Why.KEY))

    def _deliver_fanout_message(self, message: Any, exchange: str) -> bool:  # noqa: ANN401 - whatever was sent
        """Hand over an order that can be opened; it lay in no queue, so what cannot is told in the log."""
        if can_be_opened(message):
            super()._deliver_fanout_message(message, exchange)  # type: ignore[no-untyped-call]
            return True
        structlog.get_logger().warning("order ignored", exchange=exchange, order=repr(message)[:_MOST_TOLD])
        return True


class Transport(kombu_redis.Transport):
    """Kombu's transport of Redis with such channels."""

    Channel = Channel


class Connection(connection.Connection):
    """A connection that uses it; the setting ``broker_transport`` would have ``rediss://`` lose its TLS."""

    def get_transport_cls(self) -> type[Transport]:
        """The transport, whatever the scheme of the URL is."""
        return Transport


class Amqp(AMQP):  # type: ignore[misc]
    """Where a Celery app looks for its connections."""

    Connection = Connection
