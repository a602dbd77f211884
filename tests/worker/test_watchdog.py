"""Promises about proofs and the watchdog, with real processes and a clock of the test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from farm.policy.vigilance import Patience
from worker.aftermath import Left
from worker.grip import Grip, KernelGrip
from worker.proof import Proof, Witnessed, proofs_in
from worker.watchdog import Hold, Watchdog

_PATIENCE = Patience(silent_s=3.0, stalled_s=5.0, gap_s=1.0, dying_s=4.0)
_ROOT = str(Path(__file__).parents[2])
#: A process that holds a step, has a child in a session of its own, and beats for as long as it is told to.
_WORKING = """
import os, subprocess, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from worker.proof import Proof
proof = Proof(Path(sys.argv[2]), role="hand", node="w@here", above=os.getpid(), beat_s=0.02)
proof.seek(7)
proof.carry(3)
proof.owe(moves=True)
proof.move()
proof.start()
child = subprocess.Popen([sys.executable, "-I", "-c", "import time; time.sleep(600)"], start_new_session=True,
    stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
sys.stdin.readline()
proof.close()
"""


@dataclass
class Dog:
    """A watchdog with a clock of its own, and what it has had settled."""

    folder: Path
    hold: Hold | None = None
    now: float = 0.0
    left: list[Left] = field(default_factory=list)
    watchdog: Watchdog = field(init=False)

    def __post_init__(self) -> None:
        self.watchdog = Watchdog(
            self.folder, _PATIENCE, settle=self._settle, hold=self.hold, clock=lambda: self.now
        )

    def _settle(self, left: Left, settled: Callable[[], None]) -> None:
        self.left.append(left)
        settled()

    def look(self, seconds: float = 0.0) -> None:
        """Look, so many of its seconds after the look before, at least once."""
        for _ in range(max(1, round(2 * seconds))):
            self.now += 0.5 if seconds else 0.0
            self.watchdog.turn()


@contextmanager
def working(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], psutil.Process]]:
    """A process that holds a step, and its child."""
    command = [sys.executable, "-P", "-c", _WORKING, _ROOT, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        try:
            yield process, child
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()
            if child.is_running():
                child.kill()


def until(happened: Callable[[], object]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_proof_says_what_its_process_does_and_goes_with_it(tmp_path: Path) -> None:
    """Who reads it sees each change at once; after a good end there is none."""
    proof = Proof(tmp_path, role="hand", node="w@here", above=os.getppid(), beat_s=60)
    (path,) = proofs_in(tmp_path)
    read = Witnessed(path)
    assert (read.person.role, read.person.node, read.person.pid) == ("hand", "w@here", os.getpid())
    proof.start()
    proof.seek(7)
    assert (read.read().step, read.read().fence, read.read().beats) == (7, 0, 1)
    proof.carry(3)
    proof.owe(moves=True)
    proof.move()
    assert (read.read().fence, read.read().moves, read.read().awaited) == (3, 1, True)
    proof.rest()
    assert (read.read().step, read.read().awaited) == (0, False)
    proof.close()
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_ends_is_seen_at_the_next_look_with_what_it_held(tmp_path: Path) -> None:
    """Kill -9: its step and fence are settled once, and its proof is taken away then."""
    dog = Dog(tmp_path)
    with working(tmp_path) as (process, _):
        dog.look()
        assert dog.left == []
        process.kill()
        process.wait()
        dog.look()
        dog.look()
    assert [(each.worker, each.step, each.fence) for each in dog.left] == [("w@here", 7, 3)]
    assert list(proofs_in(tmp_path)) == []


def test_who_died_before_anybody_watched_is_settled_all_the_same(tmp_path: Path) -> None:
    """A proof that outlived its process, and the watchdog's own death, is read by the next watchdog."""
    with working(tmp_path) as (process, _):
        process.kill()
        process.wait()
    dog = Dog(tmp_path)
    dog.look()
    assert [(each.step, each.fence) for each in dog.left] == [(7, 3)]


def test_who_ends_in_good_order_leaves_nothing_to_settle(tmp_path: Path) -> None:
    """A worker that is renewed or drained is no dead one."""
    dog = Dog(tmp_path)
    with working(tmp_path) as (process, _):
        dog.look()
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)
        dog.look()
    assert dog.left == []


def test_a_process_that_proves_no_life_is_killed_with_all_below_it(tmp_path: Path) -> None:
    """SIGSTOP: after the missed beats it is gone, its child in another session too, and its step settled."""
    dog = Dog(tmp_path)
    with working(tmp_path) as (process, child):
        dog.look()
        process.send_signal(signal.SIGSTOP)
        dog.look(2.5)
        assert process.poll() is None
        dog.look(1)
        assert process.wait(10) == -signal.SIGKILL
        until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
        dog.look(0.5)
    assert [(each.step, each.fence, each.stuck) for each in dog.left] == [(7, 3, ())]


def test_a_process_that_makes_no_frame_is_killed_although_it_beats(tmp_path: Path) -> None:
    """A hang on a card: interpreter and heart go on, and no frame comes."""
    dog = Dog(tmp_path)
    with working(tmp_path) as (process, _):
        for _ in range(9):
            dog.look(0.5)
            # Its beats are its own: some of them come between two looks.
            time.sleep(0.05)
        assert process.poll() is None
        for _ in range(3):
            dog.look(0.5)
            time.sleep(0.05)
        assert process.wait(10) == -signal.SIGKILL


class _Immortal(KernelGrip):
    """A process that no signal ends, as one that waits in the kernel."""

    def kill(self) -> None:
        """Do nothing."""


def test_a_process_that_cannot_be_ended_is_told_once_and_its_step_goes_on(tmp_path: Path) -> None:
    """After its time it is recorded and released; when it ends at last, that is settled as any end is."""
    held: list[Grip] = []

    def none_below(_pid: int) -> list[Grip]:
        return held

    dog = Dog(tmp_path, Hold(of=_Immortal, below=none_below))
    with working(tmp_path) as (process, _):
        dog.look()
        process.send_signal(signal.SIGSTOP)
        dog.look(6)
        assert dog.left == []
        dog.look(9)
        assert [(each.step, each.fence, each.stuck) for each in dog.left] == [(7, 3, (process.pid,))]
        dog.look(30)
        assert len(dog.left) == 1
        process.kill()
        process.wait()
        dog.look(0.5)
    assert [each.stuck for each in dog.left] == [(process.pid,), ()]
    assert list(proofs_in(tmp_path)) == []


@pytest.mark.parametrize(("field_", "value"), [("host", "another"), ("space", 1)])
def test_processes_of_other_places_are_left_alone(tmp_path: Path, field_: str, value: object) -> None:
    """Where several hosts or containers share a home, a process id of another one means nothing here."""
    proof = Proof(tmp_path, role="hand", node="w@there", above=os.getpid(), beat_s=60)
    (path,) = proofs_in(tmp_path)
    told, own = path.read_bytes(), getattr(Witnessed(path).person, field_)
    proof.close()
    ours, theirs = f'"{field_}": {own!r}'.replace("'", '"'), f'"{field_}": {value!r}'.replace("'", '"')
    assert ours.encode() in told
    path.write_bytes(told.replace(ours.encode(), theirs.encode().ljust(len(ours)))[:4096].ljust(4096, b"\0"))
    (tmp_path / "damaged.proof").write_bytes(b"\0" * 4096)
    (tmp_path / "empty.proof").write_bytes(b"")
    dog = Dog(tmp_path)
    dog.look(30)
    assert dog.left == []
