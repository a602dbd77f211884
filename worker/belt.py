"""The Celery app that the settings describe."""

from __future__ import annotations

from celery import Celery

from farm.bootstrap import Settings
from tasks.app import make_app
from worker.redis_server import redis_url


def celery_app(settings: Settings, *, waits: bool = True) -> Celery:
    """The app of a worker, of Flower or, when it does not wait for Redis, of a dispatcher.

    Raises:
        InputError: ``farm-redis-unknown``.
    """
    return make_app(
        redis_url(settings.redis.url, settings.home),
        time_limit_s=settings.worker.step_seconds,
        steps_per_child=settings.worker.steps_per_child,
        waits=waits,
    )
