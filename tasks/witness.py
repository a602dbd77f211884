"""Whom a worker's process shows what it does: whoever watches can then tell a long step from a stuck one."""

from __future__ import annotations

from typing import Protocol

from farm.policy.readiness import Stance


class Witness(Protocol):
    """Is shown what a process does; every call costs next to nothing, and none fails."""

    def seek(self, step: int) -> None:
        """A step is asked for: from now on the ledger may hold it to be this process's."""
        ...

    def carry(self, fence: int) -> None:
        """The step is this process's, with that fence."""
        ...

    def owe(self, *, moves: bool) -> None:
        """From now on progress is awaited of this process, or none any more."""
        ...

    def move(self) -> None:
        """Something was done, or is knowingly waited for."""
        ...

    def rest(self) -> None:
        """The step is no longer this process's."""
        ...

    def stand(self, stance: Stance) -> None:
        """The ledger has answered, and for this the worker takes no work; for nothing, it does."""
        ...


class Unwatched:
    """Nobody: a process that no watchdog looks after."""

    def seek(self, step: int) -> None:
        """Tell nobody."""

    def carry(self, fence: int) -> None:
        """Tell nobody."""

    def owe(self, *, moves: bool) -> None:
        """Tell nobody."""

    def move(self) -> None:
        """Tell nobody."""

    def rest(self) -> None:
        """Tell nobody."""

    def stand(self, stance: Stance) -> None:
        """Tell nobody."""
