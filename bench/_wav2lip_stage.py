"""What the engine `wav2lip` is measured with: a portrait in the film's picture, and speech of any length."""

from __future__ import annotations

import pickle
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from pipeline.engines.face import Canvas, Drive
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.job import Format


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """A portrait in the film's picture, and what it will say.

    Attributes:
        canvas: the portrait.
        drives: one for each film, all of one length.
    """

    canvas: Canvas
    drives: Sequence[Drive]

    @property
    def picture(self) -> Format:
        """Size and frame rate of the films."""
        height, width = self.canvas.picture.shape[:2]
        return Format(width=width, height=height, fps=self.drives[0].fps)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The stage that `write` wrote, with its first stretch of speech alone."""
        with _opened(path) as kept:
            return cls(canvas=kept.canvas, drives=[next(kept.drives)])

    def write(self, path: Path) -> None:
        """Keep it in a file, for another process."""
        with path.open("wb") as file:
            for each in (self.canvas, *self.drives):
                pickle.dump(each, file)


def drives_in(path: Path) -> Iterator[Drive]:
    """What will be said on the stage that was written, one after another: memory holds one of them."""
    with _opened(path) as kept:
        yield from kept.drives


def joined(drives: Iterator[Drive], count: int) -> Drive:
    """So many stretches of one length as a single one whose phonemes nobody knows; each is let go at once."""
    first = next(drives)
    length = len(first.audio)
    audio = np.empty(count * length, np.int16)
    for number, drive in enumerate(chain((first,), drives)):
        audio[number * length : (number + 1) * length] = drive.audio
    return replace(first, audio=audio, phonemes=(), frames=count * first.frames)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Kept:
    canvas: Canvas
    drives: Iterator[Drive]


@contextmanager
def _opened(path: Path) -> Iterator[_Kept]:
    """What a file holds; of our own files only, they are pickles."""
    with path.open("rb") as file:

        def drives() -> Iterator[Drive]:
            with suppress(EOFError):
                while True:
                    yield pickle.load(file)  # noqa: S301 - our own

        yield _Kept(canvas=pickle.load(file), drives=drives())  # noqa: S301 - our own


def write_sound(path: Path, drive: Drive) -> None:
    """Write an utterance's sound: 16-bit WAV, mono, 48 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(drive.audio.tobytes())


def write_picture(path: Path, canvas: Canvas) -> None:
    """Write the portrait in the film's picture, without loss."""
    if not cv2.imwrite(str(path), canvas.picture):
        raise OSError(path)
