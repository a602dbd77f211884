"""How the farm speaks of its work: structured log lines, each with the step and trace it belongs to."""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

from farm.discretion import CUT, QUOTING, Texts, without_secrets
from farm.sink import LibraryHandler, Sink, take_in_libraries

#: How many of its latest lines an attempt keeps.
_TAIL_LINES = 40
_NOT_FACTS = {"event", "timestamp", "level", "exc_info", "exception"}
#: What is ours to the letter, and may hold by chance what a script holds.
_OURS = {"timestamp", "level", "code", "stage", "row", "trace_id", "span_id", "worker", "device", "process"}
_tail: ContextVar[deque[str] | None] = ContextVar("lectern_log_tail", default=None)
#: What this process is at: told by each of its threads, also by those of libraries, which inherit no context.
_at_work: Mapping[str, str | int] = {}
#: What people wrote for that; and the passwords of this process.
_texts: Texts | None = None
_secrets: tuple[str, ...] = ()
_process = ""
_way: Way | None = None
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def set_up(
    *,
    style: Literal["auto", "console", "json"],
    level: Literal["debug", "info", "warning", "error"],
    streams: Sequence[TextIO] = (),
    secrets: tuple[str, ...] = (),
    process: str = "",
    ours: bool = True,
) -> None:
    """Send every log line to `streams` (standard error unless given), as text for people or as JSON.

    Lines of libraries that use the standard `logging` or `warnings` go the same way, from warnings upwards,
    also of one that has set up a way of its own. A line that cannot be written, as on a full disk, is
    dropped: no work ends because nobody can read of it, and how many were is told once that is over.
    Called once by each process, before its first log line.

    Args:
        style: ``auto`` is text on terminals, and JSON everywhere else.
        level: what is less than this is not written.
        streams: where lines go.
        secrets: what is cut out of each line, besides all that lets somebody in by a URL.
        process: what people call this process; it stands in each line.
        ours: whether what ends a thread or the process unexpectedly becomes a line like any other.
    """
    global _secrets, _process, _way  # noqa: PLW0603 - log lines are the whole process's
    _secrets, _process = secrets, process
    _way = None
    if ours:
        files = tuple(Path(each.name) for each in streams if each not in {sys.stdout, sys.stderr})
        _way = Way(style=style, level=level, files=files, secrets=secrets, process=process)
    targets = tuple(streams) or (sys.stderr,)
    if style == "auto":
        style = "console" if all(target.isatty() for target in targets) else "json"
    shared, renderer = _processors(), _renderer(style, targets)
    sink = Sink(targets, _tell_lost)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: sink,
        cache_logger_on_first_use=False,
    )
    _hear_libraries(sink, shared, renderer)
    if ours:
        sys.excepthook = _tell_end
        threading.excepthook = _tell_end_of_thread
        sys.unraisablehook = _tell_unraisable


def _processors() -> list[Processor]:
    """What is done to each line before it is rendered."""
    return [
        structlog.contextvars.merge_contextvars,
        _name_work,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Values of local variables stay out of logs: they hold people's texts, and passwords.
        structlog.processors.format_exc_info,
        _cut,
        _keep_for_tail,
    ]


def _renderer(style: Literal["console", "json"], targets: Sequence[TextIO]) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=all(target.isatty() for target in targets),
        exception_formatter=structlog.dev.plain_traceback,
    )


def _hear_libraries(sink: Sink, shared: list[Processor], renderer: Processor) -> None:
    """Send what libraries log and warn of to a sink, as a line like ours."""
    handler = LibraryHandler(sink)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    take_in_libraries()


@dataclass(frozen=True, kw_only=True)
class Way:
    """How this process writes its lines, and what stands in them just now; its helpers are to do likewise.

    Attributes:
        style: as `set_up` was told.
        level: likewise.
        files: log files that it writes itself.
        secrets: as `set_up` was told.
        process: likewise.
        facts: what it is at.
        texts: what people wrote for that.
    """

    style: Literal["auto", "console", "json"]
    level: Literal["debug", "info", "warning", "error"]
    files: tuple[Path, ...]
    secrets: tuple[str, ...]
    process: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    texts: Texts | None = None


def way() -> Way | None:
    """The way of this process; None: its lines go where no helper can write."""
    return None if _way is None else replace(_way, facts=dict(_at_work), texts=_texts)


def forget() -> None:
    """Be as a process is that has set up nothing."""
    global _secrets, _process, _way
    _secrets, _process, _way = (), "", None


@contextmanager
def bound(**facts: str | int) -> Generator[None]:
    """Write these facts into every log line of this process during the block, whichever thread writes it.

    A process works at one thing at a time. Where several do so all the same, each one's own thread and
    context has its own facts, and all other threads those of whoever began last.
    """
    global _at_work  # noqa: PLW0603 - what a process is at is the process's own
    before, _at_work = _at_work, facts
    try:
        with structlog.contextvars.bound_contextvars(**facts):
            yield
    finally:
        _at_work = before


@contextmanager
def private(texts: Texts) -> Generator[None]:
    """Cut what people wrote out of every log line of this process during the block, and out of tails."""
    global _texts  # noqa: PLW0603 - as what a process is at
    before, _texts = _texts, texts
    try:
        yield
    finally:
        _texts = before


def discreet(text: str) -> str:
    """A text of nobody knows whom without what people wrote, and without what opens doors."""
    text = without_secrets(text, _secrets)
    return text if _texts is None else _texts.cut(text)


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


def _name_work(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Add what this process is at; what the line says of itself, or its own context does, stands."""
    for name, value in _at_work.items():
        event.setdefault(name, value)
    if _process:
        event.setdefault("process", _process)
    return event


def _cut(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Cut out of a line what nobody is to read in it; what it says in our own words stands."""
    ours = _OURS if "_record" in event else _OURS | {"event"}
    return {
        name: value if name in ours or name.startswith("_") else _discreet(name, value)
        for name, value in event.items()
    }


def _discreet(name: str, value: object) -> object:
    """The same in a value of any kind."""
    if name in QUOTING and isinstance(value, str):
        return CUT
    if isinstance(value, Mapping):
        return {each: _discreet(each, held) for each, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_discreet("", held) for held in value]
    return value if value is None or isinstance(value, int | float) else discreet(str(value))


def _tell_lost(lines: int, since: str) -> None:
    """Log once that lines could not be written, as on a full disk."""
    structlog.get_logger().warning("log lines lost", lines=lines, since=since)


def _tell_unraisable(told: sys.UnraisableHookArgs) -> None:
    """Log what went wrong where nothing can be raised, as at an object's end."""
    if told.exc_value is not None:
        facts = (told.exc_type, told.exc_value, told.exc_traceback)
        structlog.get_logger().error("failed unraised", exc_info=facts)


def _tell_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what ends the process; standard error would have it as text of many lines."""
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().error("ended unexpectedly", exc_info=(kind, error, trace))


def _tell_end_of_thread(told: threading.ExceptHookArgs) -> None:
    """Log what ends a thread, as `_tell_end` does."""
    if told.exc_value is None or issubclass(told.exc_type, SystemExit):
        return
    facts = (told.exc_type, told.exc_value, told.exc_traceback)
    name = told.thread.name if told.thread is not None else ""
    structlog.get_logger().error("thread ended unexpectedly", thread=name, exc_info=facts)


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
