"""Files that somebody asked for by name: each is there whole, or as it was before."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from pipeline.durable import trouble
from pipeline.plan.errors import InputError


def check_folder(path: Path) -> None:
    """Refuse a place in a folder that is not there, or that takes no files.

    Raises:
        InputError: ``command-output-nowhere`` or ``command-output-forbidden``.
    """
    folder = path.parent
    # Unlike `Path.is_dir`, this takes a folder that may not be looked at for none.
    if not os.path.isdir(folder):  # noqa: PTH112
        raise InputError("command-output-nowhere", path=str(path), folder=str(folder))
    if not os.access(folder, os.W_OK):
        raise InputError("command-output-forbidden", path=str(path), folder=str(folder))


def check_place(path: Path, manifest: Path) -> None:
    """Refuse a place where no report can be written, before anybody waits for what stands in it.

    Args:
        path: where the report shall be; an earlier one there is replaced.
        manifest: the batch's manifest.

    Raises:
        InputError: ``command-output-exists``: it is the manifest, or no regular file; or as `check_folder`.
    """
    check_folder(path)
    same = os.path.realpath(path) == os.path.realpath(manifest)
    if same or (os.path.lexists(path) and (path.is_symlink() or not path.is_file())):
        raise InputError("command-output-exists", path=str(path))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file durably; whoever reads it meanwhile reads the one before, or all of this one.

    Raises:
        InputError: ``command-output-unwritable``.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError("command-output-unwritable", path=str(path), reason=trouble(error)[1]) from error
