"""A ledger and a store in which something may come between two operations of somebody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from db.ledger import Clock, CrashPoint, Ledger
from pipeline.store import Store, StoredFile


class Between:
    """What comes before certain operations, each time once."""

    def __init__(self) -> None:
        self._acts: dict[str, Callable[[], object]] = {}

    @contextmanager
    def before(self, point: str, act: Callable[[], object]) -> Iterator[None]:
        """Have something happen right before the next operation of that name."""
        self._acts[point] = act
        try:
            yield
        finally:
            self._acts.pop(point, None)

    def reach(self, point: str) -> None:
        """Come to an operation."""
        act = self._acts.pop(point, None)
        if act is not None:
            act()


class OpenLedger(Ledger):
    """A ledger with something between its questions and its transactions."""

    def __init__(self, engine: Engine, between: Between, *, crash: CrashPoint, clock: Clock) -> None:
        super().__init__(engine, crash=crash, clock=clock)
        self._between = between

    def write(self, name: str) -> AbstractContextManager[Connection]:
        """One writing transaction, as in `Ledger`."""
        self._between.reach(name)
        return super().write(name)


class OpenStore(Store):
    """A store with something between gc's look at a file and its deletion."""

    def __init__(self, root: Path, between: Between, *, crash: CrashPoint) -> None:
        super().__init__(root, crash=crash)
        self._between = between

    def delete_untouched(self, found: StoredFile) -> bool:
        """Remove a file, as in `Store`."""
        self._between.reach("delete-untouched")
        return super().delete_untouched(found)
