"""What helpers are asked to do in tests: functions of a module that is imported quickly."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError
from pipeline.store import Store


def add(one: int, other: int) -> int:
    """The sum."""
    return one + other


def refuse(place: str) -> None:
    """Nothing: it is away."""
    raise AwayError("archive-away", root=place, reason="x")


def touch(path: Path) -> bytes:
    """Read a file, which may take for ever."""
    return path.read_bytes()


def creep(path: Path, times: int) -> int:
    """Write a little now and then."""
    with path.open("ab", buffering=0) as file:
        for _ in range(times):
            time.sleep(0.3)
            file.write(b"x")
    return os.getpid()


def who() -> int:
    """The process that does it."""
    return os.getpid()


def die(notes: Path, times: int) -> str:
    """Be killed so many times."""
    with notes.open("a") as file:
        file.write("x")
    if len(notes.read_text()) <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def ask_back(confirm: Callable[[int], int], notes: Path) -> int:
    """Ask, and tidy up whatever the answer is."""
    try:
        return confirm(20) + 1
    finally:
        notes.write_text("tidy")


def keep(root: Path, content: bytes) -> Artifact:
    """Put something into a store."""

    def write(part: Path) -> None:
        part.write_bytes(content)

    return Store(root).put(Kind.CLIP, "a" * 64, ".mp4", write)


def bring(root: Path, source: Path) -> Artifact:
    """Copy a file into a store."""
    return Store(root).adopt(Kind.SOURCE, ".txt", source, limit_bytes=1 << 20)
