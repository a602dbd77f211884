"""Three hosts, one ledger in PostgreSQL: whoever is cut off costs time, and comes back harmlessly."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from farm.bootstrap import Farm, open_farm
from pipeline.steps.archive import init_archive
from tests.db.conftest import make_postgresql, postgresql_server, postgresql_template, scratch
from tests.support import network
from tests.support.network import LEDGER, REDIS, Host
from tests.tasks.yard import Row, all_archived, ask, one, quick_settings, sow, story, wait_for
from worker.redis_server import find_redis_server

__all__ = ["make_postgresql", "postgresql_server", "postgresql_template", "scratch"]

pytestmark = pytest.mark.soak

_PATIENCE_S = 300.0
_LECTERN = str(Path(sys.executable).with_name("lectern"))


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """A farm of three hosts; this process reaches its ledger, whatever is cut."""

    farm: Farm
    hosts: tuple[Host, ...]
    home: Path

    def begin(self, word: str) -> int:
        """Submit as many films as there are hosts, each of one chunk that lasts a while; the batch."""

        def script(host: Host) -> str:
            """What no other film says, so that none finds its clips made."""
            return " ".join(f"{host.name} {word} {number}." for number in range(1, 13))

        return sow(self.farm, [Row(row=f"{word}{each.name}", script=script(each)) for each in self.hosts])

    def mid_chunk(self, batch: int, host: Host) -> int:
        """Wait until a chunk of a batch renders on a host, and some of its clips are made; the step."""
        found: list[tuple[object, ...]] = []

        def begun() -> bool:
            found[:] = ask(
                self.farm,
                "SELECT s.id FROM steps s WHERE s.batch_id = :batch AND s.stage = 'render' "
                "AND s.state = 'running' AND s.worker LIKE :host AND "
                "(SELECT count(*) FROM makings m WHERE m.step_id = s.id AND m.kind = 'clip') BETWEEN 1 AND 8",
                batch=batch,
                host=f"%@{host.name}",
            )
            return bool(found)

        wait_for(begun, seconds=_PATIENCE_S, told=lambda: story(self.farm))
        return int(str(found[0][0]))

    def outcomes(self, step: int) -> list[tuple[object, ...]]:
        """How a step's attempts ended, and on which host."""
        question = "SELECT outcome, worker FROM attempts WHERE step_id = :step ORDER BY number"
        return [
            (outcome, str(worker).partition("@")[2])
            for outcome, worker in ask(self.farm, question, step=step)
        ]

    def finished(self, batch: int) -> None:
        """Wait until every film of a batch is in the archive."""
        wait_for(lambda: all_archived(self.farm, batch), seconds=_PATIENCE_S, told=lambda: story(self.farm))

    def is_back(self, host: Host) -> None:
        """Wait until a host is known to live."""
        alive = "SELECT name FROM workers WHERE host = :host AND alive = 1"
        wait_for(lambda: ask(self.farm, alive, host=host.name), seconds=_PATIENCE_S)

    def is_gone(self, host: Host) -> None:
        """Wait until a host is known to be silent."""
        alive = "SELECT name FROM workers WHERE host = :host AND alive = 1"
        wait_for(lambda: not ask(self.farm, alive, host=host.name), seconds=_PATIENCE_S)

    def log(self, host: Host) -> str:
        """What the processes of a host have written."""
        logs = [*(self.home / host.name / "logs").glob("*.log"), self.home / f"{host.name}.log"]
        return "\n".join(path.read_text("utf-8", "replace") for path in logs if path.exists())

    def audit(self, batch: int) -> None:
        """Nothing was lost, nothing accepted twice, no retry used up, no lease and no half film is left."""
        jobs = ask(self.farm, "SELECT state, archive FROM jobs WHERE batch_id = :batch", batch=batch)
        assert jobs == [("completed", "archived")] * len(self.hosts)
        twice = "SELECT kind, key FROM makings GROUP BY kind, key HAVING count(*) > 1"
        assert ask(self.farm, twice) == []
        assert one(self.farm, "SELECT max(failures) FROM steps") == 0, story(self.farm)
        assert ask(self.farm, "SELECT id FROM steps WHERE state = 'running'") == []
        assert len(list(self.farm.archive.glob("*/*.mp4"))) == one(self.farm, "SELECT count(*) FROM jobs")


