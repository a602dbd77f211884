"""Promises about a worker's health, with a real worker, a real outage of its ledger, and a real hang."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
from sqlalchemy.engine import make_url

from farm.bootstrap import environment_of
from pipeline.steps.archive import init_archive
from tests.db.conftest import make_postgresql, postgresql_server, postgresql_template, scratch
from tests.tasks.yard import quick_settings, wait_for
from worker.places import free_port

__all__ = ["make_postgresql", "postgresql_server", "postgresql_template", "scratch"]

_PATIENCE_S = 60.0
_SILENT_S = 3.5


def test_a_worker_lives_through_an_outage_of_its_ledger_and_not_through_a_hang(
    tmp_path: Path, redis_url: str, make_postgresql: Callable[[], str], postgresql_server: str
) -> None:
    """No probe ends it while its ledger is away, for longer than it takes to tell a hang.

    Its process that works, once it is stopped, is told within a few beats; and lives again when it goes on.
    """
    port, home, url = free_port(0), tmp_path / "home", make_postgresql()
    settings = quick_settings(
        home,
        LEDGER__URL=url.replace("postgresql:", "postgresql+psycopg:", 1),
        REDIS__URL=redis_url,
        METRICS__WORKER_PORT=str(port),
        WORKER__COUNT="1",
    )
    home.mkdir()
    init_archive(settings.archive_root)

    def status(path: str = "/healthz") -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as told:
                return int(told.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def counter() -> list[tuple[object, ...]]:
        with psycopg.connect(url) as ledger:
            return ledger.execute("SELECT counter FROM workers WHERE alive = 1").fetchall()

    command = [sys.executable, "-P", "-c", "from cli.main import main; main()", "worker", "--name", "cpu0"]
    environment, database = {**os.environ, **environment_of(settings)}, make_url(url).database
    with (
        psycopg.connect(postgresql_server, autocommit=True) as admin,
        subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL) as worker,
    ):
        try:
            wait_for(counter, seconds=_PATIENCE_S)
            (hand,) = psutil.Process(worker.pid).children()
            before = counter()
            admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
            )
            heard = set()
            until = time.monotonic() + 1.5 * _SILENT_S
            while time.monotonic() < until:
                heard.add(status())
                time.sleep(0.2)
            admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
            assert heard == {200}
            assert hand.is_running()
            wait_for(lambda: counter() not in ([], before), seconds=_PATIENCE_S)
            assert status("/metrics") == 200
            hand.send_signal(signal.SIGSTOP)
            wait_for(lambda: status() == 503, seconds=_PATIENCE_S)
            hand.send_signal(signal.SIGCONT)
            wait_for(lambda: status() == 200, seconds=_PATIENCE_S)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(_PATIENCE_S) == 0
        finally:
            worker.kill()
