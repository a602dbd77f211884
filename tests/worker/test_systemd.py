"""Promises about systemd: what it is told, and that it understands our units."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.exits import Exit
from cli.main import COMMANDS
from farm.bootstrap import environment_of, settings_of
from tests.tasks.yard import break_ground, quick_settings
from worker.life import Life
from worker.systemd import Systemd

_UNITS = Path(__file__).parents[2] / "config" / "systemd"
#: What runs all the time; a night begins by its timer, of which `test_night_units` tells.
_SERVICES = sorted({path.name for path in _UNITS.glob("*.service")} - {"lectern-nightly.service"})
_PATIENCE_S = 30.0


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Where systemd listens, and an environment that says so."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "door"))
        listening.settimeout(_PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "door"))
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        yield listening


def test_systemd_hears_of_beginning_life_and_end(door: socket.socket) -> None:
    """Life is told at most four times as often as asked for, however often somebody could tell."""
    starter = Systemd()
    starter.ready()
    for _ in range(100):
        starter.alive()
    starter.stopping()
    assert [door.recv(99) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
    assert starter.every_s == pytest.approx(0.1)


def test_a_thread_tells_of_life_where_the_loop_is_another_s(door: socket.socket) -> None:
    """Again and again, by itself."""
    Life(hung_s=60).accompany()
    assert [door.recv(99) for _ in range(3)] == [b"WATCHDOG=1"] * 3


def test_an_abstract_name_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be a door where no file system is."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0lectern-test-{os.getpid()}")
        listening.settimeout(_PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@lectern-test-{os.getpid()}")
        Systemd().ready()
        assert listening.recv(99) == b"READY=1"


@pytest.mark.parametrize(("asked", "whose"), [("", ""), ("no", ""), ("400000", "1")])
def test_who_is_not_watched_tells_nothing_of_its_life(
    door: socket.socket, monkeypatch: pytest.MonkeyPatch, asked: str, whose: str
) -> None:
    """Nobody asks, or asks another process: the parent's environment may come along."""
    monkeypatch.setenv("WATCHDOG_USEC", asked)
    monkeypatch.setenv("WATCHDOG_PID", whose)
    starter = Systemd()
    assert not starter.every_s
    starter.alive()
    starter.ready()
    assert door.recv(99) == b"READY=1"


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither where nobody has started us, nor where whoever did listens no more."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    Systemd().ready()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    Systemd().ready()


def test_a_dispatcher_tells_systemd_how_it_is(door: socket.socket, tmp_path: Path, redis_url: str) -> None:
    """It is ready once nothing stands against it, lives for as long as it looks, and ends when asked to."""
    settings = quick_settings(tmp_path / "home", REDIS__URL=redis_url)
    break_ground(settings)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "worker", "dispatcher", "dispatcher"],
        env={**os.environ, **environment_of(settings)},
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
    ) as process:
        assert [door.recv(99) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        process.send_signal(signal.SIGTERM)
        told = iter(lambda: door.recv(99), b"STOPPING=1")
        assert set(told) <= {b"WATCHDOG=1"}
        assert process.wait(_PATIENCE_S) == 0


def unit(name: str) -> configparser.SectionProxy:
    """The [Service] of a unit."""
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.optionxform = str  # type: ignore[method-assign,assignment]
    parsed.read_string((_UNITS / name).read_text("utf-8"))
    return parsed["Service"]


@pytest.mark.parametrize("name", _SERVICES)
def test_every_unit_runs_what_there_is_and_is_started_again(name: str) -> None:
    """Each is watched over, ended with all that it started, and started again whatever happened."""
    service = unit(name)
    program, *words = service["ExecStart"].split()
    if program.endswith("/lectern"):
        assert words[0] in COMMANDS
    else:
        assert words[:4] == ["-P", "-m", "worker", "flower"]
    assert (service["Type"], service["Restart"], service["KillMode"]) == ("notify", "always", "control-group")
    assert int(service["WatchdogSec"]) >= 30


@pytest.mark.parametrize("name", _SERVICES)
def test_what_is_set_up_wrongly_is_not_tried_in_a_hot_loop(name: str, tmp_path: Path) -> None:
    """Whoever ends so waits before the next start, for less than it gets to end; others are not held up."""
    service = unit(name)
    waits = tmp_path / "sleep"
    waits.write_text(f"#!/bin/sh\necho $1 >{tmp_path}/slept\n")
    waits.chmod(0o755)
    for status in (Exit.OK, Exit.AWAY, 143, Exit.SETUP):
        assert not (tmp_path / "slept").exists()
        environment = {"PATH": str(tmp_path), "EXIT_STATUS": str(int(status))}
        subprocess.run(shlex.split(service["ExecStopPost"]), env=environment, check=True)
    assert 10 <= int((tmp_path / "slept").read_text()) < int(service["TimeoutStopSec"])


@pytest.mark.parametrize("name", [name for name in _SERVICES if "lectern worker" in unit(name)["ExecStart"]])
def test_a_worker_gets_longer_than_its_drain(name: str, tmp_path: Path) -> None:
    """Nobody is killed who is still finishing a clip."""
    settings = settings_of({"LECTERN_HOME": str(tmp_path)})
    # What is interrupted then gets half a lease, and the time to say so.
    needed = settings.worker.drain_s + settings.lease.expiry_s
    assert int(unit(name)["TimeoutStopSec"]) > needed


@pytest.mark.parametrize(
    "name", ["lectern-crew.service", "lectern-worker@.service", "lectern-watchdog.service"]
)
def test_who_works_with_cards_or_reads_them_sees_devices(name: str) -> None:
    """The watchdog takes cards out whose readings are bad: without devices it would find none."""
    assert "PrivateDevices" not in unit(name)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_has_nothing_to_say_against_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` is silent."""
    for path in _UNITS.iterdir():
        # It wants to see the programs, which lie elsewhere here.
        text = re.sub(r"/opt/lectern/bin/\w+", sys.executable, path.read_text("utf-8"))
        (tmp_path / path.name.replace("@.", "@cpu0.")).write_text(text)
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.iterdir())],  # noqa: S607 - found above
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout + told.stderr) == (0, "")
