"""The machine that tests run on: how much memory it has to give, giving it back, and how a process ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

#: Memory that looks like a disk: what is tested is what a process's death does, not a machine's.
_SHARED = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own in it
#: What the folders of a run may come to, and what must be there besides for its processes.
_FOLDERS_BYTES = 2 << 30
_PROCESSES_BYTES = 6 << 30


def memory_free(*, root: Path = Path("/")) -> int:
    """Bytes of memory that this process may still take: the machine's, or what is left of its groups' limits.

    Args:
        root: where the kernel's own file systems lie (cgroups(7), both versions).
    """
    return min([int(psutil.virtual_memory().available), *_left_in_groups(root)])


def _left_in_groups(root: Path) -> Iterator[int]:
    """What each group that this process is in leaves; its cache of files is given back when needed."""
    names = (
        ("memory.max", "memory.current", "inactive_file"),
        (
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file",
        ),
    )
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        top = root / "sys/fs/cgroup" / ("memory" if controllers else "")
        if controllers and "memory" not in controllers.split(","):
            continue
        most, used, cached = names[bool(controllers)]
        # In a container the path may be the host's, of which only the top is seen.
        inner = top / path.strip("/")
        for folder in {top, *(each for each in (inner, *inner.parents) if each.is_relative_to(top))}:
            if (limit := _read(folder / most).strip()).isdecimal():
                told = dict(line.split() for line in _read(folder / "memory.stat").splitlines())
                yield int(limit) - int(_read(folder / used)) + int(told.get(cached, 0))


def folder_in_memory() -> Path | None:
    """Where folders lie in memory; None on a machine that has none to spare."""
    if not os.access(_SHARED, os.W_OK) or shutil.disk_usage(_SHARED).free < _FOLDERS_BYTES:
        return None
    return _SHARED if memory_free() >= _FOLDERS_BYTES + _PROCESSES_BYTES else None


def give_back() -> None:
    """Give the system what this process has freed: glibc keeps it, hundreds of MB after a network."""
    with contextlib.suppress(AttributeError):
        # Another C library does without.
        ctypes.CDLL(None).malloc_trim(0)


def in_use() -> int:
    """Bytes that this process has asked the C library for and not let go (mallinfo(3))."""
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"

    class Told(ctypes.Structure):
        _fields_ = tuple((name, ctypes.c_size_t) for name in names.split())

    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = Told
    told = ask()
    return int(told.uordblks + told.hblkhd)


def resident() -> int:
    """Bytes of memory that this process takes now, files that it looks at included (proc(5), statm)."""
    return int(_read(Path("/proc/self/statm")).split()[1]) * os.sysconf("SC_PAGE_SIZE")


def killed_for_memory() -> int:
    """How many processes the kernel has killed for want of memory since it began; 0 where it does not say."""
    told = dict(line.split() for line in _read(Path("/proc/vmstat")).splitlines())
    return int(told.get("oom_kill", 0))


def how_ended(status: int, *, killed: int) -> str:
    """In words how a process ended that was not to end.

    Args:
        status: as `subprocess.Popen.returncode`.
        killed: how many processes the kernel has killed for want of memory meanwhile.
    """
    if status >= 0:
        return f"ended by itself, with exit status {status}"
    if -status != signal.SIGKILL:
        return f"ended by {signal.Signals(-status).name}"
    if killed:
        return f"ended by SIGKILL: out of memory (the kernel killed {killed} for it meanwhile)"
    return "ended by SIGKILL: by somebody, or out of memory though the kernel does not tell"


def _read(file: Path) -> str:
    """A small file of the kernel's; empty where there is none."""
    with contextlib.suppress(OSError):
        return file.read_text("utf-8")
    return ""
