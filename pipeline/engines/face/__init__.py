"""Faces: a portrait and an utterance in, the frames of a talking portrait out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import Face
from pipeline.plan.bearing import Bearing
from pipeline.plan.facetrack import FaceTrack
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Lipsync
from pipeline.plan.speech import Phoneme


@dataclass(frozen=True, kw_only=True, eq=False)
class Canvas:
    """A portrait already cropped and resized to the film's picture.

    Attributes:
        picture: BGR uint8 (height, width, 3), both sizes even.
        face: the face in it, in pixels of this picture, with landmarks.
        enlarged: by how much the portrait was enlarged to fill it; 1.0 or less when it was not.
        person: how much of each pixel shows the person, 0 to 255, uint8 (height, width); None when the eye
            that looked could not tell.
        within: x0, y0, x1, y1 of the portrait in it, where that ends at straight edges that must not
            move; None where it fills the picture, or melts into what is around it.
        crop: x0, y0, x1, y1 of what was named as the face that a model is shown; None where nothing was.
    """

    picture: NDArray[np.uint8]
    face: Face
    enlarged: float
    person: NDArray[np.uint8] | None = None
    within: tuple[int, int, int, int] | None = None
    crop: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Footage:
    """A portrait that moves: a film of the person, in the picture and at the rate of the film to be made.

    Attributes:
        film: our own file: H.264 in short closed groups of pictures, which `pipeline.media.plates` reads.
        format: its picture and frame rate.
        track: the face in it, in pixels of its picture.
        enlarged: by how much the person's film was enlarged to fill the picture; 1.0 or less when it was not.
        crop: as in `Canvas`.
    """

    film: Path
    format: Format
    track: FaceTrack
    enlarged: float
    crop: tuple[float, float, float, float] | None = None


def _nothing() -> NDArray[np.int16]:
    return np.zeros(0, np.int16)


@dataclass(frozen=True, kw_only=True, eq=False)
class Drive:
    """What drives the face through one utterance.

    Attributes:
        audio: int16 mono at 48 kHz, exactly `frames` frames long, silence included.
        phonemes: sounds in samples of that audio; empty for silence, and where nobody knows them: then the
            face follows what is heard.
        frames: how many frames to give.
        fps: frame rate.
        seed: seeds every random choice; made from content alone.
        bearing: the look on the face, and how lively it is.
        before: what is heard right before that audio, likewise; silence where it is empty.
        after: what is heard right behind it, likewise.
    """

    audio: NDArray[np.int16]
    phonemes: tuple[Phoneme, ...]
    frames: int
    fps: int
    seed: int
    bearing: Bearing = field(default_factory=Bearing)
    before: NDArray[np.int16] = field(default_factory=_nothing)
    after: NDArray[np.int16] = field(default_factory=_nothing)

    def around(self, step: int) -> tuple[NDArray[np.int16], int]:
        """The audio with what is heard around it, and where in that it begins: at a whole number of steps.

        So what is worked out step by step is the same there as in the whole sound that both were cut from.

        Args:
            step: in samples.
        """
        begin = len(self.before) // step * step
        if not begin and not len(self.after):
            return self.audio, 0
        return np.concatenate([self.before[len(self.before) - begin :], self.audio, self.after]), begin


class Sitter(Protocol):
    """A portrait made ready to talk: prepared once, asked for many utterances."""

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """Exactly `drive.frames` frames of the canvas's size, at rest at both ends.

        Rest is one picture for all drives of one expression.

        A frame is raw yuv420p, uint8 (height * 3 / 2, width), as encoders take it: BT.709, limited range.

        A frame depends on the portrait and this drive alone. The array may be reused for the next
        frame: whoever keeps one copies it.
        """
        ...


class FaceEngine(Protocol):
    """Makes portraits talk."""

    name: str
    #: Changes whenever any pixel changes; part of every clip key.
    version: str
    #: What computes and with which arithmetic, for the render profile.
    backend: str
    precision: str
    #: Digests of the models that it draws with, as `faceway.joined_weights` writes them.
    weights: str
    #: How many frames it computes at a time and with how many threads; 0 where that plays no part.
    batch: int
    threads: int

    def prepare(self, canvas: Canvas, lipsync: Lipsync, /) -> Sitter:
        """Make a portrait ready to talk; at most a second or two of work, kept by the caller.

        An engine without a model has nothing to do with `lipsync`, and ignores it.

        Raises:
            InputError: the face cannot be driven, with the reason.
        """
        ...

    def close(self) -> None:
        """Release the model; it may be called twice."""
        ...


@runtime_checkable
class GrowingEngine(Protocol):
    """A face engine that takes fewer frames at a time once memory ran out, and may take more again later.

    Its batch is what it was opened with, as long as it is open: another one is another render profile.
    """

    def may_grow(self) -> bool:
        """Whether it may get more frames at a time by now, if it is opened anew; asked often."""
        ...

    def grow(self) -> None:
        """Have whoever opens it anew find out how many fit."""
        ...


@runtime_checkable
class FootageEngine(Protocol):
    """A face engine that also makes portraits talk that are films; its offer on the shelf says so."""

    def prepare_footage(self, footage: Footage, lipsync: Lipsync) -> Sitter:
        """Make a film of a person ready to talk; little is read of it before frames are asked for.

        Raises:
            InputError: the face cannot be driven, with the reason.
        """
        ...
