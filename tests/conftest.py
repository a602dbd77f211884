"""What holds for every test, and how tests are shared out when several processes run them."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from pipeline.loading import loading
from tests.support import machine
from tests.support.wav2lip import shared_checkpoint
from tests.support.wording import keep_wordings
from worker.threads import thread_environment

#: Rooms whose files share what takes long to make: one process runs all of such a room.
_TOGETHER = ("tests/films/", "tests/speech/")
#: What takes longest is begun first, so that at the end no process waits for another one.
_FIRST = (
    # Mostly it waits: whoever else works meanwhile has its processor.
    "tests/faults/",
    "tests/speech/",
    "tests/films/",
    "tests/worker/test_faults.py",
    "tests/worker/test_night.py",
    "tests/demo/test_run.py",
    "tests/db/test_every_crash.py",
    "tests/farm/test_wav2lip_films.py",
    "tests/farm/test_submit_whole.py",
    "tests/pipeline/engines/face/",
    "tests/tasks/",
    "tests/worker/",
    "tests/pipeline/steps/",
    "tests/db/test_promises.py",
    "tests/cli/test_program.py",
)

#: What the environment calls the place where folders of tests lie.
_PLACE = "PYTEST_DEBUG_TEMPROOT"
#: So many new objects are looked through for garbage, Python's own number being 700: a test makes thousands.
_NEW_OBJECTS = 10_000
#: By so much a process may grow before it gives back what it has freed.
_GROWTH_BYTES = 64 << 20


def pytest_configure(config: pytest.Config) -> None:
    """Folders of tests lie in memory where there is enough; processes keep to a thread; Ctrl-C ends them.

    What is compiled is kept, also where the environment says otherwise, as that of some containers does:
    hundreds of processes would compile the same files, and pytest's own assertions in them.

    Several processes test at once: where each also calculates with a thread for every core, the threads wait
    for each other, busily. And a shell that starts a command in the background has it ignore SIGINT, which
    children inherit.
    """
    for name, threads in thread_environment(1).items():
        os.environ.setdefault(name, threads)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if (place := machine.folder_in_memory()) is not None:
        os.environ.setdefault(_PLACE, str(place))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.set_threshold(_NEW_OBJECTS)
    keep_wordings()
    config.pluginmanager.register(_Memory())


def pytest_report_header() -> str:
    """What a failure on another machine is understood by."""
    cores = len(os.sched_getaffinity(0))
    place = os.environ.get(_PLACE, "the folder for temporary files")
    return f"machine: {cores} cores, {machine.memory_free() / 1e9:.1f} GB of memory free, folders in {place}"


class _Memory:
    """Keeps a process of tests small, and tells of one that ended what the kernel knows."""

    def __init__(self) -> None:
        self._kept = 0
        self._killed = machine.killed_for_memory()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """After a file, and a test that took much, give back what is free: several processes test at once.

        What is there after a file is there to stay, such as the libraries of networks. Whoever looks for
        garbage would look through all of it again and again, for a tenth of the processor's time.
        """
        result = yield
        last = nextitem is None or nextitem.path != item.path
        if last:
            gc.collect()
            gc.freeze()
        if last or machine.resident() > self._kept + _GROWTH_BYTES:
            machine.give_back()
            self._kept = machine.resident()
        return result

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ANN401 - xdist's own
        """Tell how a process ended that was not to: xdist does not."""
        if not error:
            return
        try:
            status = node.gateway._io.popen.wait(10)
        except subprocess.TimeoutExpired:
            return
        told = machine.how_ended(status, killed=machine.killed_for_memory() - self._killed)
        node.config.get_terminal_writer().line(f"\n[{node.gateway.id}] {told}", red=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests, and what they import, are never looked through for garbage."""
    with loading():
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""

    def rank(item: pytest.Item) -> int:
        return next((at for at, place in enumerate(_FIRST) if item.nodeid.startswith(place)), len(_FIRST))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def wav2lip_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of Wav2Lip with random, calibrated weights; skipped where torch is not installed."""
    return shared_checkpoint(tmp_path_factory)


class _Rooms(LoadFileScheduling):
    """Gives out whole files, and some rooms as a whole, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        together = (room for room in _TOGETHER if nodeid.startswith(room))
        return next(together, super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Rooms | None:  # noqa: ANN401 - xdist's own
    """Share out by file and room where files are asked for."""
    return _Rooms(config, log) if config.getoption("dist") == "loadfile" else None
