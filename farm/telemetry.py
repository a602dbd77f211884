"""How the farm speaks of its work: structured log lines, each with the trace it belongs to."""

from __future__ import annotations

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal, TextIO

import structlog

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def set_up(
    *,
    style: Literal["console", "json"],
    level: Literal["debug", "info", "warning", "error"],
    stream: TextIO | None = None,
) -> None:
    """Send every log line to `stream` (standard error unless given), as text for people or as JSON.

    Lines of libraries that use the standard `logging` go the same way, from warnings upwards.
    Called once by each process, before its first log line.
    """
    target = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=target.isatty())
    )
    exceptions: list[structlog.typing.Processor] = (
        [structlog.processors.dict_tracebacks] if style == "json" else []
    )
    structlog.configure(
        processors=[*shared, *exceptions, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=target),
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


def one_line(error: BaseException) -> str:
    """An error's own words on one line, for a message's fact."""
    return " ".join(str(error).split()) or type(error).__name__
