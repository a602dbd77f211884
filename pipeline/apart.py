"""Work that may hang is done by a process apart, which is given up, and killed, once nothing of it moves.

A share whose server froze holds whoever touches it inside the kernel, for minutes or for ever; no signal
but the last reaches them, and some are not even reached by that one (nfs(5), option ``hard``). So no process
of the farm touches the archive itself: a helper does, and whoever asked it watches that its work moves.

What moves is known by the kernel's own account of bytes and calls (proc(5), /proc/PID/io), so that a large
film on a slow line takes the time that it takes, and by the helper's questions.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, NoReturn, ParamSpec, Self, TypeVar

from pipeline.pipes import is_ready
from pipeline.plan.errors import AwayError, TransientError

_P = ParamSpec("_P")
_T = TypeVar("_T")
_Within = Callable[[], AbstractContextManager[object]]

_LOOK_S = 0.25
#: How long a helper that was killed is waited for; one that the kernel holds lasts longer.
_DIE_S = 1.0
_LENGTH = struct.Struct("!Q")
_BLOCK = 1 << 16


def _never_mind() -> None:
    """Do nothing: nobody asks meanwhile."""


_NO_CALLS: Mapping[str, Callable[..., object]] = MappingProxyType({})


class Apart:
    """A helper process for everything that touches one folder; started when it is first needed.

    Safe for threads, which wait for each other, and after a fork. A context manager.

    Args:
        root: the folder, for people.
        stuck_s: after so long without any movement the helper is given up.
        within: asked at each request for what can be pickled and, called in the helper, opens a context that
            the work is done in, such as one that names in log lines what it is done for.
    """

    def __init__(self, root: Path, *, stuck_s: float, within: Callable[[], _Within] | None = None) -> None:
        self._root = root
        self._stuck_s = stuck_s
        self._within = within
        self._lock = threading.Lock()
        self._helper: _Helper | None = None
        self._owner = os.getpid()

    def run(self, act: Callable[_P, _T], *args: _P.args, **more: _P.kwargs) -> _T:
        """What a function returns, or raises, that is run in the helper.

        Args:
            act: a function of some module; it may be run twice if the helper dies in the middle of it.
            args: what it is given; all of it can be pickled.
            more: likewise, by name.

        Raises:
            AwayError: ``archive-stuck``: nothing moved for too long, or the helper before this one is still
                held by the kernel. What it had begun may yet be done, late.
            TransientError: ``archive-helper-lost``: the helper died twice.
        """
        return self.ask(act, _NO_CALLS, _never_mind, *args, **more)

    def ask(
        self,
        act: Callable[..., _T],
        calls: Mapping[str, Callable[..., object]],
        check: Callable[[], None],
        *args: object,
        **more: object,
    ) -> _T:
        """As `run`, of a function that calls back.

        Args:
            act: as in `run`.
            calls: functions of this process by the names of the arguments under which `act` gets them. What
                they are given, return and raise can be pickled; for as long as one takes nothing is stuck.
            check: called several times a second while the helper is waited for; what it raises ends the
                helper.
            args: as in `run`.
            more: likewise.

        Raises:
            AwayError, TransientError: as `run`.
        """
        request = (act, args, more, tuple(calls), self._within() if self._within else nullcontext)
        with self._lock:
            try:
                done: _T = self._try(request, calls, check)
            except _GoneError:
                # Somebody killed it, such as a kernel without memory.
                done = self._try_last(request, calls, check)
            return done

    def close(self) -> None:
        """Have the helper end; it may be called twice, and begun anew by another call."""
        if self._helper is None or self._owner != os.getpid():
            return
        if self._lock.acquire(timeout=_DIE_S):
            try:
                self._helper.end()
                self._helper = None
            finally:
                self._lock.release()
        else:
            # Another thread waits for it, who hears of its end.
            self._helper.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _try_last(
        self, request: object, calls: Mapping[str, Callable[..., object]], check: Callable[[], None]
    ) -> Any:  # noqa: ANN401
        try:
            return self._try(request, calls, check)
        except _GoneError as gone:
            raise TransientError("archive-helper-lost", root=str(self._root), reason=str(gone)) from gone

    def _try(
        self, request: object, calls: Mapping[str, Callable[..., object]], check: Callable[[], None]
    ) -> Any:  # noqa: ANN401
        helper = self._living()
        try:
            return helper.do(request, calls, _Patience(stuck_s=self._stuck_s, check=check))
        except _StuckError:
            helper.kill()
            self._give_up()
        except _GoneError:
            helper.kill()
            raise
        except BaseException:
            # What it answered is an answer; anything else leaves it in the middle of something.
            if not helper.idle:
                helper.kill()
            raise

    def _living(self) -> _Helper:
        if self._helper is not None and self._owner != os.getpid():
            self._helper.forget()
            self._helper = None
        if self._helper is not None and self._helper.killed and self._helper.alive:
            # One that the kernel holds is held by what the next one would meet; they would heap up.
            self._give_up()
        if self._helper is None or not self._helper.alive:
            if self._helper is not None:
                self._helper.kill()
            self._helper, self._owner = _Helper(), os.getpid()
        return self._helper

    def _give_up(self) -> NoReturn:
        raise AwayError("archive-stuck", root=str(self._root), seconds=round(self._stuck_s))


@dataclass(frozen=True, kw_only=True)
class _Patience:
    """For how long nothing may move, and what is called meanwhile."""

    stuck_s: float
    check: Callable[[], None]


class _StuckError(Exception):
    """Nothing moved for too long."""


class _GoneError(Exception):
    """The helper ended without an answer."""


class _Helper:
    """The handle on one helper."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this very module, and no shell
                # What is known here by name is found there by it, wherever this process looks for it.
                [sys.executable, "-P", "-m", "pipeline.apart", str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        ours.setblocking(False)  # noqa: FBT003 - a flag in the system's own call
        self._line = ours
        self._pending = bytearray()
        self.killed = False
        self.idle = True

    @property
    def alive(self) -> bool:
        """Whether it is there, if only in the kernel."""
        return self._process.poll() is None

    def do(self, request: object, calls: Mapping[str, Callable[..., object]], patience: _Patience) -> object:
        """Have it do something; what came of it is returned or raised."""
        self.idle = False
        self._send(request, patience)
        raised: list[Exception] = []
        while True:
            what, *told = self._receive(patience)
            if what == "call":
                name, args = told
                try:
                    answer = ("returned", calls[name](*args))
                except Exception as error:  # noqa: BLE001 - it is raised there, and then here again
                    raised.append(error)
                    answer = ("raised", error)
                self._send(answer, patience)
                continue
            self.idle = True
            if what == "returned":
                return told[0]
            came: Exception = told[0]
            if raised and type(came) is type(raised[-1]) and came.args == raised[-1].args:
                # What an answer raised comes back as itself.
                raise raised[-1]
            raise came

    def kill(self) -> None:
        """End it at once; whoever is held by the kernel is left to it."""
        self.killed = True
        self._line.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_DIE_S)

    def end(self) -> None:
        """Have it end: it does when nobody holds the other end of its line."""
        self._line.close()
        try:
            self._process.wait(_DIE_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def forget(self) -> None:
        """Leave it to the process that this one was forked from."""
        self._line.close()
        self._process.returncode = 0

    def _send(self, message: object, patience: _Patience) -> None:
        content = pickle.dumps(message)
        rest = memoryview(_LENGTH.pack(len(content)) + content)
        watch = _Watch(self._process.pid, patience)
        while rest:
            try:
                rest = rest[self._line.send(rest) :]
            except BlockingIOError:
                watch.wait(self._line, writing=True)
            except OSError as error:
                raise _GoneError(self._end()) from error

    def _receive(self, patience: _Patience) -> tuple[Any, ...]:
        watch = _Watch(self._process.pid, patience)
        while True:
            if len(self._pending) >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(self._pending)
                if len(self._pending) >= _LENGTH.size + length:
                    content = bytes(self._pending[_LENGTH.size : _LENGTH.size + length])
                    del self._pending[: _LENGTH.size + length]
                    told: tuple[Any, ...] = pickle.loads(content)  # noqa: S301 - from a process of our own
                    return told
            try:
                block = self._line.recv(_BLOCK)
            except BlockingIOError:
                watch.wait(self._line, writing=False)
                continue
            except OSError as error:
                raise _GoneError(self._end()) from error
            if not block:
                raise _GoneError(self._end())
            self._pending += block

    def _end(self) -> str:
        """How it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(_DIE_S)
            return signal.strsignal(-code) or str(code) if code < 0 else str(code)
        return "?"


class _Watch:
    """Watches that a process moves.

    Time in which this process itself stood still does not count: it is counted look by look.
    """

    def __init__(self, pid: int, patience: _Patience) -> None:
        self._account = Path(f"/proc/{pid}/io")
        self._patience = patience
        self._still_s = 0.0
        self._seen = self._look()

    def wait(self, line: socket.socket, *, writing: bool) -> None:
        """Wait for the line for a moment.

        Raises:
            _StuckError: nothing has moved for too long.
        """
        self._patience.check()
        begun = time.monotonic()
        if is_ready(line.fileno(), within_s=_LOOK_S, writing=writing):
            return
        seen = self._look()
        if seen != self._seen:
            self._seen, self._still_s = seen, 0.0
            return
        self._still_s += min(time.monotonic() - begun, 2 * _LOOK_S)
        if self._still_s >= self._patience.stuck_s:
            raise _StuckError

    def _look(self) -> bytes:
        try:
            return self._account.read_bytes()
        except OSError:
            # A kernel without the account: then only questions and answers count as movement.
            return b""


def main(descriptor: int, *places: str) -> NoReturn:
    """Be a helper: do what is asked over a socket until nobody holds its other end, then end at once.

    Args:
        descriptor: of the socket.
        places: where modules are looked for, beside where this process looks by itself.
    """
    sys.path += [place for place in places if place and place not in sys.path]
    # A terminal's Ctrl-C and a service manager's SIGTERM reach whole groups; whoever asked decides.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    line = socket.socket(fileno=descriptor)
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(line, inbox), daemon=True).start()
    while True:
        request = inbox.get()
        try:
            # From the process that started this one.
            act, args, more, names, within = pickle.loads(request)  # noqa: S301
            more |= {name: _Call(line, inbox, name) for name in names}
            with within():
                answer = ("returned", act(*args, **more))
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            answer = ("raised", error)
        _tell(line, answer)


class _Call:
    """A function of whoever asked."""

    def __init__(self, line: socket.socket, inbox: queue.SimpleQueue[bytes], name: str) -> None:
        self._line = line
        self._inbox = inbox
        self._name = name

    def __call__(self, *args: object) -> object:
        """Call it there; what it returns, or raises."""
        _tell(self._line, ("call", self._name, args))
        what, told = pickle.loads(self._inbox.get())  # noqa: S301 - as in `main`
        if what == "raised":
            raise told
        return told


def _listen(line: socket.socket, inbox: queue.SimpleQueue[bytes]) -> None:
    """Hear what is asked, and the end of whoever asks, also while the work hangs."""
    with line.makefile("rb") as file, contextlib.suppress(OSError):
        while len(head := file.read(_LENGTH.size)) == _LENGTH.size:
            inbox.put(file.read(_LENGTH.unpack(head)[0]))
    os._exit(0)


def _tell(line: socket.socket, message: tuple[str, object] | tuple[str, str, object]) -> None:
    try:
        content = pickle.dumps(message)
    except Exception as error:  # noqa: BLE001 - an error of somebody else's that cannot be sent
        content = pickle.dumps(("raised", RuntimeError(f"{message!r}: {error}")))
    line.sendall(_LENGTH.pack(len(content)) + content)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
