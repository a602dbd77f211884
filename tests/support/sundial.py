"""A clock for a farm's processes that goes faster than time (`sundial.c`), so that a day takes seconds."""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_suffix(".c")
_FORMAT = "<Qqqqqq"
_NS = 1_000_000_000
#: Later than any test lives, in nanoseconds since the Unix epoch.
_NEVER = 2**62


class Sundial:
    """The time of day for every process that is started while a patch lasts; real seconds stay as they are.

    It only ever goes on: its speed may be changed, a leap it never makes. This process itself is not under
    it. Skips the test where there is no C compiler.

    Args:
        folder: where its small file may lie.
        patch: puts it into the environment.
        epoch: what it tells first, with a zone; before the real time, so that no file seems old.
        speed: how many seconds it tells in a real one.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, *, epoch: datetime, speed: float) -> None:
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            pytest.skip("not run: there is no C compiler")
        self._zone = epoch.tzinfo
        self._since, self._told, self._speed = time.monotonic_ns(), round(epoch.timestamp() * _NS), 0
        self._until, self._least = _NEVER, 0
        self._turn = 0
        path = folder / "sundial"
        path.write_bytes(struct.pack(_FORMAT, self._turn, *self._course))
        with path.open("r+b") as file:
            self._dial = mmap.mmap(file.fileno(), 0)
        library = folder / "sundial.so"
        subprocess.run(
            [
                compiler, "-shared", "-fPIC", "-O1", f'-DDIAL="{path}"',
                "-o", str(library), str(_SOURCE), "-ldl", "-lpthread",
            ],
            check=True,
            timeout=60,
        )  # fmt: skip
        patch.setenv("LD_PRELOAD", str(library))
        self.go(speed)

    def go(self, speed: float, *, until: datetime | None = None, then: float = 0) -> None:
        """Go on from now with so many seconds in a real one.

        Args:
            speed: how many.
            until: what it tells, with a zone, when it slows down by itself, however late whoever waits for
                it wakes up.
            then: how many from then on.
        """
        self._told, self._since = self._now(), time.monotonic_ns()
        self._speed, self._least = round(1000 * speed), round(1000 * then)
        self._until = _NEVER if until is None else max(self._told, round(until.timestamp() * _NS))
        # Whoever reads meanwhile sees an odd number, and reads again.
        struct.pack_into("<Q", self._dial, 0, self._turn + 1)
        struct.pack_into(_FORMAT[0] + _FORMAT[2:], self._dial, 8, *self._course)
        self._turn += 2
        struct.pack_into("<Q", self._dial, 0, self._turn)

    @property
    def _course(self) -> tuple[int, ...]:
        return self._since, self._told, self._speed, self._until, self._least

    @property
    def now(self) -> datetime:
        """What it tells, in its epoch's zone."""
        told = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self._now() // 1000)
        return told.astimezone(self._zone)

    @property
    def now_ms(self) -> int:
        """What it tells, in milliseconds since the Unix epoch."""
        return self._now() // 1_000_000

    def _now(self) -> int:
        passed = time.monotonic_ns() - self._since
        then = self._told + passed * self._speed // 1000
        if then <= self._until:
            return then
        flown = (self._until - self._told) * 1000 // self._speed
        return self._until + (passed - flown) * self._least // 1000
