"""Looks into a film that anybody may have made or changed: whatever its tables pretend, in bounded memory."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

import av

from pipeline.media import packets
from pipeline.media.probe import Probe

#: A look takes so much more memory at most than the process has.
MEMORY_BYTES = 1 << 30


def look(path: Path) -> Probe:
    """What a file holds and says of itself; every packet of it is read.

    Raises:
        ValueError: it is no MP4 that can be read.
        OSError: it cannot be opened or read.
    """
    with capped(MEMORY_BYTES):
        try:
            found = packets.read(path, edited=True)
        except MemoryError as error:
            raise ValueError("its tables do not fit into memory") from error
        except av.FFmpegError as error:
            if isinstance(error, (OSError, ValueError)):
                raise
            raise ValueError(error.strerror) from error
    if not found.streams:
        raise ValueError("neither picture nor sound")
    return found


@contextlib.contextmanager
def capped(more_bytes: int) -> Iterator[None]:
    """Let this process have at most so much more memory than it has now; what asks for more fails.

    The limit is lifted at the end. Where the process's memory cannot be told there is none.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        yield
        return
    wanted = pages * resource.getpagesize() + more_bytes
    least = min(limit for limit in (wanted, soft, hard) if limit != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_AS, (least, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
