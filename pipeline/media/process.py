"""One child process at a time: fed, limited, and gone for sure when its caller is done with it."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import spans
from pipeline.plan.errors import AwayError, TransientError

_PR_SET_PDEATHSIG = 1
_TAIL = 2000
_TELL = 400
_LOOK_S = 0.2
# How FFmpeg and its libraries say it; a thread that cannot be started has no room for its stack.
_NO_MEMORY = ("Cannot allocate memory", "malloc", "pthread_create() failed")
_PIPE_BYTES = 1 << 20
# Who lost its parent before it was bound to it ends by itself.
_BIND = '[ "$PPID" = "$1" ] || exit 1; ulimit -c 0; ulimit -v "$2" || exit 1; shift 2; exec "$@"'
_ENVIRONMENT = {
    # One heap for all of its threads: packets pass from thread to thread, and an hour's tables leave two
    # megabytes less behind. The GNU C library reads it, others pass over it.
    "MALLOC_ARENA_MAX": "1",
    # Which card encodes is known before: the first by its place in the machine, not the fastest.
    "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one run of FFmpeg may cost.

    Attributes:
        seconds: wall-clock time before it is killed.
        memory_bytes: address space; allocations beyond it fail.
    """

    seconds: int
    memory_bytes: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a program runs.

    Attributes:
        folder: its working folder; None for this process's own.
        environment: variables that it has besides this process's own.
    """

    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


_ANYWHERE = Place()


class Child:
    """A running program: no shell reads its command, a session of its own, a signal when its parent dies.

    The parent-death signal belongs to the thread that starts the child, so that thread must outlive it.

    Args:
        command: program and arguments.
        limits: what it may cost.
        check: called several times a second while the child is waited for; what it raises ends the child.
        fed: whether bytes will be written to its standard input.
        place: where it runs.

    Raises:
        TransientError: ``media-failed``: it cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        limits: Limits,
        check: Callable[[], None],
        fed: bool,
        place: Place,
    ) -> None:
        self._limits = limits
        self._check = check
        self._deadline = time.monotonic() + limits.seconds
        self._tail = b""
        binder = _binder()
        try:
            if not executable(Path(command[0])):
                # As the system itself would say it; by the binder it would be said in a shell's words.
                raise _refusal(command[0])
            self._process = subprocess.Popen(  # noqa: S603 - the arguments are ours, and no shell reads any
                [*binder, str(os.getpid()), str(_memory(limits) // 1024), *command]
                if binder
                else list(command),
                stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, **_ENVIRONMENT, **place.environment},
                cwd=place.folder,
                start_new_session=True,
                preexec_fn=None if binder else _last_will(limits),  # noqa: PLW1509 - only kernel calls
            )
        except OSError as error:
            raise TransientError("media-failed", reason=os.strerror(error.errno or errno.EIO)) from error
        self._poll = select.poll()
        assert self._process.stderr is not None  # noqa: S101 - a pipe was asked for
        self._errors = self._process.stderr.fileno()
        os.set_blocking(self._errors, False)
        self._poll.register(self._errors, select.POLLIN)
        if self._process.stdin is not None:
            os.set_blocking(self._process.stdin.fileno(), False)
            _widen(self._process.stdin.fileno())

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def code(self) -> int:
        """What it ended with: its exit code, or less than 0, the signal that ended it; 0 while it runs."""
        return self._process.returncode or 0

    def write(self, data: bytes | memoryview) -> None:
        """Feed bytes; waits while the child is busy.

        Raises:
            TransientError, AwayError: the child ended before it took them all, or its time is up.
        """
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - only a fed child is written to
        rest = memoryview(data).cast("B")
        try:
            while rest:
                try:
                    rest = rest[os.write(pipe.fileno(), rest) :]
                except BlockingIOError:
                    self._wait(pipe.fileno())
        except BrokenPipeError:
            self.finish()
            # It took what it wanted, left, and called that a success: the caller's counts will not agree.
            raise TransientError("media-failed", reason="the input was not read to its end") from None

    def finish(self) -> None:
        """Wait for the end of a child that has been fed everything.

        Raises:
            TransientError: ``media-failed`` with its last words, ``media-time`` or ``media-memory``.
            AwayError: ``media-disk-full``.
        """
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        while not self._ended():
            self._wait(None)
        if self._process.wait() != 0:
            raise self._verdict()

    def kill(self) -> None:
        """End the child and everything in its session, if it still lives; returns when it is gone."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _ended(self) -> bool:
        return self._process.poll() is not None

    def _wait(self, writable: int | None) -> None:
        """Wait a moment for the child to take or say something."""
        self._check()
        if time.monotonic() > self._deadline:
            raise TransientError("media-time", seconds=self._limits.seconds)
        if writable is not None:
            self._poll.register(writable, select.POLLOUT)
        try:
            events = self._poll.poll(_LOOK_S * 1000)
        finally:
            if writable is not None:
                self._poll.unregister(writable)
        if any(descriptor == self._errors for descriptor, _ in events):
            self._listen()

    def _listen(self) -> None:
        with contextlib.suppress(BlockingIOError):
            words = os.read(self._errors, _PIPE_BYTES)
            if not words:
                # All is said; poll would report the closed pipe again and again.
                self._poll.unregister(self._errors)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(_LOOK_S)
            self._tail = (self._tail + words)[-_TAIL:]

    def _verdict(self) -> TransientError | AwayError:
        """What the child's end means to the farm, by its last words."""
        while True:
            try:
                words = os.read(self._errors, _PIPE_BYTES)
            except BlockingIOError:
                break
            if not words:
                break
            self._tail = (self._tail + words)[-_TAIL:]
        said = " ".join(self._tail.decode("utf-8", "replace").split())[-_TELL:]
        if "No space left on device" in said or "Disk quota exceeded" in said:
            return AwayError("media-disk-full")
        if any(words in said for words in _NO_MEMORY):
            return TransientError("media-memory", memory_bytes=self._limits.memory_bytes)
        return TransientError("media-failed", reason=said or f"exit status {self._process.returncode}")


@contextlib.contextmanager
def running(
    command: Sequence[str],
    *,
    limits: Limits,
    check: Callable[[], None],
    fed: bool = False,
    place: Place = _ANYWHERE,
) -> Iterator[Child]:
    """A child for the length of a block; however the block is left, the child is gone afterwards."""
    child = Child(command, limits=limits, check=check, fed=fed, place=place)
    spans.tell("process.pid", child.pid)
    try:
        yield child
    finally:
        child.kill()
        spans.tell("process.exit.code", child.code)


def machine_ms() -> int:
    """CPU time of this process and of its children that have ended, in whole milliseconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((time.process_time() + children.ru_utime + children.ru_stime) * 1000)


def executable(path: Path) -> bool:
    """Whether a file is there and may be run."""
    return path.is_file() and os.access(path, os.X_OK)


def _refusal(program: str) -> OSError:
    """Why a program cannot be started."""
    code = errno.EACCES if Path(program).exists() else errno.ENOENT
    return OSError(code, os.strerror(code))


@functools.cache
def _binder() -> tuple[str, ...]:
    """What starts a program, its arguments after these: our process id, KiB of memory, and the command.

    Whatever else is called between fork and exec takes a copy of this process's tables of memory: 60 ms of a
    processor's time for each GB that its models take, each time. So what binds the child is done after the
    exec, by a program of util-linux (setpriv(1)) and a shell that reads a script of ours alone.
    Empty on a system without.
    """
    program = shutil.which("setpriv")
    return (program, "--pdeathsig", "KILL", "--", "/bin/sh", "-c", _BIND, "sh") if program else ()


def _memory(limits: Limits) -> int:
    """Bytes of memory that a child may ask for: no limit from above is lifted."""
    _, allowed = resource.getrlimit(resource.RLIMIT_AS)
    return limits.memory_bytes if allowed == resource.RLIM_INFINITY else min(allowed, limits.memory_bytes)


def _last_will(limits: Limits) -> Callable[[], None]:
    """What the child does between fork and exec: bind its life and its memory."""
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    memory = _memory(limits)

    def bind() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return bind


def _widen(descriptor: int) -> None:
    """Let a pipe hold a whole frame where the system allows it: fewer wake-ups for the same bytes."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
