"""Models on a shelf: of a few bytes, for promises that no network is needed for, and checkpoints."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from farm.models.cabinet import Cabinet, discard
from pipeline.engines.weights import files_in
from pipeline.plan.models import ModelKind, ModelRecord, allowed_uses, digest_of_files


def put(
    root: Path,
    name: str,
    content: bytes,
    *,
    kind: ModelKind = ModelKind.WAV2LIP,
    licence: str = "MIT",
    traits: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> ModelRecord:
    """Put a file with its card on the shelf; the card."""
    record = _record(name, hashlib.sha256(content).hexdigest(), len(content), kind, licence)
    record = replace(record, traits=dict(traits))
    cabinet = Cabinet(root)
    with cabinet.changing():
        part = cabinet.part()
        part.write_bytes(content)
        cabinet.keep(part, record)
    return record


def lend(root: Path, name: str, checkpoint: Path, *, licence: str = "MIT") -> ModelRecord:
    """Put a copy of a checkpoint on the shelf, whose kernels nobody needs to make again; the card."""
    with checkpoint.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    record = _record(name, digest, checkpoint.stat().st_size, ModelKind.WAV2LIP, licence)
    cabinet = Cabinet(root)
    with cabinet.changing():
        part = cabinet.part()
        # Kernels are told to belong to it by its time, too.
        shutil.copy2(checkpoint, part)
        cabinet.keep(part, record)
    # Kernels are never changed in place.
    for kernels in checkpoint.parent.glob(f"{checkpoint.name}.*"):
        os.link(kernels, f"{cabinet.file(record)}{kernels.name.removeprefix(checkpoint.name)}")
    return record


def put_folder(
    root: Path,
    name: str,
    content: Mapping[str, bytes],
    *,
    kind: ModelKind = ModelKind.WRITER,
    traits: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> ModelRecord:
    """Put a folder with its card on the shelf; the card."""
    cabinet = Cabinet(root)
    with cabinet.changing():
        part = cabinet.part()
        part.mkdir()
        for file, held in content.items():
            (part / file).write_bytes(held)
        files = files_in(part)
        size = sum(file.bytes for file in files)
        record = _record(name, digest_of_files(files), size, kind, "MIT")
        record = replace(record, suffix="", files=files, traits=dict(traits))
        cabinet.keep(part, record)
        discard(part)
    return record


def _record(name: str, digest: str, size: int, kind: ModelKind, licence: str) -> ModelRecord:
    return ModelRecord(
        name=name,
        kind=kind,
        engine=kind.engine,
        digest=digest,
        bytes=size,
        suffix=".pth",
        licence=licence,
        uses=allowed_uses(licence),
    )
