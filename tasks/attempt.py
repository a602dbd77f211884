"""One attempt while it runs: whether it may go on, and what it has cost so far."""

from __future__ import annotations

import math
import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from typing import NoReturn

import psutil

from db.states import Outcome
from db.values import Claim
from pipeline.plan.errors import SupersededError, TransientError
from pipeline.plan.trace import Trace
from tasks.tidings import Tidings

#: Exit code of a process that left its work behind on purpose (EX_TEMPFAIL of sysexits.h).
_LEFT = 75


class Halt(StrEnum):
    """Why an attempt has to stop."""

    SUPERSEDED = "superseded"
    INTERRUPTED = "interrupted"
    DRAINED = "drained"
    RECALLED = "recalled"
    TIMEOUT = "timeout"

    @property
    def gives_back(self) -> bool:
        """Whether the step goes back into the line by the worker's own hand, with no retry used up."""
        return self in {Halt.INTERRUPTED, Halt.DRAINED, Halt.RECALLED}


class Attempt:
    """A claimed step in work. One thread works, a second one beats for it, a signal may interrupt it.

    Args:
        claim: what the ledger gave.
        span: this attempt's span within the job's trace.
        limit_s: seconds after which it is held to be stuck.
    """

    def __init__(self, claim: Claim, span: Trace, *, limit_s: float) -> None:
        self.claim = claim
        self.span = span
        #: How it has ended, once it has.
        self.tidings = Tidings()
        self._limit_s = limit_s
        self._began = time.monotonic()
        self._until = self._began + limit_s
        self._spent_before = spent_ms()
        #: How it ended, as the ledger was told, and the code of why; None while nothing was told.
        self.ended: tuple[Outcome, str] | None = None
        # Plain attributes: a signal handler must take no lock.
        self._halt: Halt | None = None
        self._halted_at = 0.0
        self._drained_by = math.inf
        self._draining = False
        self._leave = ""
        self._recalled_for = ""

    @property
    def given_back_for(self) -> str:
        """The code of why the step goes back into the line."""
        if self._halt is Halt.RECALLED:
            return self._recalled_for
        return "farm-drained" if self._halt is Halt.DRAINED else "farm-interrupted"

    @property
    def halt(self) -> Halt | None:
        """Why it has to stop; None while it may go on."""
        if self._halt is None:
            now = time.monotonic()
            if now > self._until:
                self.stop(Halt.TIMEOUT)
            elif now > self._drained_by:
                self.stop(Halt.INTERRUPTED)
        return self._halt

    @property
    def stopping_s(self) -> float:
        """For how long it has been asked to stop by now."""
        return time.monotonic() - self._halted_at if self.halt else 0.0

    @property
    def machine_ms(self) -> int:
        """CPU time spent since it began, by this process and every process below it."""
        return max(0, spent_ms() - self._spent_before)

    @property
    def seconds(self) -> float:
        """For how long it has run by now."""
        return time.monotonic() - self._began

    def stop(self, reason: Halt) -> None:
        """Ask it to stop; the first reason stands. Safe in a signal handler."""
        if self._halt is None:
            self._halted_at = time.monotonic()
            self._halt = reason

    def drain(self, within_s: float = math.inf) -> None:
        """Ask it to finish what it is making and to leave the rest; the earliest time stands.

        Safe in a signal handler.

        Args:
            within_s: after so many seconds it is interrupted.
        """
        # The flag comes last: whoever sees it finds the time.
        self._drained_by = min(self._drained_by, time.monotonic() + within_s)
        self._draining = True

    def recall(self, code: str) -> None:
        """As `drain`, for as long as it takes: the step alone is wanted back, and its worker goes on.

        Args:
            code: why; empty: it is not wanted back, or no more.
        """
        self._leave = code

    def check_next(self) -> None:
        """Return if it may begin to make another thing.

        Raises:
            SupersededError: ``farm-drained``, why it was recalled, and whatever `check` raises.
            TransientError: as `check`.
        """
        code = self._leave
        if self._draining:
            self.stop(Halt.DRAINED)
        elif code and self.halt is None:
            self._recalled_for = code
            self.stop(Halt.RECALLED)
        self.check()

    def check(self) -> None:
        """Return if it may go on.

        Raises:
            SupersededError: the work is somebody else's now, or this worker is to leave it.
            TransientError: ``farm-step-too-long``.
        """
        if self.halt is None:
            return
        self.check_own()
        if self.halt is Halt.INTERRUPTED:
            raise SupersededError("farm-interrupted", step=self.claim.step)
        if self.halt is Halt.DRAINED:
            raise SupersededError("farm-drained", step=self.claim.step)
        if self.halt is Halt.RECALLED:
            raise SupersededError(self._recalled_for, step=self.claim.step)
        raise self.too_long()

    def check_own(self) -> None:
        """Return if how it ended may be written: one that is late or interrupted is still its own.

        Raises:
            SupersededError: ``farm-superseded``.
        """
        if self._halt is Halt.SUPERSEDED:
            raise SupersededError("farm-superseded", step=self.claim.step)

    def too_long(self) -> TransientError:
        """What is said of an attempt that is held to be stuck."""
        return TransientError("farm-step-too-long", seconds=int(self._limit_s))


def spent_ms() -> int:
    """CPU time of this process and all below it, those that ended and were waited for included.

    A child that lives long, such as a voice's own process, is counted while it lives and after it has ended.
    """
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = sum(_ticks(pid) for pid in _below(os.getpid())) / os.sysconf("SC_CLK_TCK")
    return int((time.process_time() + ended.ru_utime + ended.ru_stime + alive) * 1000)


def _below(pid: int) -> Iterator[int]:
    """Every living process below one, as the kernel lists them; none where it does not.

    Looking through all processes of the machine, as libraries do, costs more than a small step.
    """
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - path objects would be the dearest part
            for child in _read(f"/proc/{pid}/task/{thread}/children").split():
                yield int(child)
                yield from _below(int(child))


def _ticks(pid: int) -> int:
    """CPU time of one process and of its children that ended, in clock ticks (proc(5), fields 14 to 17)."""
    with suppress(OSError):
        # The second field is the program's name in brackets, with anything in it.
        told = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        return sum(map(int, told[11:15]))
    return 0


def _read(file: str) -> bytes:
    """What stands in a file of the kernel's, at the price of three calls."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 65_536)
    finally:
        os.close(descriptor)


def leave_hard() -> NoReturn:
    """End every process below this one, and this one, at once and without writing anything."""
    try:
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
    finally:
        os._exit(_LEFT)
