"""A hold on one process that is no child of ours: whether it lives, and its end, never another one's."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from worker.proof import started_at


class Grip(Protocol):
    """A process that is held on to."""

    pid: int

    def alive(self) -> bool:
        """Whether it has not ended yet; one that nobody has waited for has."""
        ...

    def kill(self) -> None:
        """Have it ended."""
        ...

    def let_go(self) -> None:
        """Hold on to it no more."""
        ...


class KernelGrip:
    """A grip by a process's file descriptor (pidfd_open(2)): its id may be given anew, the descriptor is not.

    Args:
        pid: its process id.
        ticks: when it was started, as `started_at` says; None: whoever has that id now.

    Raises:
        ProcessLookupError: it has ended, and is forgotten by now.
    """

    def __init__(self, pid: int, ticks: int | None = None) -> None:
        self.pid = pid
        self._descriptor = os.pidfd_open(pid)
        if ticks is not None and started_at(pid) != ticks:
            self.let_go()
            raise ProcessLookupError(pid)

    def alive(self) -> bool:
        """Whether it has not ended yet; one that nobody has waited for has."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return not poll.poll(0)

    def kill(self) -> None:
        """Have it ended; what may not be done is left to be found undone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    def let_go(self) -> None:
        """Hold on to it no more."""
        os.close(self._descriptor)


def below(pid: int) -> Iterator[int]:
    """Every living process below one, nearest first, as the kernel lists them."""
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text("ascii").split():
                yield int(child)
                yield from below(int(child))


def grips_below(pid: int) -> list[Grip]:
    """A hold on everything below a process."""
    grips: list[Grip] = []
    for child in below(pid):
        with contextlib.suppress(OSError):
            grips.append(KernelGrip(child))
    return grips
