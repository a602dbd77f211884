"""A face engine that draws stills with a model, and whose card has too little memory: for tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Canvas, Drive, FaceEngine, Sitter
from pipeline.engines.offer import Offer
from pipeline.engines.shelf import Shelf
from pipeline.engines.weights import Weights
from pipeline.media.picture import to_yuv
from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.faceway import joined_weights
from pipeline.plan.lipsync import Lipsync

#: How many frames at a time it begins with, and how many fit.
FIRST, FITTING = 8, 2
#: Weights that nothing can be drawn with.
BROKEN = b"broken"
#: Weights with which its card is lost once, in the middle of its second clip.
LOSING = b"losing"
#: A file beside its memory of batches: while it is there, memory suffices for any batch.
ROOMY = "roomy"
#: After so many clips its card is full.
_CLIPS = 1


def faces_with_lips(needs: tuple[str, ...] = ()) -> Shelf[FaceEngine]:
    """A shelf of faces with this one behind `warp`."""
    return Shelf(
        "lectern.faces",
        {
            "warp": Offer(target="pipeline.engines.face.warp:WarpEngine", needs=("cv2",)),
            "lips": Offer(target=f"{__name__}:Lips", needs=needs, install="get it", opened_with="wav2lip"),
        },
        unknown="engine-face-unknown",
    )


class Lips:
    """Remembers how many frames fit in the file that it is given, and takes half when its card is full."""

    name = "lips"
    version = "1"
    backend = "numpy"
    precision = "fp32"

    def __init__(
        self,
        *,
        weights: Weights,
        mode: str,
        backend: str,
        device: str,
        threads: int,
        remembered: Path,
        restorer: Weights | None = None,
        batch: int = 0,
    ) -> None:
        if weights.path.read_bytes() == BROKEN:
            raise InputError("model-file-broken", file=weights.path.name)
        self.asked = (weights, mode, backend, device, restorer)
        self.weights = joined_weights(each.digest for each in (weights, restorer) if each is not None)
        self.threads = threads
        self._book = remembered
        self._losing = weights.path.read_bytes() == LOSING
        self.batch = FITTING if self._losing else FIRST
        if remembered.exists():
            self.batch = int(remembered.read_text())
        self.batch = batch or self.batch

    def prepare(self, canvas: Canvas, _lipsync: Lipsync, /) -> Sitter:
        """Nothing has to be made ready."""
        return _Sitter(self, to_yuv(canvas.picture))

    @property
    def roomy(self) -> bool:
        """Whether memory suffices for any batch."""
        return self._book.with_name(ROOMY).exists()

    def may_grow(self) -> bool:
        """Whether memory suffices again."""
        return self.batch < FIRST and self.roomy

    def grow(self) -> None:
        """Remember nothing any more."""
        self._book.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is held."""

    def lose(self) -> TransientError | None:
        """The error that says that its card is lost, once."""
        told = self._book.with_name("lost")
        if not self._losing or told.exists():
            return None
        told.touch()
        return TransientError("face-device-lost", device="card")

    def halve(self) -> TransientError:
        """Remember half of the batch; the error that says so."""
        self._book.write_text(str(self.batch // 2))
        return TransientError("face-out-of-memory", device="card", batch=self.batch, left=self.batch // 2)


class _Sitter:
    def __init__(self, engine: Lips, still: NDArray[np.uint8]) -> None:
        self._engine = engine
        self._still = still
        self._clips = 0

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """The portrait as it is, until the card is full."""
        self._clips += 1
        if self._clips > _CLIPS and self._engine.batch > FITTING and not self._engine.roomy:
            raise self._engine.halve()
        for number in range(drive.frames):
            if self._clips > _CLIPS and number and (error := self._engine.lose()):
                raise error
            yield self._still
