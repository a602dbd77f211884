"""Asks NVML about this host's cards, and waits for no answer longer than it is told to."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import structlog

from farm.policy.placement import Device
from worker.child import die_with
from worker.nvml import Look

#: NVML opens a card that nobody uses in a few seconds, each one after the other.
DEADLINE_S = 30.0
#: A watching program ends after so many looks: a new one sees what no old one can, as a driver that changed.
_LOOKS = 60
_PROGRAM = (sys.executable, "-P", "-m", "worker.nvml")
_SILENT = "silent"
_END_S = 0.5


class Probe:
    """A program that looks at the cards again and again, and is killed when it falls silent.

    It is asked by one loop, which it never holds up; the program cannot outlive that loop's thread.

    Args:
        every_s: time between two looks.
        deadline_s: how long after one the next is missed.
        clock: monotonic, in seconds.
    """

    def __init__(
        self, *, every_s: float, deadline_s: float = DEADLINE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._every_s = every_s
        self._deadline_s = every_s + deadline_s
        self._clock = clock
        self._program: subprocess.Popen[bytes] | None = None
        self._said = b""
        self._heard = 0.0
        self._log = structlog.get_logger()

    def look(self) -> Look | None:
        """What the program has told since the last time, if it has; its error is ``silent`` when it hung.

        Raises:
            OSError: the program cannot be started.
        """
        if self._program is None:
            self._start()
            return None
        if (look := self._read(self._program)) is not None:
            self._heard = self._clock()
            return look
        if self._clock() - self._heard > self._deadline_s:
            self._log.warning("cards silent", since_s=round(self._clock() - self._heard))
            self.close()
            return Look(error=_SILENT)
        if self._program.poll() is not None and self._clock() - self._heard >= self._every_s:
            self.close()
        return None

    def close(self) -> None:
        """End the program; it may be called twice."""
        if self._program is not None:
            _end(self._program)
        self._program, self._said = None, b""

    def _start(self) -> None:
        self._program = _started(str(self._every_s), str(_LOOKS))
        self._heard = self._clock()

    def _read(self, program: subprocess.Popen[bytes]) -> Look | None:
        if program.stdout is None:
            return None
        os.set_blocking(program.stdout.fileno(), False)
        with contextlib.suppress(BlockingIOError):
            while block := os.read(program.stdout.fileno(), 1 << 16):
                self._said += block
        *lines, self._said = self._said.split(b"\n")
        return _look(lines[-1]) if lines else None


def look_once(*, deadline_s: float = DEADLINE_S) -> Look:
    """What NVML tells now; its error is ``silent`` if it tells nothing in time.

    Raises:
        OSError: the program that asks it cannot be started.
    """
    program = _started()
    try:
        said, _ = program.communicate(timeout=deadline_s)
    except subprocess.TimeoutExpired:
        _end(program)
        return Look(error=_SILENT)
    lines = said.splitlines()
    return _look(lines[-1]) if lines else Look(error=f"exit {program.returncode}")


def devices_of(look: Look) -> Sequence[Device]:
    """The devices that workers are bound to: cards that answer, or their slices."""
    slices: dict[str, int] = {}
    devices = []
    for card in look.cards:
        if card.fault:
            continue
        label = str(card.index)
        if card.parent:
            number = slices.get(card.parent, 0)
            slices[card.parent] = number + 1
            label = f"{label}.{number}"
        devices.append(Device(uuid=card.uuid, label=label, name=card.name))
    return devices


def _end(program: subprocess.Popen[bytes]) -> None:
    """Kill a program, and wait no longer than it takes: NVML may hold it in the kernel."""
    program.kill()
    if program.stdout is not None:
        program.stdout.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(_END_S)


def _look(line: bytes) -> Look:
    try:
        return Look.from_line(line.decode())
    except ValueError:
        return Look(error=line.decode(errors="replace")[:200])


def _started(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a fixed program, and no shell
        [*_PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - one system call, and no thread but this
    )
