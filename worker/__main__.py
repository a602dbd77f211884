"""The inner door, by which the supervisor starts its processes: ``python -P -m worker ROLE [TOLD] NAME``.

People use the console script ``lectern``, whose commands call the same functions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pipeline.loading import loading

if TYPE_CHECKING:
    from farm.bootstrap import Settings

# Each role imports what it needs and no more: four processes start at once on what may be two cores.


def _worker(settings: Settings, name: str, told: str = "") -> int:
    with loading():
        from farm.policy.placement import Post
        from worker import process

    return process.serve(settings, post=Post.from_text(name, told) if told else Post(name=name))


def _dispatcher(settings: Settings, name: str) -> int:
    with loading():
        from worker import dispatching

    return dispatching.serve(settings, name=name)


def _watchdog(settings: Settings, _name: str) -> int:
    with loading():
        from worker import watchdog

    return watchdog.serve(settings)


def _flower(settings: Settings, port: str) -> int:
    with loading():
        from worker import flower
        from worker.belt import celery_app
        from worker.redis_server import check_redis, redis_url

    check_redis(redis_url(settings.redis.location, settings.home))
    flower.show(celery_app(settings), settings, int(port))
    return 0


def _up(settings: Settings, _name: str) -> int:
    with loading():
        from worker import up

    return up.up(settings, starting=lambda: None, ready=lambda _standing: None, ending=lambda: None)


_ROLES: Mapping[str, Callable[..., int]] = {
    "worker": _worker,
    "dispatcher": _dispatcher,
    "watchdog": _watchdog,
    "flower": _flower,
    "up": _up,
}


def _called(role: str, name: str) -> str:
    """What people call the process: Flower is told its port in the place of a name."""
    return "flower" if role == "flower" else name


def main(role: str, *told: str) -> int:
    """Be one of the farm's processes, by what it is told, its name last; returns the exit code."""
    with loading():
        import structlog

        from farm.bootstrap import set_up_logging, settings_of
        from pipeline.plan.errors import LecternError
        from pipeline.plan.messages import tell

    *rest, name = told
    settings = settings_of()
    set_up_logging(settings, name=_called(role, name))
    try:
        return _ROLES[role](settings, name, *rest)
    except LecternError as error:
        structlog.get_logger().error(error.code, told=tell(error.code, error.facts, "en"))
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
