"""Promises about what a process's life depends on, with real proofs and a clock of the test's own."""

from __future__ import annotations

import configparser
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from farm.bootstrap import settings_of
from farm.policy.vigilance import Patience
from worker.life import Below, Life
from worker.proof import Proof

_PATIENCE = Patience(silent_s=3.0, stalled_s=5.0)
_UNITS = Path(__file__).parents[2] / "config" / "systemd"


class Clock:
    """Seconds that pass when the test says so."""

    now = 0.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
def proof(tmp_path: Path) -> Iterator[Proof]:
    """That of a process that works, and proves nothing by itself."""
    proof = Proof(tmp_path, role="hand", node="cpu0@here", above=os.getpid(), beat_s=999)
    yield proof
    proof.close()


def _passes(clock: Clock, life: Life, seconds: float, each: Callable[[], None] = lambda: None) -> list[str]:
    """Have time pass, while the loop comes round; what hangs in the end."""
    for _ in range(round(seconds)):
        clock.now += 1.0
        each()
        life.moved()
    return [f"{hang.who}: {hang.code}" for hang in life.hangs()]


def _life(folder: Path, clock: Clock, *nodes: str) -> Life:
    return Life(hung_s=90, below=Below(folder, _PATIENCE, nodes, clock=clock), clock=clock)


def test_a_loop_that_does_not_come_round_hangs_and_lives_again(clock: Clock) -> None:
    """After the time that was set, not before; and only for as long as it stands."""
    life = Life(hung_s=90, clock=clock)
    clock.now = 89.0
    assert life.hangs() == ()
    clock.now = 91.0
    assert [hang.code for hang in life.hangs()] == ["loop-hangs"]
    life.moved()
    assert life.hangs() == ()


def test_who_does_not_beat_below_is_told_until_it_beats_again(
    tmp_path: Path, clock: Clock, proof: Proof
) -> None:
    """As one is that was stopped; who has not begun to beat is still opening what it works with."""
    life = _life(tmp_path, clock, "cpu0@here")
    assert _passes(clock, life, 60) == []
    proof.beat()
    assert _passes(clock, life, 2) == []
    assert _passes(clock, life, 3) == ["cpu0 hand: silent"]
    assert _passes(clock, life, 60) == ["cpu0 hand: silent"]
    proof.beat()
    assert _passes(clock, life, 1) == []


def test_who_makes_no_progress_that_is_awaited_is_told(tmp_path: Path, clock: Clock, proof: Proof) -> None:
    """Who has nothing to do makes none for as long as it likes."""
    life = _life(tmp_path, clock, "cpu0@here")
    assert _passes(clock, life, 60, proof.beat) == []
    proof.owe(moves=True)
    proof.move()
    assert _passes(clock, life, 4, proof.beat) == []
    assert _passes(clock, life, 4, proof.beat) == ["cpu0 hand: stalled"]
    proof.rest()
    assert _passes(clock, life, 1, proof.beat) == []


def test_who_is_not_below_or_has_ended_is_nobody_s_hang(tmp_path: Path, clock: Clock, proof: Proof) -> None:
    """Another farm's worker in the same folder, and a proof that outlived its process."""
    other = _life(tmp_path, clock, "cpu1@here")
    proof.beat()
    assert _passes(clock, other, 60) == []
    proof.close()
    assert _passes(clock, _life(tmp_path, clock, "cpu0@here"), 60) == []


def test_systemd_hears_of_life_only_while_nobody_hangs(
    tmp_path: Path, clock: Clock, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a probe is told and what systemd is told are one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "door"))
        door.settimeout(0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "door"))
        monkeypatch.setenv("WATCHDOG_USEC", "4")
        life = _life(tmp_path, clock, "cpu0@here")
        life.moved()
        assert door.recv(99) == b"WATCHDOG=1"
        proof.beat()
        _passes(clock, life, 3)
        while not life.hangs():
            _passes(clock, life, 1)
        with suppress(BlockingIOError):
            while door.recv(99):
                pass
        time.sleep(0.001)
        _passes(clock, life, 3)
        with pytest.raises(BlockingIOError):
            door.recv(99)
        proof.beat()
        _passes(clock, life, 1)
        assert door.recv(99) == b"WATCHDOG=1"


@pytest.mark.parametrize("name", ["crew", "dispatcher", "watchdog", "worker@"])
def test_systemd_waits_as_long_as_a_probe_is_told_that_all_is_well(name: str) -> None:
    """The units have the default; who sets the knob sets them too."""
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.read_string((_UNITS / f"lectern-{name}.service").read_text("utf-8"))
    assert float(parsed["Service"]["WatchdogSec"]) == settings_of({}).metrics.hung_s
