"""Takes the portraits that films were made from back out of an archive; the films themselves stay."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pipeline.durable import sync_folder
from pipeline.steps.archive import SOURCES, archive_id, raise_trouble


def retract(root: Path, films: Iterable[tuple[str, str]]) -> int:
    """Remove the portraits of films for good, which lie beside them; how many there were.

    Safe to repeat: what is gone already is gone.

    Args:
        root: the archive.
        films: the day's folder and the stem of each.

    Raises:
        AwayError, TransientError: as `pipeline.steps.archive.archive`; what was removed until then is.
    """
    by_folder: dict[str, set[str]] = {}
    for folder, stem in films:
        by_folder.setdefault(folder, set()).add(f"{stem}.portrait")
    if by_folder:
        archive_id(root)
    try:
        return sum(_remove(root / folder / SOURCES, names) for folder, names in by_folder.items())
    except OSError as error:
        raise_trouble(error, root)


def _remove(folder: Path, names: set[str]) -> int:
    """Remove the files of a folder whose names, without their suffix, are among some."""
    try:
        with os.scandir(folder) as entries:
            found = [Path(entry.path) for entry in entries if _plain(entry.name) in names]
    except (FileNotFoundError, NotADirectoryError):
        return 0
    for path in found:
        path.unlink(missing_ok=True)
    if found:
        sync_folder(folder)
    return len(found)


def _plain(name: str) -> str:
    """A file's name without its last suffix."""
    return name.rpartition(".")[0]
