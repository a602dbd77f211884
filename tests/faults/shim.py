"""The false C library of the campaign (`shim.c`): compiled for one farm, and told what to do."""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from enum import IntEnum
from pathlib import Path

_SOURCE = Path(__file__).with_name("shim.c")
_FORMAT = "<qqqq480s"
_OFFSET, _MODE, _BUDGET, _HITS = range(4)


class Files(IntEnum):
    """How files below the folder fare."""

    WELL = 0
    EIO_AFTER = 1
    FROZEN = 2
    SLOW = 3


class Shim:
    """A false C library for the processes of one farm; it tells the truth until it is told not to.

    Args:
        place: a folder of its own.
        folder: below which files can be made to fail.

    Raises:
        FileNotFoundError: there is no C compiler.
        subprocess.CalledProcessError: it cannot be compiled.
    """

    def __init__(self, place: Path, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise FileNotFoundError("cc")
        control = place / "shim.control"
        control.write_bytes(struct.pack(_FORMAT, 0, 0, 0, 0, str(folder).encode()))
        self.library = place / "shim.so"
        subprocess.run(
            [
                compiler, "-shared", "-fPIC", "-O1", "-w", f'-DCONTROL="{control}"',
                "-o", str(self.library), str(_SOURCE), "-ldl", "-lpthread",
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip
        with control.open("r+b") as file:
            self._control = mmap.mmap(file.fileno(), 0)

    def clock(self, offset_s: int) -> None:
        """Set the time of day wrong by so much; 0: right."""
        self._set(_OFFSET, offset_s)

    def files(self, fare: Files, budget: int = 0) -> None:
        """Say how files fare from now on: bytes until EIO, or microseconds of each slow call."""
        self._set(_BUDGET, budget)
        self._set(_MODE, fare)

    @property
    def hits(self) -> int:
        """Calls that were hit so far."""
        return int(struct.unpack_from("<q", self._control, 8 * _HITS)[0])

    def close(self) -> None:
        """Tell the truth again, and let go."""
        self.clock(0)
        self.files(Files.WELL)
        self._control.close()

    def _set(self, field: int, value: int) -> None:
        struct.pack_into("<q", self._control, 8 * field, value)
