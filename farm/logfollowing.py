"""What is written of a film from now on: the ends of log files, read as they grow and are cut."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from farm.loglines import LogLine, Shelf, Wanted, is_wanted, matching_lines, parsed, source_of


class Follower:
    """Reads on where the logs of some folders end at first; asked again and again.

    A log that was cut since goes on in the compressed file beside it, and then at its own beginning.

    Args:
        shelves: the folders.
    """

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = tuple(shelves)
        files = [file for shelf in shelves for file in shelf.folder.glob("*.log")]
        self._cut = {file: _older(file)[-1:] for file in files}
        self._read = {file: _size(file) for file in files}

    def look(self, wanted: Wanted) -> Iterator[LogLine]:
        """The wanted lines that were written since the last look, in order of time."""
        found = [line for shelf in self._shelves for line in self._look(shelf, wanted)]
        yield from sorted(found, key=lambda line: line.at)

    def _look(self, shelf: Shelf, wanted: Wanted) -> Iterator[LogLine]:
        for file in sorted(shelf.folder.glob("*.log")):
            text = self._new(file)
            for raw in matching_lines(text, wanted.patterns):
                line = parsed(raw, source_of(file.stem, shelf))
                if line is not None and is_wanted(line, wanted):
                    yield line

    def _new(self, file: Path) -> bytes:
        """Whole lines that nobody has read yet."""
        begin, text = self._read.get(file, 0), b""
        with suppress(OSError):
            if (newest := _older(file)[-1:]) != self._cut.get(file, newest):
                text, length = _cut_off(newest[0], begin)
                # It is cut a moment after its older part is there.
                begin = length if _size(file) >= length else 0
            self._cut[file] = newest
            with file.open("rb") as lines:
                # It may have been cut only after it was looked at.
                begin = begin if begin <= os.fstat(lines.fileno()).st_size else 0
                lines.seek(begin)
                whole, end, _ = lines.read().rpartition(b"\n")
                text += whole + end
                self._read[file] = begin + len(whole + end)
        return text


def _older(file: Path) -> list[Path]:
    """What was cut off a log, the oldest first."""
    return sorted(file.parent.glob(f"{file.stem}.*.log.gz"))


def _cut_off(older: Path, begin: int) -> tuple[bytes, int]:
    """What stood in a log from some place on when it was cut, and how long it was; nothing if it is lost."""
    with suppress(OSError, EOFError, zlib.error), gzip.open(older) as lines:
        whole = lines.read()
        return whole[begin:], len(whole)
    return b"", 0


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0
