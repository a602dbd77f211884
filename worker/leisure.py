"""What a worker's process does while no step is in work."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import structlog


class Leisure:
    """A thread that does chores again and again, and never while a step is in work.

    A step that comes in a turn waits for the turn's end, unclaimed: until then it is anybody's.

    Args:
        every_s: time between two turns.
    """

    def __init__(self, *, every_s: float) -> None:
        self._every_s = every_s
        self._chores: tuple[Callable[[], None], ...] = ()
        self._idle = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leisure", daemon=True)
        self._log = structlog.get_logger()

    def start(self, *chores: Callable[[], None]) -> None:
        """Begin to do these chores, in this order; what one raises is logged, and ends nothing."""
        self._chores = chores
        self._thread.start()

    def stop(self) -> None:
        """Do nothing any more; returns when the thread has ended, and may be called twice."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """While it lasts a step is in work, and no chore is done."""
        with self._idle:
            yield

    def _run(self) -> None:
        while not self._end.wait(self._every_s):
            if self._idle.acquire(blocking=False):
                try:
                    self._turn()
                finally:
                    self._idle.release()

    def _turn(self) -> None:
        for chore in self._chores:
            try:
                chore()
            except Exception:  # noqa: BLE001 - whatever it was, the next turn comes
                self._log.exception("chore failed")