@pytest.fixture(scope="module")
def farm_of_hosts(
    make_postgresql: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Hosts]:
    """Hub with ledger, Redis and dispatcher, and three hosts with a worker each; they share the folders."""
    home = tmp_path_factory.mktemp("hosts")
    url = make_postgresql()
    parsed = make_url(url)
    folder = str(parsed.query["host"])
    far = f"postgresql+psycopg://{parsed.username}@{LEDGER}:5432/{parsed.database}"
    knobs = {
        "LEASE__BEAT_S": "0.5",
        "LEASE__EXPIRY_S": "4",
        "REDIS__URL": f"redis://{REDIS}:6379/0",
        "STORE__ROOT": str(home / "store"),
        "ARCHIVE__ROOT": str(home / "archive"),
        "WORKER__COUNT": "1",
    }
    init_archive(home / "archive")
    (home / "near").mkdir()
    running: list[subprocess.Popen[bytes]] = []
    with network.network(["anna", "bert", "carl"]) as (hub, hosts), contextlib.ExitStack() as stack:
        stack.callback(_end, running)
        near = quick_settings(
            home / "near", LEDGER__URL=url.replace("postgresql:", "postgresql+psycopg:", 1), **knobs
        )
        farm = stack.enter_context(open_farm(near))

        def start(host: Host, name: str, *argv: str) -> None:
            given = {f"LECTERN_{knob}": value for knob, value in knobs.items()}
            given |= {"LECTERN_HOME": str(home / host.name), "LECTERN_LEDGER__URL": far}
            given |= {"HOME": str(home), "LECTERN_RETRY__BACKOFF_S": "0.3"}
            running.append(host.start(argv, given, home / f"{name}.log"))

        relayed = [sys.executable, "-P", str(Path(network.__file__)), LEDGER, "5432"]
        start(hub, "relay", *relayed, f"{folder}/.s.PGSQL.5432")
        redis = [str(find_redis_server()), "--bind", REDIS, "--protected-mode", "no", "--save", ""]
        start(hub, "redis", *redis, "--dir", str(home))
        start(hub, "hub", _LECTERN, "dispatcher")
        for host in hosts:
            start(host, host.name, _LECTERN, "worker")
        opened = Hosts(farm=farm, hosts=hosts, home=home)
        for host in hosts:
            wait_for(lambda host=host: _lives(opened, host, running), seconds=_PATIENCE_S)
        yield opened


def _lives(opened: Hosts, host: Host, running: list[subprocess.Popen[bytes]]) -> bool:
    assert all(each.poll() is None for each in running), opened.log(host)
    return bool(ask(opened.farm, "SELECT 1 FROM workers WHERE host = :h AND alive = 1", h=host.name))


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for each in reversed(running):
        each.send_signal(signal.SIGTERM)
        try:
            each.wait(30)
        except subprocess.TimeoutExpired:
            os.kill(each.pid, signal.SIGKILL)
            each.wait()


@pytest.mark.parametrize("lost", ["everything", "ledger"])
def test_a_host_without_its_ledger_comes_back_late_and_is_refused(farm_of_hosts: Hosts, lost: str) -> None:
    """Cut off in mid-clip: another host goes on after the last clip; the late one's work is not accepted."""
    hosts = farm_of_hosts
    host = hosts.hosts[0 if lost == "everything" else 1]
    hosts.is_back(host)
    batch = hosts.begin(f"Lamp{lost}")
    step = hosts.mid_chunk(batch, host)
    refused = hosts.log(host).count("stood back")
    with host.cut_off() if lost == "everything" else host.cut_off_from(LEDGER):
        hosts.is_gone(host)
        hosts.finished(batch)
    hosts.is_back(host)
    outcomes = hosts.outcomes(step)
    assert outcomes[0] == ("lost", host.name)
    assert (outcomes[-1][0], outcomes[-1][1] != host.name) == ("ok", True)
    wait_for(lambda: hosts.log(host).count("stood back") > refused, seconds=_PATIENCE_S)
    hosts.audit(batch)
    _works_again(hosts, host)


def test_a_host_that_loses_redis_alone_finishes_its_step(farm_of_hosts: Hosts) -> None:
    """Its step is its own all the while; nobody begins it anew, and it takes work again afterwards."""
    hosts, host = farm_of_hosts, farm_of_hosts.hosts[2]
    hosts.is_back(host)
    batch = hosts.begin("Door")
    step = hosts.mid_chunk(batch, host)
    with host.cut_off_from(REDIS):
        hosts.finished(batch)
    assert hosts.outcomes(step) == [("ok", host.name)]
    hosts.audit(batch)
    _works_again(hosts, host)


def _works_again(hosts: Hosts, host: Host) -> None:
    """Wait until a host has done a step that was begun after all this."""
    before = one(hosts.farm, "SELECT max(id) FROM steps")
    done = "SELECT 1 FROM attempts WHERE step_id > :before AND outcome = 'ok' AND worker LIKE :host"

    def again() -> bool:
        if not ask(hosts.farm, "SELECT 1 FROM jobs WHERE state IN ('queued', 'active')"):
            hosts.begin(f"Again{os.urandom(3).hex()}")
        return bool(ask(hosts.farm, done, before=before, host=f"%@{host.name}"))

    wait_for(again, seconds=_PATIENCE_S, told=lambda: story(hosts.farm))
    for (batch,) in ask(hosts.farm, "SELECT id FROM batches"):
        hosts.finished(int(str(batch)))
