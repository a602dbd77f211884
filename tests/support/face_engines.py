"""Face engines of the shelf, opened as tests need them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.engines.face import FaceEngine
from pipeline.engines.face.wav2lip.backends import KINDS
from pipeline.engines.shelf import Shelf
from pipeline.plan.lipsync import Mode
from tests.support.wav2lip import weights_of

_TORCH = "torch"
_BATCH = 2


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way in which an engine draws; engines without a model have one, which names no backend."""

    engine: str
    mode: Mode = Mode.FAST
    backend: str = ""

    def __str__(self) -> str:
        """As tests name it."""
        return f"{self.engine}-{self.mode}-{self.backend}" if self.backend else self.engine


def ways(shelf: Shelf[FaceEngine]) -> tuple[Way, ...]:
    """The ways of every engine."""
    return tuple(way for name in shelf.names() for way in ways_of(shelf, name))


def ways_of(shelf: Shelf[FaceEngine], name: str) -> tuple[Way, ...]:
    """The ways of one engine: with a model every mode by torch, and the usual one by every other backend.

    The rest, `exact` by another backend, is dear, and is compared with torch where backends are.
    """
    if not shelf.opened_with(name):
        return (Way(engine=name),)
    by_torch = tuple(Way(engine=name, mode=mode, backend=_TORCH) for mode in Mode)
    return by_torch + tuple(Way(engine=name, backend=kind) for kind in KINDS if kind != _TORCH)


def open_for_tests(shelf: Shelf[FaceEngine], way: Way, checkpoint: Path | None) -> FaceEngine:
    """An engine for some way; one that draws with a model gets the checkpoint, on the processor."""
    if not way.backend:
        return shelf.open(way.engine)
    assert checkpoint is not None
    # Silence is one mouth, and a batch is padded: a small one costs less.
    return shelf.open(
        way.engine,
        weights=weights_of(checkpoint),
        mode=way.mode,
        backend=way.backend,
        device="cpu",
        batch=_BATCH,
    )
