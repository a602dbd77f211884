"""Where log lines go: whole lines, to one stream or several, whatever else writes to them."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

#: For so long a line waits for whoever cuts its file: he takes some thousandths of it.
WRITING_S = 0.1
_opened: dict[tuple[int, Path], TextIO] = {}


def log_file(path: Path) -> TextIO | None:
    """A log file to append to, the same one whenever this process asks; None: it cannot be opened."""
    key = (os.getpid(), path)
    if key not in _opened:
        # What cannot be written costs log lines, never the work that they tell of.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            _opened[key] = path.open("a", encoding="utf-8")
    return _opened.get(key)


class Sink:
    """Writes each line whole to every stream; what takes none is passed over, and told once it does again.

    Lines of several processes in one file or pipe do not mix, as long as nobody keeps the pipe full.

    Args:
        streams: where lines go; one that cannot take a line, as on a full disk, holds up no other.
        tell: is told, once a stream takes lines again, how many it did not and since when.
    """

    def __init__(self, streams: Sequence[TextIO], tell: Callable[[int, str], None]) -> None:
        self._streams = tuple(streams)
        self._tell = tell
        self._lost = dict.fromkeys(range(len(streams)), 0)
        self._since = dict.fromkeys(range(len(streams)), "")
        self._torn = dict.fromkeys(range(len(streams)), False)
        self._turn = threading.RLock()

    def msg(self, message: str) -> None:
        """Write a line wherever that can be done."""
        back: list[tuple[int, str]] = []
        with self._turn:
            for number, stream in enumerate(self._streams):
                # A closed stream says ValueError; one that a signal's handler found busy, RuntimeError.
                try:
                    self._put(number, stream, f"{message}\n")
                except (OSError, ValueError, RuntimeError):
                    self._since[number] = self._since[number] or datetime.now(UTC).isoformat()
                    self._lost[number] += 1
                    continue
                if self._lost[number]:
                    back.append((self._lost[number], self._since[number]))
                    self._lost[number], self._since[number] = 0, ""
        for lost, since in back:
            self._tell(lost, since)

    log = debug = info = warning = error = critical = exception = msg

    def _put(self, number: int, stream: TextIO, line: str) -> None:
        with _undivided(stream):
            try:
                place = stream.fileno()
            except OSError:
                # No file of the system's: a test's, or a command's.
                stream.write(line)
                stream.flush()
                return
            stream.flush()
            rest = (f"\n{line}" if self._torn[number] else line).encode("utf-8", "replace")
            while rest:
                wrote = os.write(place, rest)
                rest = rest[wrote:]
                # What a full disk took of it is no line, and the next one begins anew.
                self._torn[number] = bool(rest)


class LibraryHandler(logging.Handler):
    """Writes the lines of libraries that use the standard `logging`.

    Args:
        sink: where they go.
    """

    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line that is as grave as the process is told; of one made wrongly, that it is so."""
        if record.levelno < logging.getLogger().level:
            # Its logger has a level of its own, for handlers of its own.
            return
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - whatever a library has put into it
            record.msg, record.args = "a line that cannot be told", ()
            record.exc_info = record.exc_text = record.stack_info = None
            line = self.format(record)
        self._sink.msg(line)


class _LibraryLogger(logging.Logger):
    """A logger whose lines go the way of all others, whatever handlers its library gives it."""

    def callHandlers(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name in `logging`
        """Hand a line to the handlers of the process."""
        if not _is_mute(self):
            logging.getLogger().callHandlers(record)


def take_in_libraries() -> None:
    """Have each library's lines come to the root logger, also of one that is imported later.

    torch, billiard and others write past it in forms of their own. What a library silences stays silent.
    """
    logging.setLoggerClass(_LibraryLogger)
    for each in tuple(logging.root.manager.loggerDict.values()):
        if isinstance(each, logging.Logger) and not isinstance(each, _LibraryLogger) and not _is_mute(each):
            each.handlers.clear()
            each.propagate = True


def _is_mute(logger: logging.Logger) -> bool:
    """Whether it, or one above it, was given handlers that say nothing, and is cut off from the root."""
    each: logging.Logger | None = logger
    while each is not None:
        if not each.propagate:
            return bool(each.handlers) and all(
                isinstance(handler, logging.NullHandler) for handler in each.handlers
            )
        each = each.parent
    return False


@contextmanager
def _undivided(stream: TextIO) -> Generator[None]:
    """While it lasts, whoever cuts log files does not cut this one (`worker.logs`); it is waited for briefly.

    Each line has a lock of its own, since a lock of the stream's is one for all processes that share it.
    """
    lock = -1
    try:
        if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            lock = os.open(f"/proc/self/fd/{stream.fileno()}", os.O_RDONLY)
            _await_lock(lock)
    # What is no file has no lock, and needs none.
    except (OSError, ValueError):
        pass
    try:
        yield
    finally:
        if lock >= 0:
            os.close(lock)


def _await_lock(lock: int) -> None:
    until = time.monotonic() + WRITING_S
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return None
        time.sleep(0.001)
