"""Notes in a folder that may be a share: each a file of its own that is written once and never changed."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from pipeline.durable import give_name, sync_folder
from pipeline.steps.archive import archive_id

_SUFFIX = ".json"


def read_notes(folder: Path) -> Mapping[str, bytes]:
    """Every note by its name; none where there is no folder.

    Raises:
        OSError: as the system says.
    """
    if not folder.is_dir():
        return {}
    return {path.stem: path.read_bytes() for path in folder.glob(f"*{_SUFFIX}")}


def put_note(folder: Path, name: str, text: bytes) -> None:
    """Keep a note, durably; one that has this name already stays.

    Raises:
        OSError: as the system says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.{uuid.uuid4().hex}.part"
    with part.open("xb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        give_name(part, folder / f"{name}{_SUFFIX}")
    finally:
        part.unlink(missing_ok=True)
    sync_folder(folder)
    sync_folder(folder.parent)


def put_notes_into(archive: Path, place: str, notes: Mapping[str, bytes]) -> None:
    """Have an archive hold some notes, in a folder of it.

    Raises:
        AwayError: as `pipeline.steps.archive.archive_id`.
        OSError: as the system says.
    """
    archive_id(archive)
    folder = archive / place
    for name in notes.keys() - read_notes(folder).keys():
        put_note(folder, name, notes[name])
