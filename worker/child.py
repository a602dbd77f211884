"""A process that the supervisor keeps alive, and that cannot outlive it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import structlog

from worker.logs import open_log

_PR_SET_PDEATHSIG = 1
_LONGEST_WAIT_S = 30.0
#: More of them reach the longest wait anyway, and after a night of failures leave a float's range.
_MOST_DOUBLINGS = 10
_STEADY_S = 60.0
#: Whoever was killed is gone within this time, or is not gone for long.
_DYING_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to start.

    Attributes:
        name: what people call it; the name of its log file.
        argv: program and arguments; never a shell's line.
        environment: its whole environment.
        folder: where it runs; a folder of ours, so that nothing is imported from a stranger's.
        log: file that its output is appended to; the watchdog keeps it at a length. None: its output is the
            standard output of whoever starts it.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path | None


class Child:
    """One program, started again when it ends: at once at first, then with growing patience.

    What cannot be started now is tried again in the same way.

    The kernel kills the process when the *thread* that started it ends, so `start` and `tend` belong to
    the supervisor's main thread (prctl(2), PR_SET_PDEATHSIG).
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._failures = 0
        self._log = structlog.get_logger().bind(child=program.name)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process is not None and self.alive else None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, in a session of its own, so that a terminal's Ctrl-C reaches the supervisor alone.

        Raises:
            OSError: it cannot be started, or its log cannot be opened.
        """
        program = self.program
        program.folder.mkdir(parents=True, exist_ok=True)
        with open_log(program.log) if program.log is not None else nullcontext() as log:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed program, and no shell
                list(program.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=program.folder,
                env=dict(program.environment),
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - one system call, and no thread but this
            )
        self._started = time.monotonic()
        self._log.info("started", pid=self._process.pid)

    def tend(self) -> bool:
        """Start it again if it has ended and has waited long enough; True if it was found ended."""
        if self.alive:
            return False
        lasted = time.monotonic() - self._started
        if self._process is not None:
            self._failures = 0 if lasted > _STEADY_S else self._failures + 1
            self._log.warning("ended", code=self._process.returncode, again_in_s=self._patience())
            self._process = None
            self._started = time.monotonic()
            return True
        if lasted >= self._patience():
            self._start_again()
        return False

    def _start_again(self) -> None:
        try:
            self.start()
        except (OSError, subprocess.SubprocessError) as error:
            # A full disk or process table passes, and is no reason to end what still runs.
            self._failures += 1
            self._started = time.monotonic()
            self._log.warning("not started", reason=str(error), again_in_s=self._patience())

    def _patience(self) -> float:
        if not self._failures:
            return 0.0
        doublings = min(self._failures - 1, _MOST_DOUBLINGS)
        return min(_LONGEST_WAIT_S, 0.5 * 2.0**doublings)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.alive and self._process is not None:
            self._process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Wait for its end; False if it still runs after so many seconds."""
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it and all that shares its process group, at once."""
        if self._process is None or not self.alive:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        if not self.wait(_DYING_S):
            # It waits inside the kernel, which no signal ends; the others are not to wait for it as well.
            self._log.error("does not end", pid=self._process.pid)


def die_with(parent: int) -> Callable[[], None]:
    """What a new process does first: ask to be killed when its parent's thread ends."""
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask
