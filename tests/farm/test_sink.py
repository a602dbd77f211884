"""Promises about where log lines go."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from config.settings import read_settings
from farm import telemetry
from farm.bootstrap import logs_of, set_up_logging
from farm.sink import Sink
from tests.support.loglines import logging_as_before
from worker.child import Child, Program


@pytest.fixture
def restored() -> Iterator[None]:
    """Logging is as before afterwards."""
    with logging_as_before():
        yield


class Narrow(io.StringIO):
    """A disk that is full for so many lines."""

    def __init__(self, full_for: int) -> None:
        super().__init__()
        self._full_for = full_for

    def write(self, text: str, /) -> int:
        """Take a line, or none."""
        if self._full_for:
            self._full_for -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


@pytest.mark.usefixtures("restored")
def test_a_full_disk_is_told_once_when_it_is_over_and_holds_up_no_other_stream() -> None:
    """How many lines it cost and since when; the other stream has all of them."""
    full, other = Narrow(3), io.StringIO()
    telemetry.set_up(style="json", level="info", streams=[full, other], ours=False)
    for number in range(6):
        structlog.get_logger().info("line", number=number)
    told = [json.loads(line) for line in full.getvalue().splitlines()]
    assert [each.get("number", each["event"]) for each in told] == [3, "log lines lost", 4, 5]
    assert (told[1]["lines"], told[1]["level"], told[1]["since"] < told[0]["timestamp"]) == (
        3,
        "warning",
        True,
    )
    assert other.getvalue().count('"line"') == 6


def test_what_a_full_disk_took_of_a_line_is_a_line_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next line begins anew, and can be read."""
    write, room = os.write, [4]

    def wrote(place: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        took = write(place, data[: room[0]])
        room[0] -= took
        return took

    with (tmp_path / "log").open("w") as file:
        sink = Sink([file], lambda *_: None)
        monkeypatch.setattr("farm.sink.os.write", wrote)
        sink.msg("first line")
        monkeypatch.undo()
        sink.msg("second line")
    assert (tmp_path / "log").read_text() == "firs\nsecond line\n"


@pytest.mark.usefixtures("restored")
def test_a_library_with_a_form_and_a_way_of_its_own_is_heard_in_ours() -> None:
    """Before its lines are set up or after; from warnings upwards; what it silences itself is silent."""
    stream, theirs = io.StringIO(), io.StringIO()

    def of_its_own(name: str, handler: logging.Handler) -> logging.Logger:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)
        return logger

    early = of_its_own("of_its_own_early", logging.StreamHandler(theirs))
    mute = of_its_own("of_its_own_mute", logging.NullHandler())
    telemetry.set_up(style="json", level="info", streams=[stream], ours=False)
    late = of_its_own("of_its_own_late", logging.StreamHandler(theirs))
    for logger in (early, mute, late):
        logger.warning("said by %s", logger.name)
        logger.debug("whispered")
    late.warning("%d", "no number")
    told = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert told == ["said by of_its_own_early", "said by of_its_own_late", "a line that cannot be told"]
    assert theirs.getvalue() == ""


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("to", ["stdout", "both"])
def test_lines_go_to_standard_output_and_to_a_file_as_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    """As JSON with the process's name; in a folder of this host below the one that hosts share."""
    root = tmp_path / "shared"
    settings = read_settings(
        {"LECTERN_HOME": str(tmp_path), "LECTERN_LOG__TO": to, "LECTERN_LOG__ROOT": str(root)}
    )
    set_up_logging(settings, name="cpu0")
    structlog.get_logger().info("here")
    told = capsys.readouterr()
    assert (json.loads(told.out)["event"], json.loads(told.out)["process"], told.err) == ("here", "cpu0", "")
    path = logs_of(settings) / "cpu0.log"
    assert path.parent.parent == root
    assert (path.read_text() if path.exists() else "") == (told.out if to == "both" else "")


def test_a_child_without_a_file_writes_to_whoever_started_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Both its streams to the standard output, as a container's log takes it."""
    code = "import os; os.write(1, b'one\\n'); os.write(2, b'two\\n')"
    argv = (sys.executable, "-I", "-S", "-c", code)
    child = Child(Program(name="x", argv=argv, environment={}, folder=tmp_path, log=None))
    child.start()
    assert child.wait(60)
    assert capfd.readouterr().out.endswith("one\ntwo\n")
