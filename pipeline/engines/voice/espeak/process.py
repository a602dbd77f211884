"""The process that speaks: started when it is needed, again after it died, ended with its owner."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from pipeline.engines.voice.espeak import zygote
from pipeline.pipes import is_ready
from pipeline.plan.errors import DefectError, InputError, TransientError

#: One utterance takes milliseconds; a call that takes so long will not return.
LIMIT_MS = 30_000
_PATIENCE_MS = 5_000
# A bare interpreter: no site packages, no user settings, no bytecode written.
_FLAGS = ("-I", "-S", "-B")


class _GoneError(Exception):
    """The process ended in the middle of a request."""


class Zygote:
    """A handle on the program of `zygote.py`; safe for threads, and after a fork of its owner.

    Args:
        library: espeak-ng's shared library.
        data: the folder in which ``espeak-ng-data`` lies.
        limit_ms: time limit of one request.
    """

    def __init__(self, *, library: Path, data: Path, limit_ms: int = LIMIT_MS) -> None:
        self._command = (
            *(sys.executable, *_FLAGS, str(Path(zygote.__file__).resolve())),
            *(str(library), str(data), str(limit_ms)),
        )
        self._limit_s = (limit_ms + _PATIENCE_MS) / 1000
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._version = ""

    @property
    def version(self) -> str:
        """Version of the library, as it tells itself.

        Raises:
            InputError: ``engine-broken``: the library does not load.
            TransientError: ``voice-espeak-ended``: the process does not stay.
        """
        if not self._version:
            with self._turn():
                try:
                    self._running()
                except _GoneError as error:
                    raise TransientError("voice-espeak-ended") from error
        return self._version

    @property
    def pid(self) -> int | None:
        """The running process's id, None while there is none."""
        return None if self._process is None else self._process.pid

    def ask(self, request: Mapping[str, str | int | bool]) -> bytes:
        """What the library answers to one request.

        Raises:
            InputError: ``engine-broken``: the library does not load.
            TransientError: ``voice-espeak-ended``, ``voice-espeak-crashed`` or ``voice-espeak-late``.
            DefectError: ``voice-espeak-refused``: a request that should never have been made.
        """
        body = json.dumps(request, ensure_ascii=False).encode()
        with self._turn():
            try:
                told = self._exchange(body)
            except _GoneError:
                # It can end between two requests, with the thread that started it or by the hand of an
                # operator; a second time in a row is an error.
                try:
                    told = self._exchange(body)
                except _GoneError as error:
                    raise TransientError("voice-espeak-ended") from error
        status, rest = told[:1], told[1:]
        if status == zygote.ANSWER_OK:
            return rest
        if status == zygote.ANSWER_LATE:
            raise TransientError("voice-espeak-late", seconds=int(self._limit_s))
        if status == zygote.ANSWER_CRASHED:
            raise TransientError("voice-espeak-crashed", status=rest.decode())
        raise DefectError("voice-espeak-refused", reason=rest.decode())

    def close(self) -> None:
        """End the process; it may be called twice, and the next request starts a new one."""
        with self._turn():
            self._end()

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the pipes for one request; in a fork of the owner, let go of the owner's first."""
        if os.getpid() != self._owner:
            self._owner = os.getpid()
            self._lock = threading.Lock()
            if self._process is not None:
                _close_pipes(self._process)
                # It is no child of this process, which therefore has nothing to wait for.
                self._process.returncode = 0
                self._process = None
        with self._lock:
            yield

    def _exchange(self, body: bytes) -> bytes:
        """One request and its answer, which has one byte at least."""
        process = self._running()
        try:
            zygote.write_frame(_pipe(process.stdin), b"", body)
            told = self._read(process)
        except (BrokenPipeError, ConnectionResetError):
            told = None
        except BaseException:
            # An interrupt between question and answer would leave the answer to the next question.
            self._end()
            raise
        if not told:
            self._end()
            raise _GoneError
        return told

    def _running(self) -> subprocess.Popen[bytes]:
        """The process, started if there is none or it has ended."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        self._process = subprocess.Popen(  # noqa: S603 - our own program, by its path, without a shell
            [*self._command, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=_environment(),
        )
        try:
            told = self._read(self._process)
        except BaseException:
            self._end()
            raise
        if not told:
            self._end()
            raise _GoneError
        if told[:1] != zygote.ANSWER_OK:
            self._end()
            raise InputError("engine-broken", engine="espeak", reason=" ".join(told[1:].decode().split()))
        self._version = told[1:].decode()
        return self._process

    def _read(self, process: subprocess.Popen[bytes]) -> bytes | None:
        """One frame, within the time limit; None when the process has ended or is ended for being late."""
        deadline = time.monotonic() + self._limit_s
        source = _pipe(process.stdout)

        def read(size: int) -> bytes:
            ready = is_ready(source, within_s=deadline - time.monotonic())
            return os.read(source, size) if ready else b""

        return zygote.read_frame(read)

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        _close_pipes(process)


def locate() -> tuple[Path, Path]:
    """espeak-ng's shared library and the folder of its data, in the wheel of ``espeakng-loader``.

    Only the package's folder is looked up: neither it nor the library is loaded into this process.

    Raises:
        InputError: ``engine-missing``.
    """
    spec = importlib.util.find_spec("espeakng_loader")
    if spec is None or spec.origin is None:
        install = "pip install espeakng-loader"
        raise InputError("engine-missing", engine="espeak", library="espeakng_loader", install=install)
    folder = Path(spec.origin).parent
    suffix = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")
    return folder / f"libespeak-ng{suffix}", folder


def _environment() -> dict[str, str]:
    """The same locale everywhere; of the rest only what the interpreter may need to find its libraries."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {"LC_ALL": "C.UTF-8", **kept}


def _pipe(file: IO[bytes] | None) -> int:
    if file is None:
        raise ValueError("a process without pipes")
    return file.fileno()


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for file in (process.stdin, process.stdout):
        if file is not None:
            file.close()
