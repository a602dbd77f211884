"""Models of a few bytes on a shelf, for promises that no network is needed for."""

from __future__ import annotations

import hashlib
from pathlib import Path

from farm.models.cabinet import Cabinet
from pipeline.plan.models import Kind, ModelRecord, allowed_uses


def put(
    root: Path, name: str, content: bytes, *, kind: Kind = Kind.WAV2LIP, licence: str = "MIT"
) -> ModelRecord:
    """Put a file with its card on the shelf; the card."""
    record = ModelRecord(
        name=name,
        kind=kind,
        engine=kind.engine,
        digest=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        suffix=".pth",
        licence=licence,
        uses=allowed_uses(licence),
    )
    cabinet = Cabinet(root)
    with cabinet.changing():
        part = cabinet.part()
        part.write_bytes(content)
        cabinet.keep(part, record)
    return record
