"""Back the farm up into a folder, while it works: its ledger, its settings, and what nothing can make again.

Films and what they are rendered from are not in it: films lie in the archive, and the rest can be rendered.
What is there is there whole: the folder appears under its name when everything in it is durable.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import structlog

from db import backups, restoring, snapshots
from db.snapshots import Snapshot
from farm.bootstrap import Farm, settings_file
from farm.caller import caller
from farm.configuration import shown_sections
from farm.register import Deed, register_of
from pipeline.durable import Trouble, digest_of, sync_file, sync_folder, trouble
from pipeline.plan.artifact import Artifact, artifact_of
from pipeline.plan.errors import AwayError, DamageError, InputError, TransientError
from pipeline.steps.archive import archive_id

#: What tells of a backup, written last.
INDEX = "backup.json"
#: The operator's settings as their file has them, and every knob as it was in effect.
SETTINGS, KNOBS = "lectern.toml", "settings.json"
#: The files of people and of films that are not archived.
FILES = "files"

_SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Index:
    """What a backup holds.

    Attributes:
        id: its own, which the register knows.
        taken_ms: when it was begun.
        lectern: version of Lectern that took it.
        ledger: the copy of the ledger.
        ledger_digest: SHA-256 (hex) of that.
        archive: the archive's id; empty where it was away.
        register: entries of the register from before.
        files: the files; each lies below `FILES` as in the store.
        missing: files that were missing or damaged when it was taken.
    """

    id: str
    taken_ms: int
    lectern: str
    ledger: Snapshot
    ledger_digest: str
    archive: str
    register: tuple[str, ...]
    files: tuple[Artifact, ...]
    missing: tuple[Artifact, ...]


@dataclass(frozen=True, kw_only=True)
class BackedUp:
    """A backup that was taken.

    Attributes:
        folder: where it is.
        index: what it holds.
        bytes: of all its files.
    """

    folder: Path
    index: Index
    bytes: int


def back_up(farm: Farm, folder: Path) -> BackedUp:
    """Back the farm up into a new folder, which only its owner may enter; nobody waits for it.

    It holds the ledger as it stood at one moment, the settings with whatever secrets stand in them, voice and
    portrait profiles with their consents, and the inputs of films that are not archived yet.

    Args:
        farm: the farm.
        folder: where to; it is made, or empty.

    Raises:
        InputError: ``backup-folder-taken``, or ``backup-no-tools``.
        AwayError: ledger or store cannot be reached; ``backup-full``.
        TransientError: ``backup-failed``.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("backup-folder-taken", folder=str(folder))
    register = register_of(farm)
    number = uuid.uuid4().hex
    taken = farm.ledger.clock()
    register.merge()
    register.enter(Deed.BACKUP, number)
    # Read before the ledger is copied: what stands here is done in the copy, and what does not may not be.
    known = tuple(sorted(register.read()))
    with _part_of(folder) as part:
        ledger = snapshots.take(farm.ledger.engine, part)
        files, missing = _copy_all(farm, restoring.irreplaceable(farm.ledger), part / FILES)
        _keep_settings(farm, part)
        index = Index(
            id=number,
            taken_ms=taken,
            lectern=metadata.version("lectern"),
            ledger=ledger,
            ledger_digest=digest_of(part / ledger.file),
            archive=_archive_of(farm),
            register=known,
            files=files,
            missing=missing,
        )
        _write(part / INDEX, json.dumps({"schema": _SCHEMA, **asdict(index)}, indent=1))
        size = _settle(part)
    try:
        backups.tell_backup(farm.ledger, size, by=caller())
    except AwayError as error:
        # The backup is there all the same.
        structlog.get_logger().warning("backup not entered into the audit", code=error.code)
    return BackedUp(folder=folder, index=index, bytes=size)


def read_index(folder: Path) -> Index:
    """What a backup holds, once every file of it was read and found to be what it was.

    Raises:
        InputError: ``backup-unknown``: it is none; ``backup-damaged``, with the file.
    """
    try:
        told = json.loads((folder / INDEX).read_text("utf-8"))
        index = _index_of(told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("backup-unknown", folder=str(folder), index=INDEX) from error
    held = [(index.ledger.file, index.ledger_digest)]
    held += [(f"{FILES}/{file.path}", file.digest) for file in index.files]
    for name, digest in held:
        try:
            whole = digest_of(folder / name) == digest
        except OSError:
            whole = False
        if not whole:
            raise InputError("backup-damaged", file=name, folder=str(folder))
    return index


def _index_of(told: Mapping[str, Any]) -> Index:
    if told["schema"] != _SCHEMA:
        raise ValueError(told["schema"])
    return Index(
        id=str(told["id"]),
        taken_ms=int(told["taken_ms"]),
        lectern=str(told["lectern"]),
        ledger=Snapshot(**told["ledger"]),
        ledger_digest=str(told["ledger_digest"]),
        archive=str(told["archive"]),
        register=tuple(map(str, told["register"])),
        files=tuple(map(artifact_of, told["files"])),
        missing=tuple(map(artifact_of, told["missing"])),
    )


@contextmanager
def _part_of(folder: Path) -> Iterator[Path]:
    """A folder that gets the name of a backup when it is whole, and is gone otherwise."""
    part = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir(mode=0o700)
        yield part
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        kind, reason = trouble(error)
        if kind is Trouble.OTHER:
            raise TransientError("backup-failed", folder=str(folder), reason=reason) from error
        code = "backup-full" if kind is Trouble.FULL else "backup-away"
        raise AwayError(code, folder=str(folder), reason=reason) from error
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _copy_all(
    farm: Farm, files: Iterable[Artifact], into: Path
) -> tuple[tuple[Artifact, ...], tuple[Artifact, ...]]:
    """Copy files out of the store; those that are copied, and those that are not there as they should be."""
    copied, missing = [], []
    into.mkdir()
    for file in files:
        target = into / file.path
        try:
            source = farm.store.verify(file)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        except (DamageError, FileNotFoundError):
            missing.append(file)
        else:
            copied.append(file)
    return tuple(copied), tuple(missing)


def _keep_settings(farm: Farm, part: Path) -> None:
    # Without what secrets are: those of the environment and of files are not the backup's to keep.
    _write(part / KNOBS, json.dumps(shown_sections(farm.settings), ensure_ascii=False, indent=1))
    place = settings_file(farm.settings)
    if place.is_file():
        shutil.copyfile(place, part / SETTINGS)


def _archive_of(farm: Farm) -> str:
    try:
        return farm.apart.run(archive_id, farm.archive)
    except AwayError:
        return ""


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", "utf-8")


def _settle(folder: Path) -> int:
    """Make everything in a folder durable and its owner's alone; how many bytes it is."""
    size = 0
    for above, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(above) / name
            path.chmod(0o600)
            sync_file(path)
            size += path.stat().st_size
        Path(above).chmod(0o700)
        sync_folder(Path(above))
    return size
