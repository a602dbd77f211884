"""What the engine `wav2lip` is measured with: a portrait in the film's picture, and speech of any length."""

from __future__ import annotations

import pickle
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from _farm import Film, job_of, settings_in
from _film import sentences

from farm.bootstrap import open_workshop
from farm.portraits import open_eye, picture_limits
from pipeline.engines.face import Canvas, Drive
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import Format
from pipeline.plan.speech import Phoneme
from pipeline.steps.look import load_picture, look_at
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.speak import load_timeline, speak, utterance_audio

_PORTRAIT = Path(__file__).resolve().parents[1] / "demo/portraits/astronaut.png"
# A sentence of `_film.sentences` takes longer than this.
_SENTENCE_S = 4


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


def staged(home: Path, pictures: Sequence[Format], *, seconds: int, films: int) -> list[Stage]:
    """The demo's portrait in each picture, and so many stretches of speech without a gap between them.

    Args:
        home: a folder for what the steps make.
        pictures: sizes, all of one frame rate.
        seconds: length of each stretch.
        films: how many.
    """
    with open_workshop(settings_in(home)) as workshop:
        eye = open_eye(workshop.eyes)
        portrait = load_picture(_PORTRAIT, picture_limits(workshop.settings))
        told = sentences(seconds * films // _SENTENCE_S + 2)
        job = job_of(workshop, Film("speech", " ".join(told), pictures[0]))
        voice = workshop.voices.open(job.voice.engine)
        spoken = speak(job, desk=MemoryDesk(), store=workshop.store, voice=voice)
        if spoken is None:
            raise RuntimeError("nobody else speaks here")
        timeline = load_timeline(workshop.store, spoken)
        sounds = [utterance_audio(workshop.store, each, timeline.fps) for each in timeline.utterances]
        begins = accumulate((len(sound) for sound in sounds), initial=0)
        phonemes = [
            Phoneme(symbol=sound.symbol, start=sound.start + at, end=sound.end + at, stressed=sound.stressed)
            for at, each in zip(begins, timeline.utterances, strict=False)
            for sound in each.phonemes
        ]
        audio = np.concatenate(sounds)
        length = seconds * SAMPLE_RATE
        frames, fps = length // samples_per_frame(timeline.fps), timeline.fps
        drives = [
            Drive(
                audio=audio[at : at + length],
                phonemes=_between(phonemes, at, at + length),
                frames=frames,
                fps=fps,
                seed=at,
            )
            for at in range(0, films * length, length)
        ]
        reports = [look_at(portrait, eye, picture) for picture in pictures]
    canvases = [report.canvas for report in reports if report.canvas is not None]
    if len(canvases) != len(pictures) or len(drives[-1].audio) != length:
        raise RuntimeError("the portrait was refused, or the speech is too short")
    return [Stage(canvas=canvas, drives=drives) for canvas in canvases]


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


def _between(phonemes: Sequence[Phoneme], first: int, stop: int) -> tuple[Phoneme, ...]:
    """The sounds that lie between two samples whole, counted from the first."""
    return tuple(
        Phoneme(symbol=each.symbol, start=each.start - first, end=each.end - first, stressed=each.stressed)
        for each in phonemes
        if first <= each.start and each.end <= stop
    )
