"""What a helper process has of the one that it works for: the way of its log lines, and what they name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial

from farm import telemetry
from farm.sink import log_file
from farm.telemetry import Way

_set_up: tuple[object, ...] = ()


def heritage() -> Callable[[], AbstractContextManager[object]]:
    """What can be pickled, and opens in a helper the context in which its lines are as here."""
    way = telemetry.way()
    return nullcontext if way is None else partial(_as_there, way)


@contextmanager
def _as_there(way: Way) -> Generator[None]:
    global _set_up  # noqa: PLW0603 - log lines are the whole process's
    manner = (way.style, way.level, way.files, way.secrets, way.process)
    if manner != _set_up:
        # Its standard output holds nothing.
        files = [file for each in way.files if (file := log_file(each)) is not None]
        telemetry.set_up(
            style=way.style,
            level=way.level,
            streams=[sys.stderr, *files],
            secrets=way.secrets,
            process=way.process,
        )
        _set_up = manner
    with ExitStack() as within:
        within.enter_context(telemetry.bound(**way.facts))
        if way.texts is not None:
            within.enter_context(telemetry.private(way.texts))
        yield
