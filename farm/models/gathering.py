"""Copies models that somebody brings beside the shelf, where they are looked into before they stand on it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from farm.models.cabinet import discard, shelf_error
from farm.models.folders import SCALES, TABLES, chosen_of
from farm.models.shelf import ModelShelf
from pipeline.durable import digest_of
from pipeline.plan.errors import InputError
from pipeline.plan.extras import how_to_install
from pipeline.plan.models import ModelFile, ModelKind, digest_of_files

_BLOCK = 1 << 20
_SUFFIX = re.compile(r"\.[a-z0-9]{1,12}")
#: Kinds whose weights are pickles: they are rewritten as plain tensors on the way.
_REWRITTEN = (ModelKind.COQUI, ModelKind.CONVERTER)
_PICKLED = (".pth", ".pt")

#: Told how many bytes were copied, of how many; it may raise to stop.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A whole model beside the shelf: where it lies, how it was called, what it is by content.

    Attributes:
        path: the file, or the folder.
        file: how its owner calls it.
        source: where it came from.
        digest: SHA-256 (hex) of the file, or of the list of its files.
        size: in bytes, of all of it.
        files: what the folder holds; none for a file.
        left_out: names in the owner's folder that are no part of it.
    """

    path: Path
    file: str
    source: str
    digest: str
    size: int
    files: tuple[ModelFile, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """How the file's name ends; empty for a folder."""
        return "" if self.files else _suffix_of(self.file)


@contextlib.contextmanager
def copied(shelf: ModelShelf, file: Path, progress: Progress) -> Generator[Weighed]:
    """A copy of a file beside the shelf, which is gone afterwards unless it was kept.

    Raises:
        InputError: ``model-source-unreadable``.
        AwayError: ``model-shelf-away`` or ``model-shelf-full``.
    """
    with _opened(file) as source:
        part = shelf.cabinet.part()
        part = part.with_name(f"{part.name}{_suffix_of(file.name)}")
        try:
            total = os.fstat(source.fileno()).st_size
            digest, size = _copy(file, source, part, shelf, partial(_tell, progress, 0, total))
            yield Weighed(path=part, file=file.name, source=file.name, digest=digest, size=size)
        finally:
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def gathered(
    shelf: ModelShelf, folder: Path, kind: ModelKind, *, trusted: bool, progress: Progress
) -> Generator[Weighed]:
    """What makes up a model of a folder, beside the shelf; gone afterwards unless it was kept.

    Raises:
        InputError: as `chosen_of`, and as `make_plain` for weights that are pickles; ``engine-missing``: the
            library that reads those is not installed.
        AwayError: ``model-shelf-away`` or ``model-shelf-full``.
    """
    chosen = chosen_of(folder, kind, trusted=trusted)
    part = shelf.cabinet.part()
    try:
        files = _fill(part, chosen.files, kind, shelf, progress)
        name = folder.resolve().name
        yield Weighed(
            path=part,
            file=name,
            source=name,
            digest=digest_of_files(files),
            size=sum(file.bytes for file in files),
            files=files,
            left_out=chosen.left_out,
        )
    finally:
        discard(part)


def _fill(
    part: Path, files: Mapping[str, Path], kind: ModelKind, shelf: ModelShelf, progress: Progress
) -> tuple[ModelFile, ...]:
    """Copy files under their names on the shelf, pickles as plain tensors; what lies there then, by name."""
    try:
        part.mkdir()
    except OSError as error:
        raise shelf_error(error, shelf.root) from error
    total, before = sum(path.stat().st_size for path in files.values()), 0
    filled = []
    for name, path in sorted(files.items()):
        if kind in _REWRITTEN and path.suffix in _PICKLED:
            digest, size = _rewrite(path, part / name, kind, shelf)
        elif path.name in SCALES:
            digest, size = _rewrite_scales(path, part / name, shelf)
        else:
            with _opened(path) as source:
                digest, size = _copy(
                    path, source, part / name, shelf, partial(_tell, progress, before, total)
                )
        filled.append(ModelFile(name=name, digest=digest, bytes=size))
        before += path.stat().st_size
        progress(before, total)
    return tuple(filled)


def _tell(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _rewrite(source: Path, target: Path, kind: ModelKind, shelf: ModelShelf) -> tuple[str, int]:
    """Write a pickle as plain tensors; the SHA-256 and size of what was written."""
    if find_spec("torch") is None:
        raise InputError(
            "engine-missing", engine=kind.engine, library="torch", install=how_to_install("coqui")
        )
    from pipeline.engines.plainfile import make_plain

    try:
        make_plain(source, target, table=target.name in TABLES)
        return digest_of(target), target.stat().st_size
    except OSError as error:
        raise shelf_error(error, shelf.root) from error


def _rewrite_scales(source: Path, target: Path, shelf: ModelShelf) -> tuple[str, int]:
    """As `_rewrite`, of a table by which spectrograms are scaled."""
    from pipeline.engines.voice.coqui.scales import make_scales

    try:
        make_scales(source, target)
        return digest_of(target), target.stat().st_size
    except OSError as error:
        raise shelf_error(error, shelf.root) from error


@contextlib.contextmanager
def _opened(file: Path) -> Generator[BinaryIO]:
    """A regular file, to be read; pipes and devices are no files to us."""
    try:
        # A pipe would be waited on for ever without O_NONBLOCK.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = os.strerror(getattr(error, "errno", None) or errno.EINVAL)
        raise InputError("model-source-unreadable", file=str(file), reason=reason) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        reason = os.strerror(errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL)
        raise InputError("model-source-unreadable", file=str(file), reason=reason)
    with os.fdopen(descriptor, "rb") as source:
        yield source


def _copy(
    file: Path, source: BinaryIO, part: Path, shelf: ModelShelf, progress: Callable[[int], None]
) -> tuple[str, int]:
    """Copy a file; its SHA-256 and size."""
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as copy:
            while block := _read(file, source):
                digest.update(block)
                size += copy.write(block)
                progress(size)
    except OSError as error:
        raise shelf_error(error, shelf.root) from error
    return digest.hexdigest(), size


def _read(file: Path, source: BinaryIO) -> bytes:
    try:
        return source.read(_BLOCK)
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        raise InputError("model-source-unreadable", file=str(file), reason=reason) from error


def _suffix_of(file: str) -> str:
    suffix = Path(file).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""
