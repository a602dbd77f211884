"""Face engines of the shelf, opened as tests need them."""

from __future__ import annotations

from pathlib import Path

from pipeline.engines.face import FaceEngine
from pipeline.engines.shelf import Shelf
from tests.support.wav2lip import weights_of


def open_for_tests(shelf: Shelf[FaceEngine], name: str, checkpoint: Path | None) -> FaceEngine:
    """An engine by name; one that draws with a model gets the checkpoint, on the processor by torch."""
    if not shelf.draws_with(name):
        return shelf.open(name)
    assert checkpoint is not None
    return shelf.open(name, weights=weights_of(checkpoint), backend="torch", device="cpu")
