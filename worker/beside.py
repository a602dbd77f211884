"""What a process does beside its own work, again and again, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from pipeline.plan.errors import LecternError


class Beside:
    """A thread that does something in turns for as long as its context lasts.

    What a turn raises is logged, and the next one comes all the same.

    Args:
        name: what it is called in the log.
        turn: does it once; False: nothing is left to do, and the thread ends.
        every_s: how long it waits between two turns, in seconds, unless it is stirred.
    """

    def __init__(self, name: str, turn: Callable[[], bool], *, every_s: float) -> None:
        self._turn = turn
        self._every_s = every_s
        self._ending = False
        self._stirred = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._log = structlog.get_logger()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the turn end that is under way, and begin no other."""
        self._ending = True
        self.stir()
        self._thread.join()

    def stir(self) -> None:
        """Have the next turn come at once."""
        self._stirred.set()

    def _run(self) -> None:
        while True:
            self._stirred.wait(self._every_s)
            self._stirred.clear()
            if self._ending or not self._try():
                return

    def _try(self) -> bool:
        try:
            return self._turn()
        except (LecternError, OSError) as error:
            self._log.warning("not done", what=self._thread.name, reason=str(error))
        except Exception:  # noqa: BLE001 - whatever it was, the next turn comes
            self._log.exception("not done", what=self._thread.name)
        return True
