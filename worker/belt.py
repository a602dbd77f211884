"""The Celery app that the settings describe."""

from __future__ import annotations

import math

from celery import Celery

from farm.bootstrap import Settings
from tasks.app import make_app
from worker.redis_server import redis_url

#: What an attempt that is too long gets, beyond a lease's length, to tell the ledger and to end by itself.
_LAST_RESORT_S = 60


def celery_app(settings: Settings, *, waits: bool = True) -> Celery:
    """The app of a worker, of Flower or, when it does not wait for Redis, of a dispatcher.

    Celery's own limit is the last resort: an attempt ends itself first, and tells the ledger why.

    Raises:
        InputError: ``farm-redis-unknown``.
    """
    return make_app(
        redis_url(settings.redis.location, settings.home),
        time_limit_s=settings.worker.step_seconds + math.ceil(settings.lease.expiry_s) + _LAST_RESORT_S,
        steps_per_child=settings.worker.steps_per_child,
        memory_per_child_mb=settings.worker.memory_mb,
        waits=waits,
    )
