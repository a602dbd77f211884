"""What kills processes in tests: it burns down with the operations that they pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Killed(BaseException):  # no error: a process that is gone tidies nothing up
    """The process was killed."""


class Fuse:
    """Kills whoever passes its nth crash point; harmless until it is lit."""

    def __init__(self) -> None:
        self._left: int | None = None
        self.passed: list[str] = []

    def __call__(self, point: str) -> None:
        """Pass a crash point, or be killed there."""
        self.passed.append(point)
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                self._left = None
                raise Killed(point)

    @contextmanager
    def lit(self, after: int | None) -> Iterator[None]:
        """Kill at the crash point after so many others; None: never. Being killed ends the block quietly.

        Within a block, another block is somebody else's: what they pass does not count for the first one.
        """
        before, self._left = self._left, after
        try:
            yield
        except Killed:
            pass
        finally:
            self._left = before
