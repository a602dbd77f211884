"""Binds a film's label to its packets: what stands for their digest is replaced once they have been read."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.media.boxes import file_boxes


def seal(path: Path, placeholder: bytes, words: bytes) -> None:
    """Write words over the only place of a placeholder of the same length among a film's tables.

    Raises:
        ValueError: another length, no such place, or more than one.
        OSError: the file cannot be read or written.
    """
    if len(placeholder) != len(words):
        raise ValueError(len(words))
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        movie = next((each for each in file_boxes(descriptor) if each.name == b"moov"), None)
        if movie is None:
            raise ValueError(path.name)
        tables = os.pread(descriptor, movie.end - movie.begin, movie.begin)
        if tables.count(placeholder) != 1:
            raise ValueError(tables.count(placeholder))
        os.pwrite(descriptor, words, movie.begin + tables.index(placeholder))
    finally:
        os.close(descriptor)
