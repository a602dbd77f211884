"""Weights that an engine is opened with: which file, what it has to be, and that it is that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.durable import digest_of
from pipeline.plan.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A file of weights, and what its card says of it.

    Attributes:
        path: the file.
        digest: SHA-256 (hex) of the bytes that it has to hold.
        name: what people call the model.
        trusted: whether a file that is code may run it.
    """

    path: Path
    digest: str
    name: str
    trusted: bool = False


@contextmanager
def vouched(weights: Weights) -> Iterator[Path]:
    """While it lasts, the file holds what its card says: read it then, and keep copies only.

    All of it is read before it is given out, so that nothing is opened that somebody has put in its place.

    Raises:
        InputError: ``model-damaged``: it is another file, or became another one meanwhile;
            ``model-file-unreadable``.
    """
    damaged = InputError("model-damaged", model=weights.name, path=str(weights.path))
    before = _state(weights.path)
    try:
        digest = digest_of(weights.path)
    except OSError as error:
        raise InputError("model-file-unreadable", file=weights.path.name) from error
    if digest != weights.digest:
        raise damaged
    yield weights.path
    if _state(weights.path) != before:
        raise damaged


def _state(path: Path) -> tuple[int, ...]:
    """What changes when a file is written to or replaced."""
    try:
        state = path.stat()
    except OSError as error:
        raise InputError("model-file-unreadable", file=path.name) from error
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns
