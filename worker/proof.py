"""What a process of the farm proves of itself to the watchdog of its host: a small file in shared memory.

Each process has a file of its own, which it alone writes: counters, and who it is as text. To raise a
counter is to write eight bytes of memory: no system call, no lock, and it stands there still when the
process is killed in that moment. A file goes with its process when that ends in good order; else the
watchdog takes it away when what the process held is released.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from farm.policy.readiness import Stance
from tasks.witness import Unwatched, Witness

#: The role of a process that may lead.
DISPATCHER = "dispatcher"
#: The role of a process that works.
HAND = "hand"
_SUFFIX = ".proof"
_SIZE = 4096
_COUNTERS = 64
_WORD = 8
_BEATS, _MOVES, _STEP, _FENCE, _AWAITED, _HEARD, _STANCE = range(7)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who a process is.

    Attributes:
        role: ``main``, ``hand`` or ``dispatcher``.
        node: the name under which the ledger knows its worker, such as ``cpu0@host``, or the dispatcher;
            empty for none.
        host: where it runs.
        pid: its process id.
        ticks: when it was started, in clock ticks since the machine was: with the id, no other process.
        above: process id of the worker's main process; its own if it is that one.
        above_ticks: when that one was started.
        space: its PID namespace: only within it do process ids mean anything.
    """

    role: str
    node: str
    host: str
    pid: int
    ticks: int
    above: int
    above_ticks: int
    space: int


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a proof says at one moment.

    Attributes:
        beats: how often the process has proved its life.
        moves: how often it has made progress.
        step: the step that it holds, or asks for; 0: none.
        fence: with which fence; 0: the ledger has not answered yet.
        awaited: whether progress is awaited of it.
        heard: how often the ledger has answered it.
        stance: why it takes no work, as far as it has been answered.
    """

    beats: int
    moves: int
    step: int
    fence: int
    awaited: bool
    heard: int
    stance: Stance


class Proof:
    """A process's own proof; implements `tasks.witness.Witness`.

    Args:
        folder: where the watchdog of this host looks.
        role: as in `Person`.
        node: likewise.
        above: process id of the worker's main process; its own if it is that one.
        beat_s: how often life is proved, from `start` on.

    Raises:
        OSError: the file cannot be made.
    """

    def __init__(self, folder: Path, *, role: str, node: str, above: int, beat_s: float) -> None:
        self._person = Person(
            role=role,
            node=node,
            host=socket.gethostname(),
            pid=os.getpid(),
            ticks=started_at(os.getpid()) or 0,
            above=above,
            above_ticks=started_at(above) or 0,
            space=own_space(),
        )
        self.path = folder / f"{role}-{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._map = _made(self.path, self._person)
        # Native words: each is written in one go, so that nobody reads half of one.
        self._words = memoryview(self._map)[:_COUNTERS].cast("Q")
        self._beat_s = beat_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._pulse, name="pulse", daemon=True)

    def start(self) -> None:
        """Prove life from now on."""
        self.beat()
        self._thread.start()

    def seek(self, step: int) -> None:
        """Prove that a step is asked for."""
        self._words[_FENCE] = 0
        self._words[_STEP] = step

    def carry(self, fence: int) -> None:
        """Prove that the step is held, with that fence."""
        self._words[_FENCE] = fence

    def owe(self, *, moves: bool) -> None:
        """Prove that progress is awaited, or none any more."""
        self._words[_AWAITED] = int(moves)

    def move(self) -> None:
        """Prove progress."""
        self._words[_MOVES] += 1

    def rest(self) -> None:
        """Prove that no step is held."""
        self._words[_AWAITED] = 0
        self._words[_STEP] = 0

    def stand(self, stance: Stance) -> None:
        """Prove that the ledger has answered, and why no work is taken."""
        self._words[_STANCE] = int(stance)
        self._words[_HEARD] += 1

    def beat(self) -> None:
        """Prove life."""
        self._words[_BEATS] += 1

    def close(self) -> None:
        """End in good order: there is nothing more to prove. It may be called twice."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _pulse(self) -> None:
        while not self._end.wait(self._beat_s):
            self.beat()


@contextlib.contextmanager
def proving(folder: Path, *, role: str, beat_s: float, node: str = "") -> Iterator[Witness]:
    """Prove the life of this process while it lasts; without a file for it, nobody watches over it.

    Yields:
        Who is shown what the process does.
    """
    proof = proof_of(folder, role=role, node=node, above=os.getpid(), beat_s=beat_s)
    if proof is not None:
        proof.start()
    try:
        yield proof or Unwatched()
    finally:
        if proof is not None:
            proof.close()


def proof_of(folder: Path, *, role: str, node: str, above: int, beat_s: float) -> Proof | None:
    """A proof, as `Proof` says; None, and a line in the log, where none can be made, as on a full disk."""
    try:
        return Proof(folder, role=role, node=node, above=above, beat_s=beat_s)
    except OSError as error:
        structlog.get_logger().warning("nobody watches", reason=str(error))
        return None


class Witnessed:
    """A proof as the watchdog reads it.

    Raises:
        OSError: it is gone.
        ValueError: it is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE, access=mmap.ACCESS_READ)
        self._words = memoryview(self._map)[:_COUNTERS].cast("Q")
        try:
            told = json.loads(self._map[_COUNTERS:].rstrip(b"\0").decode())
            self.person = Person(**told)
        except TypeError as error:
            raise ValueError("it tells of nobody") from error

    def read(self) -> Shown:
        """What it says now."""
        words = self._words
        return Shown(
            beats=words[_BEATS],
            moves=words[_MOVES],
            step=words[_STEP],
            fence=words[_FENCE],
            awaited=bool(words[_AWAITED]),
            heard=words[_HEARD],
            stance=Stance(words[_STANCE]),
        )

    def take_away(self) -> None:
        """Remove it: everything that it proved is settled."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def proofs_in(folder: Path) -> Iterator[Path]:
    """The proofs in a folder; none when there is no folder."""
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        yield from (Path(each.path) for each in found if each.name.endswith(_SUFFIX))


def started_at(pid: int) -> int | None:
    """When a process was started, in clock ticks since boot (proc(5), stat, field 22); None: it is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The second field is the program's name in brackets, with anything in it.
    return int(told.rpartition(b")")[2].split()[19])


def own_space() -> int:
    """This process's PID namespace, by its number; 0 where there are none."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116 - a link that leads nowhere on disk
    except OSError:
        return 0


def _made(path: Path, person: Person) -> mmap.mmap:
    """A proof's file, whole from the moment when it has its name."""
    part = path.with_suffix(".part")
    text = json.dumps(asdict(person)).encode()
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        # Written, not only made long: where the disk is full, an error says so now, and not a signal later.
        os.write(descriptor, bytes(_COUNTERS) + text.ljust(_SIZE - _COUNTERS, b"\0"))
        made = mmap.mmap(descriptor, _SIZE)
        part.rename(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return made
