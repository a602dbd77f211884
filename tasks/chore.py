"""Chores: what a leading dispatcher has done now and then, while it goes on dispatching."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from pipeline.plan.errors import LecternError

#: How long the end of a process waits for a chore; one that is cut short goes on at the next.
_LAST_WAIT_S = 5.0


class Chore:
    """Done at the first turn and then every so often, in a thread of its own, once at a time.

    Args:
        name: what it is called in the log.
        act: what is done; safe beside any work.
        every_s: from the beginning of one time to that of the next, in seconds.
    """

    def __init__(self, name: str, act: Callable[[], object], *, every_s: float) -> None:
        self._name = name
        self._act = act
        self._every_s = every_s
        self._due = 0.0
        self._thread: threading.Thread | None = None
        self._trouble = ""
        self._log = structlog.get_logger()

    def turn(self) -> None:
        """Begin it if it is due; returns at once."""
        if time.monotonic() < self._due or (self._thread is not None and self._thread.is_alive()):
            return
        self._due = time.monotonic() + self._every_s
        self._thread = threading.Thread(target=self._do, name=self._name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait a little for one that is under way."""
        if self._thread is not None:
            self._thread.join(_LAST_WAIT_S)

    def _do(self) -> None:
        trouble = ""
        try:
            self._act()
        # Trouble is told when it begins, not each time that it is met: a chore may come every second.
        except LecternError as error:
            trouble = error.code
            if trouble != self._trouble:
                self._log.warning("not done", chore=self._name, code=trouble)
        except Exception as error:  # noqa: BLE001 - the last stop: whatever it was, the next time may do better
            trouble = type(error).__name__
            if trouble != self._trouble:
                self._log.exception("not done", chore=self._name)
        self._trouble = trouble
