"""Ctrl-C that is never lost and breaks nothing.

Python raises KeyboardInterrupt wherever it happens to be. Within a callback, such as logging's after a fork,
it is dropped with a traceback, and a lock may stay taken for ever.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any, Self


class Interrupts:
    """Within its block, Ctrl-C is heard by the next `check`; a second one is not waited with."""

    def __init__(self) -> None:
        self._heard = False
        self._before: Callable[[int, FrameType | None], Any] | int | None = signal.SIG_DFL

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was heard."""
        if self._heard:
            raise KeyboardInterrupt

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        if self._heard:
            raise KeyboardInterrupt
        self._heard = True
