"""A share's faults for one process and its children, without root: file operations that fail as told."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.support.machine import folder_in_memory

_SOURCE = Path(__file__).with_name("faulty.c")


class Faults:
    """Rules by which file operations fail, in every process that is started from now on.

    Args:
        file: where the rules stand.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.clear()

    def clear(self) -> None:
        """Have nothing fail any more."""
        self._file.write_text("")

    def fail(self, operation: str, place: Path, number: int, *, first: int = 0, times: int = 0) -> None:
        """Have an operation fail below a folder.

        Args:
            operation: as in ``faulty.c``.
            place: what the path begins with.
            number: the errno.
            first: how many of them succeed first.
            times: how many fail then; 0: all.
        """
        with self._file.open("a") as file:
            file.write(f"{operation} {first} {times} {number} {place}\n")


def faults_for(folder: Path, patch: pytest.MonkeyPatch) -> Faults:
    """Faults for processes that are started while the patch lasts; skipped where there is no C compiler."""
    if (compiler := shutil.which("gcc") or shutil.which("cc")) is None:
        pytest.skip("not run: there is no C compiler")
    patch.setenv("LD_PRELOAD", str(_library(compiler)))
    patch.setenv("FAULTS", str(folder / "faults"))
    return Faults(folder / "faults")


@cache
def _library(compiler: str) -> Path:
    folder = Path(folder_in_memory() or "/tmp") / f"lectern-faulty-{os.getuid()}-{_SOURCE.stat().st_mtime_ns}"  # noqa: S108 - whoever else made it made the same
    library = folder / "faulty.so"
    if not library.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        part = folder / f"{os.getpid()}.so"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", str(part), str(_SOURCE), "-ldl"],
            check=True,
            timeout=60,
        )
        part.rename(library)
    return library
