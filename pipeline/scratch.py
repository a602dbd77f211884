"""Folders for what lasts no longer than the work on it; a process that is killed leaves none for long.

Whoever makes one holds it locked, and the kernel lets go with the process, however that ends (flock(2)). So
a folder that can be locked belongs to nobody any more, and whoever sweeps takes it away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def scratch_folder(place: Path | None = None) -> Iterator[Path]:
    """A folder of one's own, which goes with all that is in it when the context ends.

    Args:
        place: an existing folder to make it in; where the system has temporary files unless given.

    Raises:
        OSError: none can be made.
    """
    folder, grip = _held(place or Path(tempfile.gettempdir()))
    try:
        yield folder
    finally:
        # What cannot be removed now is swept later.
        shutil.rmtree(folder, ignore_errors=True)
        os.close(grip)


def sweep(*places: Path) -> int:
    """Remove the folders that processes of this host have left which are gone; how many there were.

    Args:
        places: where they are; where the system has temporary files is always looked at too.
    """
    removed = 0
    for place in {Path(tempfile.gettempdir()), *places}:
        with contextlib.suppress(OSError):
            ours = re.compile(re.escape(_prefix()) + r"[0-9a-f]{16}")
            for folder in place.iterdir():
                removed += ours.fullmatch(folder.name) is not None and _sweep(folder)
    return removed


def _prefix() -> str:
    """How names begin here: a lock on what several hosts see may hold on one of them only."""
    return f"lectern-{socket.gethostname()}-"


def _held(place: Path) -> tuple[Path, int]:
    """A new folder, and the descriptor that holds it."""
    while True:
        folder = place / f"{_prefix()}{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            grip = _open(folder)
            try:
                _lock(grip)
                if os.path.samestat(os.fstat(grip), folder.stat()):
                    return folder, grip
            except BaseException:
                os.close(grip)
                raise
            os.close(grip)
        # Whoever swept has found it before it was held, and removes it.


def _sweep(folder: Path) -> bool:
    try:
        grip = _open(folder)
    except OSError:
        # Gone by now, or no folder at all.
        return False
    try:
        if os.fstat(grip).st_uid != os.geteuid() or not _lock(grip):
            return False
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return False
    finally:
        os.close(grip)
    return not folder.exists()


def _open(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _lock(grip: int) -> bool:
    """Hold a folder; False where nothing can be locked, and so nothing is swept either.

    Raises:
        BlockingIOError: somebody else holds it.
    """
    try:
        fcntl.flock(grip, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return False
    return True
