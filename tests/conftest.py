"""What holds for every test, and how tests are shared out when several processes run them."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.support.wav2lip import shared_checkpoint
from worker.threads import thread_environment

#: Rooms whose files share what takes long to make: one process runs all of such a room.
_TOGETHER = ("tests/films/",)
#: What takes longest is begun first, so that at the end no process waits for another one.
_FIRST = (
    "tests/films/",
    "tests/demo/test_run.py",
    "tests/worker/test_faults.py",
    "tests/db/test_every_crash.py",
    "tests/db/test_promises.py",
    "tests/cli/test_program.py",
    "tests/pipeline/steps/test_join.py",
    "tests/pipeline/engines/face/",
)

#: Memory that looks like a disk: what is tested is what a process's death does, not a machine's.
_MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own in it
_ENOUGH_BYTES = 4 << 30


def pytest_configure() -> None:
    """Folders of tests lie in memory where there is enough; processes keep to a thread; Ctrl-C ends them.

    Several processes test at once: where each also calculates with a thread for every core, the threads wait
    for each other, busily. And a shell that starts a command in the background has it ignore SIGINT, which
    children inherit.
    """
    for name, threads in thread_environment(1).items():
        os.environ.setdefault(name, threads)
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
