"""Promises about health, with real processes, a real outage of ledger and Redis, and a real hang."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import redis
from sqlalchemy.engine import make_url

from farm.bootstrap import environment_of
from pipeline.steps.archive import init_archive
from tests.db.conftest import make_postgresql, postgresql_server, postgresql_template, scratch
from tests.tasks.yard import quick_settings, wait_for
from worker.places import Places, free_port
from worker.proof import Witnessed

__all__ = ["make_postgresql", "postgresql_server", "postgresql_template", "scratch"]

_PATIENCE_S = 60.0
_SILENT_S = 3.5


def ask(port: int, path: str = "/healthz") -> tuple[int, bytes]:
    """What the process on a port answers; nothing while there is none."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=_PATIENCE_S) as told:
            return int(told.status), told.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


def lacks_at(port: int) -> set[str]:
    """The parts that the process on a port lacks; a part without a name while there is none."""
    _, told = ask(port, "/readyz?verbose")
    return {each["part"] for each in json.loads(told)["lacks"]} if told else {""}


@contextlib.contextmanager
def away(
    server: psutil.Process, admin: psycopg.Connection[tuple[object, ...]], database: str
) -> Iterator[None]:
    """Have a Redis answer nothing, and a database let nobody in."""
    server.suspend()
    try:
        admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
        yield
    finally:
        server.resume()
        admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")


def test_the_farm_lives_through_an_outage_of_ledger_and_redis_and_not_through_a_hang(
    tmp_path: Path, redis_url: str, make_postgresql: Callable[[], str], postgresql_server: str
) -> None:
    """No probe ends a process while both are away, for longer than it takes to tell a hang.

    Each says what it lacks, and is ready again afterwards, the very same process. A worker's process that is
    stopped is told within a few beats; and lives again when it goes on.
    """
    home, url = tmp_path / "home", make_postgresql()
    ports = {role: free_port(0) for role in ("dispatcher", "worker", "watchdog")}
    settings = quick_settings(
        home,
        LEDGER__URL=url.replace("postgresql:", "postgresql+psycopg:", 1),
        REDIS__URL=redis_url,
        WORKER__COUNT="1",
        **{f"METRICS__{role.upper()}_PORT": str(port) for role, port in ports.items()},
    )
    home.mkdir()
    init_archive(settings.archive_root)

    def status(role: str) -> int:
        return ask(ports[role])[0]

    def lacks() -> dict[str, set[str]]:
        # As often as a quick probe asks.
        time.sleep(0.2)
        return {role: lacks_at(port) for role, port in ports.items()}

    def counter() -> list[tuple[object, ...]]:
        with psycopg.connect(url) as ledger:
            return ledger.execute("SELECT counter FROM workers WHERE alive = 1").fetchall()

    lectern = [sys.executable, "-P", "-c", "from cli.main import main; main()"]
    environment, database = {**os.environ, **environment_of(settings)}, make_url(url).database
    ready: dict[str, set[str]] = {role: set() for role in ports}
    with (
        psycopg.connect(postgresql_server, autocommit=True) as admin,
        redis.Redis.from_url(redis_url) as client,
        contextlib.ExitStack() as stack,
    ):
        server = psutil.Process(int(client.info("server")["process_id"]))
        running = []
        for command in (["worker", "--name", "cpu0"], ["dispatcher"], ["watchdog"]):
            started = subprocess.Popen(
                [*lectern, *command], env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL
            )
            running.append(stack.enter_context(started))
            stack.callback(started.kill)
        wait_for(lambda: lacks() == ready, seconds=_PATIENCE_S, told=lacks)
        (proof,) = Places(home=home).proofs.glob("hand-*")
        hand, before = psutil.Process(int(proof.name.split("-")[1])), counter()
        (proof,) = Places(home=home).proofs.glob("main-*")
        main = Witnessed(proof)
        # The loop that takes messages proves its rounds.
        wait_for(lambda: main.read().awaited and main.read().moves, seconds=_PATIENCE_S)
        with away(server, admin, str(database)):
            lacking = {
                "dispatcher": {"ledger", "redis"},
                "worker": {"ledger", "redis"},
                "watchdog": {"ledger"},
            }
            heard: set[int] = set()
            until = time.monotonic() + 1.5 * _SILENT_S

            def is_told() -> bool:
                heard.update(map(status, ports))
                return time.monotonic() > until and lacks() == lacking

            wait_for(is_told, seconds=_PATIENCE_S, told=lacks)
            assert {ask(port, "/readyz") for port in ports.values()} == {(503, b"not ready\n")}
        assert heard == {200}
        wait_for(lambda: counter() not in ([], before), seconds=_PATIENCE_S)
        wait_for(lambda: lacks() == ready, seconds=_PATIENCE_S, told=lacks)
        assert hand.is_running()
        moved = main.read().moves
        wait_for(lambda: main.read().awaited and main.read().moves > moved, seconds=_PATIENCE_S)
        assert [each.poll() for each in running] == [None] * len(running)
        assert ask(ports["worker"], "/metrics")[0] == 200
        for role in ("dispatcher", "watchdog"):
            assert b"lectern_clock_skew_seconds " in ask(ports[role], "/metrics")[1]
        # Whom the watchdog sees hang, it kills.
        end(running[1:])
        hand.send_signal(signal.SIGSTOP)
        wait_for(lambda: status("worker") == 503, seconds=_PATIENCE_S)
        hand.send_signal(signal.SIGCONT)
        wait_for(lambda: status("worker") == 200, seconds=_PATIENCE_S)
        end(running[:1])


def end(running: list[subprocess.Popen[bytes]]) -> None:
    """End processes in good order."""
    for each in running:
        each.send_signal(signal.SIGTERM)
    assert [each.wait(_PATIENCE_S) for each in running] == [0] * len(running)
