"""Log files that a process appends to for months, kept at a length."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

#: A log that is longer becomes the older one beside it.
LOG_BYTES = 20_000_000


def open_log(path: Path) -> BinaryIO:
    """Open a log, so that each line goes to wherever its end is by then.

    Raises:
        OSError: it cannot be opened, as on a full disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab")


def rotate(path: Path) -> None:
    """Move what stands in a log that is too long to ``<name>.1`` beside it.

    Whoever writes goes on with the same open file, at its new beginning: processes that know nothing of
    rotation need not be told. What they write in the instant between copying and cutting is lost.

    Raises:
        OSError: the log cannot be copied, as on a full disk; then nothing of it is lost.
    """
    if not path.exists() or path.stat().st_size <= LOG_BYTES:
        return
    # The older one is overwritten, not replaced: a disk that is nearly full need not hold a third.
    with path.open("rb") as log, path.with_name(f"{path.name}.1").open("wb") as older:
        shutil.copyfileobj(log, older)
        older.flush()
        os.truncate(path, 0)
