"""Counts the processor time that is spent inside of some functions, by the clock of the thread that calls."""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any


class Counted:
    """What is spent within functions of some kinds; what one calls of another kind counts for the first."""

    def __init__(self) -> None:
        self.ns: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._here = threading.local()

    @contextmanager
    def within(self, kind: str, *, call: bool = True) -> Iterator[None]:
        """Count what is done in the block."""
        if getattr(self._here, "counting", False):
            yield
            return
        self._here.counting = True
        began = time.thread_time_ns()
        try:
            yield
        finally:
            self.ns[kind] += time.thread_time_ns() - began
            self.calls[kind] += call
            self._here.counting = False

    def function(self, kind: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """A function that is counted."""

        @functools.wraps(act)
        def counted(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it takes and gives
            with self.within(kind):
                return act(*given, **named)

        return counted

    def block(self, kind: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """What makes context managers whose beginning and end are counted, and not what is done between."""

        @functools.wraps(act)
        def counted(*given: Any, **named: Any) -> _Block:  # noqa: ANN401 - likewise
            with self.within(kind):
                return _Block(self, kind, act(*given, **named))

        return counted


class _Block:
    def __init__(self, counted: Counted, kind: str, block: Any) -> None:  # noqa: ANN401 - a context manager
        self._counted, self._kind, self._block = counted, kind, block

    def __enter__(self) -> Any:  # noqa: ANN401 - likewise
        with self._counted.within(self._kind, call=False):
            return self._block.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:  # noqa: ANN401 - likewise
        with self._counted.within(self._kind, call=False):
            return self._block.__exit__(kind, error, trace)


def put_in_place(old: object, new: object) -> None:
    """Have every module of this process that knows a function by a name know another one by it."""
    for module in list(sys.modules.values()):
        for name, value in list(getattr(module, "__dict__", {}).items()):
            if value is old:
                setattr(module, name, new)


def thread_ms(name: str) -> float:
    """Processor milliseconds of this process's threads whose names begin so."""
    found = [each.ident for each in threading.enumerate() if each.name.startswith(name)]
    clocks = [time.pthread_getcpuclockid(ident) for ident in found if ident is not None]
    return sum(time.clock_gettime_ns(clock) for clock in clocks) / 1e6
