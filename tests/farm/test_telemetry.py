"""Promises about log lines."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Literal, TextIO

import pytest
import structlog

from farm import telemetry


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where JSON lines go in a test; logging is as before afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    telemetry.set_up(style="json", level="info", streams=[stream], ours=False)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """Every line as an object."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_bound_trace_stands_in_every_line(written: io.StringIO) -> None:
    """Lines of ours and of libraries bear the trace that was bound, and none bears it afterwards."""
    with telemetry.bound(trace_id="4bf9", step=7):
        structlog.get_logger().info("ours", frames=3)
        logging.getLogger("somebody.else").warning("theirs %s", "too")
    structlog.get_logger().info("later")
    ours, theirs, later = lines(written)
    assert (ours["trace_id"], ours["step"], ours["frames"]) == ("4bf9", 7, 3)
    assert (theirs["event"], theirs["trace_id"]) == ("theirs too", "4bf9")
    assert "trace_id" not in later


def test_a_thread_that_inherits_nothing_names_the_step_all_the_same(written: io.StringIO) -> None:
    """Whichever thread of the process writes a line while it works, the line says at what."""
    heard = threading.Event()
    with telemetry.bound(trace_id="4bf9", step=7):
        thread = threading.Thread(target=lambda: (heard.wait(), logging.getLogger("urllib3").warning("hot")))
        thread.start()
        heard.set()
        thread.join()
        structlog.get_logger().warning("step lost", step=8)
    logging.getLogger("urllib3").warning("cold")
    hot, other, cold = lines(written)
    assert (hot["trace_id"], hot["step"], other["step"]) == ("4bf9", 7, 8)
    assert "step" not in cold


def test_what_ends_a_service_is_a_line_like_any_other() -> None:
    """Warnings, what ends a thread and what ends the process: each is one JSON object with its traceback."""
    code = (
        "import threading, warnings; from farm import telemetry;"
        "telemetry.set_up(style='auto', level='info');"
        "warnings.warn('old', stacklevel=1);"
        "thread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join(); {}['gone']"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    warned, thread, process = map(json.loads, ended.stderr.splitlines())
    assert (warned["level"], thread["event"]) == ("warning", "thread ended unexpectedly")
    assert "ZeroDivisionError" in thread["exception"]
    assert "KeyError" in process["exception"]


def test_lines_below_the_level_are_not_written(written: io.StringIO) -> None:
    """The operator's level holds."""
    structlog.get_logger().debug("whispered")
    assert lines(written) == []


def test_no_local_variable_reaches_a_log(written: io.StringIO) -> None:
    """A traceback shows code, never the values that people's texts and passwords are in."""
    secret = "a-password-" + "x" * 5

    def fail(word: str) -> None:
        raise ValueError(len(word))

    try:
        fail(secret)
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "ValueError" in written.getvalue()
    assert secret not in written.getvalue()


def test_the_tail_keeps_the_latest_lines_of_its_own_thread(written: io.StringIO) -> None:
    """An attempt keeps what it said last, not what is bound to each line nor what other threads said."""
    with telemetry.bound(trace_id="4bf9"), telemetry.tail() as tail:
        for number in range(100):
            structlog.get_logger().info("said", number=number)
        other = threading.Thread(target=lambda: structlog.get_logger().info("heard elsewhere"))
        other.start()
        other.join()
    structlog.get_logger().info("after")
    assert len(tail) < 100
    assert tail[-1].endswith("info said number=99")
    assert not any("4bf9" in line or "elsewhere" in line or "after" in line for line in tail)
    assert len(lines(written)) == 102


def test_people_get_text_instead_of_json() -> None:
    """The console style is one readable line for each event."""
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        telemetry.set_up(style="console", level="info", streams=[stream], ours=False)
        structlog.get_logger().info("film done", row="a")
    finally:
        structlog.reset_defaults()
        root.handlers[:] = before
        root.setLevel(level)
    assert "film done" in stream.getvalue()
    assert "row=a" in stream.getvalue()


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize("place", ["full disk", "closed pipe", "closed stream"])
def test_a_line_that_cannot_be_written_ends_nothing(
    written: io.StringIO, style: Literal["json", "console"], place: str
) -> None:
    """A full disk and a reader that has gone cost log lines, never the work that they tell of."""
    del written
    with contextlib.ExitStack() as open_files:
        stream = lost(place, open_files)
        telemetry.set_up(style=style, level="info", streams=[stream], ours=False)
        if place == "closed stream":
            stream.close()
        log = structlog.get_logger().bind(step=3)
        with telemetry.tail() as tail:
            log.info("begun")
            log.error("failed")
            try:
                raise ZeroDivisionError  # noqa: TRY301 - what is logged is an error
            except ZeroDivisionError:
                log.exception("failed badly")
    assert [line.split()[2] for line in tail] == ["begun", "failed", "failed"]


def lost(place: str, files: contextlib.ExitStack) -> TextIO:
    """A stream that takes no line."""
    if place == "closed pipe":
        reading, writing = os.pipe()
        os.close(reading)
    else:
        writing = os.open("/dev/full" if place == "full disk" else os.devnull, os.O_WRONLY)
    file = os.fdopen(writing, "w", encoding="utf-8")

    def close() -> None:
        # What still stands in its buffer cannot be written either.
        with contextlib.suppress(OSError):
            file.close()

    files.callback(close)
    return file
