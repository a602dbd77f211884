"""Face engines of the shelf, opened as tests need them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.engines.face import FaceEngine
from pipeline.engines.shelf import Shelf


def open_for_tests(shelf: Shelf[FaceEngine], name: str, checkpoint: Path | None) -> FaceEngine:
    """An engine by name; one that draws with a model gets the checkpoint, on the processor by torch."""
    if not shelf.draws_with(name):
        return shelf.open(name)
    assert checkpoint is not None
    with checkpoint.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return shelf.open(name, weights=checkpoint, digest=digest, backend="torch", device="cpu")
