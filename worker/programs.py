"""How the farm starts its own processes: by the inner door, in an environment that is chosen."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from farm.bootstrap import Settings, environment_of
from farm.policy.placement import Post
from worker import metering
from worker.child import Program
from worker.places import Places
from worker.threads import thread_environment

#: What a process inherits: where programs, homes and temporary files are, how text is written, which
#: libraries are loaded first (an allocator's, say), and which FFmpeg is used.
_INHERITED = (
    *("PATH", "HOME", "TMPDIR", "TZ", "LANG", "LC_ALL", "LC_CTYPE"),
    *("LD_LIBRARY_PATH", "VIRTUAL_ENV", "LD_PRELOAD", "IMAGEIO_FFMPEG_EXE"),
)


def environment_for(settings: Settings, redis_url: str) -> dict[str, str]:
    """The environment of a process of this farm, in which it finds the same settings and this Redis."""
    told = settings.model_copy(update={"redis": settings.redis.model_copy(update={"url": redis_url})})
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | environment_of(told) | thread_environment(settings.worker.threads)


def program(settings: Settings, name: str, role: Sequence[str], environment: Mapping[str, str]) -> Program:
    """The program that plays a role of `worker.__main__`, with a log of its own where that is set.

    Args:
        settings: what the operator set.
        name: what people call it.
        role: what it is, and what it is told.
        environment: its whole environment, as `environment_for` makes it.
    """
    places = Places.of(settings)
    return Program(
        name=name,
        # -P: a folder that happens to hold a tasks.py is no place to import from.
        argv=(sys.executable, "-P", "-m", "worker", *role),
        environment=environment,
        folder=places.run,
        log=places.logs / f"{name}.log" if settings.log.to == "files" else None,
    )


def worker_program(settings: Settings, post: Post, environment: Mapping[str, str]) -> Program:
    """The program of the worker at a post: it alone sees the post's card."""
    role = ("worker", post.to_text(), post.name)
    counted = {metering.VARIABLE: str(metering.folder_in(Places.of(settings).run))}
    return program(settings, post.name, role, {**environment, **post.environment, **counted})
