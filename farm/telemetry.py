"""How the farm speaks of its work: structured log lines, each with the trace it belongs to."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

#: How many of its latest lines an attempt keeps.
_TAIL_LINES = 40
_NOT_FACTS = {"event", "timestamp", "level", "exc_info"}
_tail: ContextVar[deque[str] | None] = ContextVar("lectern_log_tail", default=None)
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def set_up(
    *,
    style: Literal["console", "json"],
    level: Literal["debug", "info", "warning", "error"],
    stream: TextIO | None = None,
) -> None:
    """Send every log line to `stream` (standard error unless given), as text for people or as JSON.

    Lines of libraries that use the standard `logging` go the same way, from warnings upwards. A line that
    cannot be written, as on a full disk, is dropped: no work ends because nobody can read of it.
    Called once by each process, before its first log line.
    """
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _keep_for_tail,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(
            # Values of local variables stay out of logs: they hold people's texts, and passwords.
            colors=target.isatty(),
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    exceptions: list[Processor] = [structlog.processors.format_exc_info] if style == "json" else []
    structlog.configure(
        processors=[*shared, *exceptions, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: _Writer(target),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *exceptions, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


@contextmanager
def bound(**facts: str | int) -> Generator[None]:
    """Write these facts into every log line of the block, in this thread and context."""
    with structlog.contextvars.bound_contextvars(**facts):
        yield


@contextmanager
def tail() -> Generator[deque[str]]:
    """The latest log lines of the block, of this thread and context alone: what an attempt keeps."""
    lines: deque[str] = deque(maxlen=_TAIL_LINES)
    token = _tail.set(lines)
    try:
        yield lines
    finally:
        _tail.reset(token)


def one_line(error: BaseException) -> str:
    """An error's own words on one line, for a message's fact."""
    return " ".join(str(error).split()) or type(error).__name__


class _Writer(structlog.WriteLogger):
    """Writes lines, and drops those that cannot be written, as the standard `logging` does."""

    def msg(self, message: str) -> None:
        """Write a line, if that can be done."""
        # A closed stream says ValueError.
        with contextlib.suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warning = error = critical = exception = msg


def _keep_for_tail(_logger: object, _method: str, event: EventDict) -> EventDict:
    lines = _tail.get()
    if lines is not None:
        bound_already = structlog.contextvars.get_contextvars()
        facts = " ".join(
            f"{name}={value}"
            for name, value in event.items()
            if name not in bound_already and name not in _NOT_FACTS and not name.startswith("_")
        )
        lines.append(f"{event.get('timestamp')} {event.get('level')} {event.get('event')} {facts}".rstrip())
    return event
