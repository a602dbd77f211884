"""A program that is watched: how long it took, what it printed when, and the most memory that it held."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What was seen of a program.

    Attributes:
        seconds: from its start to its end.
        lines: what it printed, each line with the seconds since its start.
        cpu_s: CPU seconds of it and of all below it that it has waited for.
        bytes: the most that it held, and beside it the most that any process below it did.
    """

    seconds: float
    lines: list[tuple[float, str]]
    cpu_s: float
    bytes: int


def watched(command: Sequence[str]) -> Watched:
    """Run a program to its end.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    begun, spent = time.perf_counter(), _spent_s()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        memory = _Memory(running.pid)
        memory.start()
        assert running.stdout is not None  # noqa: S101 - asked for above
        lines = [(time.perf_counter() - begun, line) for line in running.stdout]
        code = running.wait()
        seconds = time.perf_counter() - begun
        memory.ended.set()
        memory.join()
    if code:
        raise subprocess.CalledProcessError(code, command)
    return Watched(seconds=seconds, lines=lines, cpu_s=_spent_s() - spent, bytes=memory.bytes)


def _spent_s() -> float:
    """CPU seconds of all processes below this one that have ended."""
    times = resource.getrusage(resource.RUSAGE_CHILDREN)
    return times.ru_utime + times.ru_stime


class _Memory(threading.Thread):
    """Looks several times a second at what a process and those below it have held at most, so far."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.ended = threading.Event()
        self.bytes = 0

    def run(self) -> None:
        """Look until it has ended."""
        while not self.ended.wait(_EVERY_S):
            with contextlib.suppress(psutil.Error, OSError):
                watched = psutil.Process(self._pid)
                program = watched.exe()
                # Between its fork and its own program a child holds what its parent does, and nothing else.
                below = [child for child in watched.children(recursive=True) if child.exe() != program]
                most = max((held_at_most(child.pid) for child in below), default=0)
                self.bytes = max(self.bytes, held_at_most(self._pid) + most)


def held_at_most(pid: int) -> int:
    """The most memory that a process has held since it runs its program, in bytes; 0 when it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    return 0
