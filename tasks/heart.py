"""The heartbeat of a worker's process: its own life, the lease of its step, and the end of what must end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from pipeline.plan.errors import AwayError
from tasks.attempt import Attempt, Halt

_TICK_S = 0.2


class Heart:
    """A thread that beats for this process and for the attempt it works on.

    While the ledger cannot be reached it goes on trying, and the attempt goes on working; an error of any
    other kind is logged, and does not end it either. An attempt that does not stop within `grace_s` of being
    asked to is ended with its whole process, children first: it is stuck in something that asks nobody.

    Args:
        beat: tells the ledger that this process lives, and asks whether the attempt is still its own; called
            from this thread. Raises `AwayError` while the ledger cannot be reached.
        every_s: time between two beats.
        grace_s: what an attempt gets to stop by itself.
        leave: ends the process.
    """

    def __init__(
        self,
        beat: Callable[[Attempt | None], bool],
        *,
        every_s: float,
        grace_s: float,
        leave: Callable[[Attempt], None],
    ) -> None:
        self._beat = beat
        self._every_s = every_s
        self._grace_s = grace_s
        self._leave = leave
        self._attempt: Attempt | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)
        self._log = structlog.get_logger()

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def carry(self, attempt: Attempt | None) -> None:
        """Beat for this attempt from now on; None when there is none."""
        self._attempt = attempt

    def stop(self) -> None:
        """Beat no more; returns when the thread has ended."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._end.wait(min(_TICK_S, self._every_s)):
            attempt = self._attempt
            if attempt is not None and attempt.halt and attempt.stopping_s > self._grace_s:
                self._leave(attempt)
            if time.monotonic() >= due:
                due = time.monotonic() + self._every_s
                self._try_beat(attempt)

    def _try_beat(self, attempt: Attempt | None) -> None:
        try:
            mine = self._beat(attempt)
        except AwayError as error:
            self._log.warning("no heartbeat", code=error.code)
            return
        except Exception:  # noqa: BLE001 - whatever it was, the step in work needs the next beat
            self._log.exception("no heartbeat")
            return
        if not mine and attempt is not None:
            attempt.stop(Halt.SUPERSEDED)
