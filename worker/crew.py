"""The workers of this host: each is started again when it ends, and all of them end in good order."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from worker.child import Child, Program
from worker.life import Life

#: How often it is looked whether everything still runs.
TICK_S = 0.1
#: Asked to end so often, workers leave their steps; asked once more, they are ended without a word.
_LEAVE = 2


class Asked:
    """Counts how often the process was asked to end."""

    def __init__(self) -> None:
        self.times = 0

    @contextmanager
    def listening(self) -> Generator[None]:
        """Count SIGINT and SIGTERM while it lasts."""
        before = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.times += 1


class Crew:
    """Workers that one process keeps alive, and that cannot outlive it.

    `start` and `tend` belong to that process's main thread, as `Child` says.

    Args:
        programs: one for each worker, named like it.
        life: that of this process.
    """

    def __init__(self, programs: Sequence[Program], life: Life) -> None:
        self.workers = tuple(Child(program) for program in programs)
        self._life = life

    @property
    def names(self) -> tuple[str, ...]:
        """The workers' names on this host, in the order in which they are started."""
        return tuple(child.program.name for child in self.workers)

    @property
    def processes(self) -> Mapping[str, int]:
        """Their process ids by name; 0 for one that is about to be started again."""
        return {child.program.name: child.pid or 0 for child in self.workers}

    def start(self) -> None:
        """Start every worker.

        Raises:
            OSError: one cannot be started.
        """
        for child in self.workers:
            child.start()
        self._life.ready()

    def tend(self) -> None:
        """Start again what has ended; what a full disk does not let it do is logged, and tried again."""
        self._life.moved()
        for child in self.workers:
            child.tend()

    def end(self, asked: Callable[[], int], *, meanwhile: Callable[[], object] = lambda: None) -> None:
        """End them in good order: returns when none is left, or when it was asked a third time.

        Args:
            asked: how often they were asked to end by now.
            meanwhile: called at every look, for what steps that are still running may need.
        """
        self._life.stopping()
        told = 0
        while any(child.alive for child in self.workers):
            self._life.moved()
            if told < min(asked(), _LEAVE):
                # One at a time: two equal signals that arrive together are one.
                told += 1
                for child in self.workers:
                    child.signal(signal.SIGTERM)
            if asked() > _LEAVE:
                break
            meanwhile()
            time.sleep(TICK_S)

    def kill(self) -> None:
        """Leave none of them behind."""
        for child in reversed(self.workers):
            child.kill()
