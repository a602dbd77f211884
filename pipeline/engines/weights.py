"""Weights that an engine is opened with: which file or folder, what it has to be, and that it is that."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.durable import digest_of
from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelFile, digest_of_files


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A file or folder of weights, and what its card says of it.

    Attributes:
        path: the file or folder.
        digest: SHA-256 (hex) of the bytes that the file has to hold, or of the list of the folder's files.
        name: what people call the model.
        trusted: whether what is code in it may run.
    """

    path: Path
    digest: str
    name: str
    trusted: bool = False


@contextmanager
def vouched(weights: Weights) -> Iterator[Path]:
    """While it lasts, the file or folder holds what its card says: read it then, and keep copies only.

    All of it is read before it is given out, so that nothing is opened that somebody has put in its place or
    beside it: libraries look for files by their names.

    Raises:
        InputError: ``model-damaged``: it is another file, or became another one meanwhile;
            ``model-file-unreadable``.
    """
    damaged = InputError("model-damaged", model=weights.name, path=str(weights.path))
    before = _state(weights.path)
    try:
        digest = digest_of_model(weights.path)
    except OSError as error:
        raise InputError("model-file-unreadable", file=weights.path.name) from error
    if digest != weights.digest:
        raise damaged
    yield weights.path
    if _state(weights.path) != before:
        raise damaged


def digest_of_model(path: Path) -> str:
    """SHA-256 (hex) of a model's file, or of the list of what is in its folder.

    Raises:
        OSError: as the system says.
    """
    return digest_of_files(files_in(path)) if path.is_dir() else digest_of(path)


def files_in(folder: Path) -> tuple[ModelFile, ...]:
    """Everything in a model's folder, by name; what is no plain file has no digest, and fits no card.

    Raises:
        OSError: as the system says.
    """
    return tuple(_file(path) for path in sorted(folder.iterdir(), key=lambda path: path.name))


def _file(path: Path) -> ModelFile:
    state = path.lstat()
    plain = stat.S_ISREG(state.st_mode)
    return ModelFile(name=path.name, digest=digest_of(path) if plain else "", bytes=state.st_size)


def _state(path: Path) -> tuple[tuple[object, ...], ...]:
    """What changes when a file is written to or replaced, or put into a folder."""
    try:
        paths = [path, *sorted(path.iterdir())] if path.is_dir() else [path]
        states = [(each.name, each.stat()) for each in paths]
    except OSError as error:
        raise InputError("model-file-unreadable", file=path.name) from error
    return tuple(
        (name, state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns) for name, state in states
    )
