"""Promises about the supervisor's children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from worker.child import Child, Program

_SLEEP = "import time; print('here', flush=True); time.sleep(600)"


def program(folder: Path, code: str, name: str = "sleeper") -> Program:
    """A Python program in a folder of its own."""
    return Program(
        name=name,
        argv=(sys.executable, "-I", "-c", code),
        environment=dict(os.environ),
        folder=folder / "run",
        log=folder / "logs" / f"{name}.log",
    )


def wait_for(what: object, seconds: float = 10.0) -> None:
    """Wait until a question is answered with yes."""
    until = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def test_a_child_that_ends_is_started_again(tmp_path: Path) -> None:
    """A crash is answered by a new process, with output appended to the same log."""
    child = Child(program(tmp_path, _SLEEP))
    child.start()
    try:
        first = child.pid
        wait_for(lambda: child.program.log.read_text() == "here\n")
        child.signal(signal.SIGKILL)
        wait_for(child.tend)
        wait_for(lambda: (child.tend(), child.alive)[1])
        assert child.pid not in (first, None)
        wait_for(lambda: child.program.log.read_text() == "here\nhere\n")
    finally:
        child.kill()
    assert not child.alive


def test_a_child_that_cannot_live_is_started_ever_more_rarely(tmp_path: Path) -> None:
    """A program that ends at once makes no storm of processes."""
    child = Child(program(tmp_path, "print('no', flush=True)"))
    child.start()
    until = time.monotonic() + 2.0
    while time.monotonic() < until:
        child.tend()
        time.sleep(0.01)
    child.kill()
    starts = child.program.log.read_text().count("no")
    assert 2 <= starts <= 4


def test_a_child_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    """A disk or a process table that is full for a while does not end the supervisor with all of the rest."""
    child = Child(program(tmp_path, _SLEEP))
    child.start()
    try:
        child.signal(signal.SIGKILL)
        wait_for(child.tend)
        logs = child.program.log.parent
        logs.rename(tmp_path / "away")
        logs.write_text("no folder can be here")
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            child.tend()
            time.sleep(0.01)
        assert not child.alive
        logs.unlink()
        wait_for(lambda: (child.tend(), child.alive)[1])
    finally:
        child.kill()


def test_a_child_that_fails_for_days_is_still_tried(tmp_path: Path) -> None:
    """However often it has failed, the wait is half a minute and no error."""
    child = Child(program(tmp_path, _SLEEP))
    child._failures = 100_000
    assert child._patience() == 30.0


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    """Kill -9 of the parent ends its children too."""
    code = (
        "import os, sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from worker.child import Child, Program;"
        "child = Child(Program(name='c', argv=(sys.executable, '-I', '-c', 'import time; time.sleep(600)'),"
        " environment={}, folder=Path(sys.argv[2]), log=Path(sys.argv[2]) / 'c.log'));"
        "child.start(); print(child.pid, flush=True); time.sleep(600)"
    )
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", code, root, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout is not None
        while not (line := parent.stdout.readline().strip()).isdigit():
            assert line or parent.poll() is None
        child = psutil.Process(int(line))
        parent.kill()
        child.wait(5)
    assert not child.is_running()
