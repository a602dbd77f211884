"""What takes long to make is made once for a run, whatever the number of its processes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A file or folder of the run; the first process that asks has it made, the others wait for it.

    Args:
        factory: pytest's own.
        name: the file's or folder's name.
        make: is given the path, and leaves there what is wanted.
    """
    # pytest-xdist gives each process a folder of its own in the run's.
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    path = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            make(path)
    return path
