"""Figures in a file of our own: one box behind all others, which no player looks into."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from pipeline.media.boxes import box, file_boxes

# Of type ``uuid`` (ISO/IEC 14496-12, 4.2 and 11.1): whoever does not know the name skips the box.
_NAME = uuid.UUID("2f0c7c1e-5f0e-4c53-9b59-0d6a1f6f8a54").bytes
_MOST = 64 << 20


def write(path: Path, figures: bytes) -> None:
    """Put figures behind all else that is in a file.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("ab") as file:
        file.write(box(b"uuid", _NAME, figures))


def read(path: Path) -> bytes:
    """The figures that `write` put into a file; empty if there are none.

    Raises:
        ValueError: it is no whole MP4.
        OSError: the file cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for found in file_boxes(descriptor):
            if found.name == b"uuid" and os.pread(descriptor, len(_NAME), found.begin) == _NAME:
                begin = found.begin + len(_NAME)
                return os.pread(descriptor, min(found.end - begin, _MOST), begin)
    finally:
        os.close(descriptor)
    return b""
