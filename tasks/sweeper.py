"""The sweeper: has the garbage collected now and then, while the dispatcher goes on dispatching."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from farm.gc import Collected
from pipeline.plan.errors import LecternError

#: How long the end of a process waits for a sweep; one that is cut short goes on at the next.
_LAST_WAIT_S = 5.0


class Sweeper:
    """Sweeps at the first turn and then every so often, in a thread of its own, one sweep at a time.

    Args:
        collect: collects the garbage; safe beside any work.
        every_s: from the beginning of one sweep to that of the next, in seconds.
    """

    def __init__(self, collect: Callable[[], Collected], *, every_s: float) -> None:
        self._collect = collect
        self._every_s = every_s
        self._due = 0.0
        self._thread: threading.Thread | None = None
        self._log = structlog.get_logger()

    def turn(self) -> None:
        """Begin a sweep if one is due; returns at once."""
        if time.monotonic() < self._due or (self._thread is not None and self._thread.is_alive()):
            return
        self._due = time.monotonic() + self._every_s
        self._thread = threading.Thread(target=self._sweep, name="sweeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait a little for a sweep that is under way."""
        if self._thread is not None:
            self._thread.join(_LAST_WAIT_S)

    def _sweep(self) -> None:
        try:
            done = self._collect()
        except LecternError as error:
            self._log.warning("not swept", code=error.code)
            return
        if done.files or done.artifacts or done.parts:
            self._log.info("swept", artifacts=done.artifacts, files=done.files, bytes=done.bytes)
