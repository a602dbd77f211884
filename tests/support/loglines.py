"""What is asked of log lines in tests."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog

from farm import telemetry

#: What every line of an attempt names.
FACTS = frozenset({"job", "step", "attempt", "stage", "worker", "device", "trace_id", "span_id"})


@contextmanager
def logging_as_before() -> Iterator[None]:
    """What is set up for log lines within holds there alone."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    before, level = list(root.handlers), root.level
    try:
        yield
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)
        logging.setLoggerClass(logging.Logger)
        root.handlers[:] = before
        root.setLevel(level)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        telemetry.forget()


def lines_in(folder: Path, *, but: Collection[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every line of every log there but some, with the name of its file; each is a JSON object."""
    for file in sorted(each for each in folder.glob("*.log") if each.stem not in but):
        for line in file.read_text("utf-8").splitlines():
            assert line.startswith("{"), (file.stem, line)
            told: Mapping[str, object] = json.loads(line)
            yield file.stem, told
