"""Log files that processes append to for months: cut into older ones, compressed, and kept for so long."""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from farm.sink import WRITING_S

#: A log that is longer is cut.
LOG_BYTES = 20_000_000
#: So is one that was begun so long ago, in seconds.
LOG_S = 86_400.0
#: How the names of older logs end, after the name of the log and when it was cut.
OLDER = ".log.gz"
_PART = ".part"
#: When a log was cut, as its name says.
_NAMED = re.compile(r"\.(?P<at>\d{8}T\d{6})(?P<ms>\d{3})Z\.log\.gz")
#: How older logs were named before they were compressed.
_FORMER = re.compile(r".+\.log\.\d+")
#: Whoever writes a log of a host that lives has it cut long before.
_GONE_S = 2 * LOG_S
_FIRST_BYTES = 4096
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def open_log(path: Path) -> BinaryIO:
    """Open a log, so that each line goes to wherever its end is by then.

    Raises:
        OSError: it cannot be opened, as on a full disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab")


@dataclass(kw_only=True)
class LogFolder:
    """The logs of one home, kept at a length; whoever writes them is not told of it.

    Of two that keep the same folder one does at a time, and the other looks again at its next turn.

    Attributes:
        folder: where ``*.log`` lie; older ones are put beside them. It need not be there.
        keep_s: what was cut longer ago is removed, in seconds; 0: nothing is, for its age.
        keep_bytes: of what was cut, the oldest is removed until the rest is no longer; 0: nothing is, for its
            size.
        clock: seconds since 1970.
    """

    folder: Path
    keep_s: float
    keep_bytes: int
    clock: Callable[[], float] = time.time
    _seen: dict[Path, float] = field(default_factory=dict)

    def turn(self) -> None:
        """Cut what is too long or too old, and remove what need not be kept any more.

        Raises:
            OSError: a log cannot be cut. On a full disk nothing of it is lost, and the oldest log goes.
        """
        with _keeping(self.folder) as alone:
            if alone:
                self._turn()

    def _turn(self) -> None:
        try:
            for log in sorted(self.folder.glob("*.log")):
                if self._is_due(log):
                    rotate(log, at=self.clock())
                    self._seen.pop(log, None)
        except OSError:
            for oldest in self._older()[:1]:
                oldest.unlink(missing_ok=True)
            raise
        finally:
            self._sweep()

    def _is_due(self, log: Path) -> bool:
        if not (size := log.stat().st_size):
            return False
        begun = _begun(log) or self._seen.setdefault(log, self.clock())
        return size > LOG_BYTES or self.clock() - begun > LOG_S

    def _older(self) -> list[Path]:
        """What was cut, the oldest first."""
        return sorted(_older_in(self.folder), key=lambda each: (_cut_at(each), each.name))

    def _sweep(self) -> None:
        for part in self.folder.glob(f".*{OLDER}{_PART}"):
            # Of a process that was killed at it.
            if self.clock() - _cut_at(part) > LOG_S:
                part.unlink(missing_ok=True)
        older = self._older()
        sizes = {each: _size(each) for each in older}
        held = sum(sizes.values())
        for each in older:
            too_old = self.keep_s and self.clock() - _cut_at(each) > self.keep_s
            if not too_old and not (self.keep_bytes and held > self.keep_bytes):
                break
            each.unlink(missing_ok=True)
            held -= sizes[each]


def sweep_hosts(root: Path, *, keep_s: float, clock: Callable[[], float] = time.time) -> None:
    """Remove what is too old in the folders of all hosts, of those too that are gone and keep none of it.

    Args:
        root: where each host has a folder.
        keep_s: as in `LogFolder`.
        clock: seconds since 1970.
    """
    if not keep_s:
        return
    for folder in (each for each in root.glob("*") if each.is_dir()):
        for old in _older_in(folder):
            if clock() - _cut_at(old) > keep_s:
                old.unlink(missing_ok=True)
        for log in folder.glob("*.log"):
            # One that is empty may be somebody's who has nothing to say.
            if _size(log) and clock() - _written_at(log) > max(keep_s, _GONE_S):
                log.unlink(missing_ok=True)
        # Which is refused as long as anything lies in it.
        with contextlib.suppress(OSError):
            folder.rmdir()


def _older_in(folder: Path) -> Iterator[Path]:
    """What was cut."""
    yield from folder.glob(f"*{OLDER}")
    yield from (each for each in folder.glob("*.log.*") if _FORMER.fullmatch(each.name))


def rotate(log: Path, *, at: float) -> Path:
    """Move what stands in a log into a compressed one beside it, which is returned.

    Whoever writes goes on with the same open file, at its new beginning: programs that know nothing of
    rotation need not be told. No line of a process of ours is lost, since those wait for the instant in which
    the last lines are copied and the log is cut; what others write in that very instant may be.

    Raises:
        OSError: the log cannot be copied, as on a full disk; then nothing of it is lost.
    """
    moment = datetime.fromtimestamp(at, UTC)
    older = log.with_name(f"{log.stem}.{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z{OLDER}")
    part = log.with_name(f".{older.name}{_PART}")
    try:
        with (
            log.open("rb+") as lines,
            part.open("wb") as raw,
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=3) as packed,
        ):
            shutil.copyfileobj(lines, packed)
            # What took long is done: nobody waits for more than the lines that came meanwhile.
            packed.flush()
            os.fsync(raw.fileno())
            with _alone(lines):
                shutil.copyfileobj(lines, packed)
                packed.close()
                raw.flush()
                part.replace(older)
                os.ftruncate(lines.fileno(), 0)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return older


@contextlib.contextmanager
def _keeping(folder: Path) -> Iterator[bool]:
    """Whether nobody else keeps a folder, for as long as it lasts; nobody does where there are no locks."""
    place = -1
    try:
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        alone = True
    except OSError as error:
        alone = not isinstance(error, BlockingIOError)
    try:
        yield alone
    finally:
        if place >= 0:
            os.close(place)


@contextlib.contextmanager
def _alone(log: BinaryIO) -> Iterator[None]:
    """Have the processes that write a log wait; not for one that stands still in the middle of a line."""
    until = time.monotonic() + 10 * WRITING_S
    while time.monotonic() < until:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        time.sleep(0.001)
    try:
        yield
    finally:
        fcntl.flock(log, fcntl.LOCK_UN)


def _begun(log: Path) -> float:
    """When the first line of a log was written that bears a time; 0: none of the first ones does."""
    with log.open("rb") as file:
        found = _STAMP.search(file.read(_FIRST_BYTES))
    try:
        return datetime.fromisoformat(found[0].decode()).replace(tzinfo=UTC).timestamp() if found else 0.0
    except ValueError:
        return 0.0


def _cut_at(older: Path) -> float:
    """When a log was cut: its name says so, whatever copied it since; 0 if it has gone meanwhile."""
    if named := _NAMED.search(older.name):
        with contextlib.suppress(ValueError):
            moment = datetime.strptime(named["at"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            return moment.timestamp() + int(named["ms"]) / 1000
    return _written_at(older)


def _written_at(path: Path) -> float:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0
