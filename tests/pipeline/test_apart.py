"""Promises about work that may hang: who asks is never held, and nothing of it outlives who asked."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from pipeline import apart as room
from pipeline.apart import Apart
from pipeline.plan.errors import AwayError, SupersededError, TransientError
from pipeline.steps.archive import archive_id
from tests.support.errands import add, ask_back, creep, die, refuse, touch, who
from tests.support.shares import frozen


@pytest.fixture
def apart() -> Iterator[Apart]:
    """A helper that is given up soon."""
    with Apart(Path("/nas"), stuck_s=0.75) as opened:
        yield opened


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def wait_for(happened: Callable[[], object]) -> None:
    """Wait until something is true."""
    until = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_it_answers_and_raises_as_if_it_were_here(apart: Apart) -> None:
    """Values and errors come back, from one process that is another one than this."""
    assert apart.run(add, 1, other=2) == 3
    with pytest.raises(AwayError) as told:
        apart.run(refuse, "/there")
    assert (told.value.code, told.value.facts["root"]) == ("archive-away", "/there")
    assert apart.run(who) == apart.run(who) != os.getpid()


def test_what_hangs_is_given_up_and_the_next_is_done(apart: Apart, tmp_path: Path) -> None:
    """A pipe that nobody writes to: told as away in words, the helper is gone, another one works."""
    os.mkfifo(tmp_path / "pipe")
    first = apart.run(who)
    with pytest.raises(AwayError) as told:
        apart.run(touch, tmp_path / "pipe")
    assert told.value.code == "archive-stuck"
    assert dict(told.value.facts) == {"root": "/nas", "seconds": 1}
    assert gone(first)
    assert apart.run(add, 1, 2) == 3


def test_a_frozen_mount_holds_nobody_here(apart: Apart, tmp_path: Path) -> None:
    """The real thing: a file system whose server never answers."""
    with frozen(tmp_path):
        with pytest.raises(AwayError, match="archive-stuck"):
            apart.run(archive_id, tmp_path)
        assert apart.run(add, 1, 2) == 3


def test_what_is_slow_is_waited_for(apart: Apart, tmp_path: Path) -> None:
    """Three times as long as the limit, a byte at a time: it moves, and is let go on."""
    begun = time.monotonic()
    apart.run(creep, tmp_path / "slow", 7)
    assert time.monotonic() - begun > 2
    assert (tmp_path / "slow").read_bytes() == b"x" * 7


def test_one_that_the_kernel_holds_is_the_only_one(
    apart: Apart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it cannot die no further one is started, to be held as well; then all goes on."""
    os.mkfifo(tmp_path / "pipe")
    held: list[int] = []
    monkeypatch.setattr(room, "_DIE_S", 0.1)
    with monkeypatch.context() as patch:
        patch.setattr(subprocess.Popen, "kill", lambda process: held.append(process.pid))
        pid = apart.run(who)
        # As if it were in the kernel: it hears neither what it is asked nor that its line is cut.
        os.kill(pid, signal.SIGSTOP)
        for _ in range(2):
            begun = time.monotonic()
            with pytest.raises(AwayError, match="archive-stuck"):
                apart.run(touch, tmp_path / "pipe")
        assert time.monotonic() - begun < 0.5
    assert set(held) == {pid}
    os.kill(pid, signal.SIGKILL)
    wait_for(partial(works, apart))


def works(apart: Apart) -> bool:
    """Whether something is done."""
    with contextlib.suppress(AwayError):
        return apart.run(add, 1, 2) == 3
    return False


def test_it_calls_back(apart: Apart, tmp_path: Path) -> None:
    """What it asks is answered here; an error of the answer is raised there, and comes back as itself."""
    assert (
        apart.ask(ask_back, {"confirm": lambda number: number * 2}, lambda: None, notes=tmp_path / "a") == 41
    )
    error = SupersededError("ledger-superseded", step=1, fence=2)

    def lost(_number: int) -> int:
        raise error

    with pytest.raises(SupersededError) as told:
        apart.ask(ask_back, {"confirm": lost}, lambda: None, notes=tmp_path / "b")
    assert told.value is error
    assert (tmp_path / "b").read_text() == "tidy"


def test_time_in_which_it_is_answered_does_not_count(apart: Apart, tmp_path: Path) -> None:
    """A ledger that is away for longer than the limit is not the archive's fault."""

    def slow(number: int) -> int:
        time.sleep(1.5)
        return number

    assert apart.ask(ask_back, {"confirm": slow}, lambda: None, notes=tmp_path / "a") == 21


def test_who_waits_is_asked_meanwhile_and_may_end_it(apart: Apart, tmp_path: Path) -> None:
    """Several times a second; what that raises ends the helper, and the next one works."""
    os.mkfifo(tmp_path / "pipe")
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise SupersededError("farm-superseded", step=1)

    helper = apart.run(who)
    with pytest.raises(SupersededError, match="farm-superseded"):
        apart.ask(touch, {}, check, tmp_path / "pipe")
    assert gone(helper)
    assert apart.run(add, 1, 2) == 3


def test_a_helper_that_is_killed_costs_nothing_once(apart: Apart, tmp_path: Path) -> None:
    """It is begun anew; if that one dies too, the step is told, and may be tried again."""
    assert apart.run(die, tmp_path / "once", 1) == "alive"
    with pytest.raises(TransientError) as told:
        apart.run(die, tmp_path / "twice", 2)
    assert told.value.code == "archive-helper-lost"
    assert told.value.facts["reason"] == "Killed"


def test_nothing_outlives_who_asked(tmp_path: Path) -> None:
    """Kill -9 of the one who asked, in the middle of a hanging read: the helper ends within a second."""
    os.mkfifo(tmp_path / "pipe")
    program = (
        "import sys; from pathlib import Path; from pipeline.apart import Apart\n"
        "from tests.support.errands import touch, who\n"
        "apart = Apart(Path('x'), stuck_s=60); print(apart.run(who), flush=True)\n"
        "apart.run(touch, Path(sys.argv[1]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "pipe")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as asking:
        assert asking.stdout is not None
        helper = int(asking.stdout.readline())
        time.sleep(0.2)
        asking.kill()
        begun = time.monotonic()
        wait_for(lambda: gone(helper))
    assert time.monotonic() - begun < 5


def test_a_forked_process_has_one_of_its_own(apart: Apart) -> None:
    """After a fork both go on, each with its own."""
    ours = apart.run(who)
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(writing, str(apart.run(who)).encode())
            apart.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    theirs = int(os.read(reading, 100))
    os.close(reading)
    os.close(writing)
    assert theirs != ours
    assert apart.run(who) == ours


def test_what_cannot_be_asked_for_is_told(apart: Apart) -> None:
    """A request that the helper cannot read is an error of this process at once, and the next one is done."""
    with pytest.raises(ModuleNotFoundError):
        apart.run(_Unreadable())  # type: ignore[arg-type]
    assert apart.run(add, 1, other=2) == 3


class _Unreadable:
    """Can be written, and not be read."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return __import__, ("a_module_that_is_nowhere",)
