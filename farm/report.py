"""A report beside a batch: a file that is there whole, or as it was before; and never the manifest."""

from __future__ import annotations

import errno
import os
import uuid
from pathlib import Path

from pipeline.plan.errors import InputError


def check_place(path: Path, manifest: Path) -> None:
    """Refuse a place where no report can be written, before anybody waits for what stands in it.

    Args:
        path: where the report shall be; an earlier one there is replaced.
        manifest: the batch's manifest.

    Raises:
        InputError: ``command-output-exists``: it is the manifest, or no regular file;
            ``command-output-nowhere`` or ``command-output-forbidden``.
    """
    folder = path.parent
    if not folder.is_dir():
        raise InputError("command-output-nowhere", path=str(path), folder=str(folder))
    taken = path.resolve() == manifest.resolve() or (path.exists() and not path.is_file())
    if taken or path.is_symlink():
        raise InputError("command-output-exists", path=str(path))
    if not os.access(folder, os.W_OK):
        raise InputError("command-output-forbidden", path=str(path), folder=str(folder))


def write_report(path: Path, content: bytes) -> None:
    """Write a report; whoever reads it meanwhile reads the one before, or all of this one.

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
        reason = os.strerror(error.errno or errno.EIO)
        raise InputError("command-output-unwritable", path=str(path), reason=reason) from error
