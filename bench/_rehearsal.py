"""Films to measure: portraits speak through the real steps, and what the engine draws is watched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from farm.bootstrap import open_workshop, settings_of
from farm.encoders import encoder_of
from farm.portraits import open_eye, picture_limits
from farm.sources import store_script
from pipeline.engines.eye import Face
from pipeline.engines.face import Canvas, Drive, Sitter
from pipeline.media.picture import planes_of
from pipeline.plan import chunks, trace
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.label import LABEL, NAME, REASON, Label
from pipeline.plan.lipsync import Lipsync
from pipeline.plan.loudness import Loudness
from pipeline.plan.timeline import Timeline
from pipeline.steps.clips import ClipPlanner
from pipeline.steps.join import join
from pipeline.steps.look import load_picture, look_at, pixels_digest
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.render import profile_of, render
from pipeline.steps.speak import load_timeline, speak

Luma = NDArray[np.uint8]

_LOUDNESS = Loudness.of(lufs=-16.0, dbtp=-1.5)
_PORTRAIT_BYTES = 1 << 26


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is said, and by which of espeak's voices."""

    language: str
    voice: str
    text: str


@dataclass(kw_only=True)
class Watched:
    """What an engine drew for one clip, by its luma.

    Attributes:
        first, last: those frames.
        lowest, highest: of each pixel in the clip.
        steps: mean absolute difference of each frame but the first to the one before.
    """

    first: Luma
    last: Luma
    lowest: Luma
    highest: Luma
    steps: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cast:
    """A portrait made ready.

    Attributes:
        name: for people.
        file: the portrait.
        canvas: the film's picture.
        sitter: what draws it.
        pixels: digest of the decoded portrait.
        placed: the affine map from pixels of the portrait to those of the canvas, (2, 3).
    """

    name: str
    file: Path
    canvas: Canvas
    sitter: Sitter
    pixels: str
    placed: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Take:
    """A film, and what was drawn for each of its utterances, in order."""

    film: Path
    timeline: Timeline
    drawn: tuple[Watched, ...]


class _Watcher:
    """A sitter whose frames are looked at as they go by."""

    def __init__(self, sitter: Sitter) -> None:
        self._sitter = sitter
        self.seen: list[Watched] = []

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """The sitter's own frames."""
        watched: Watched | None = None
        for frame in self._sitter.frames(drive):
            luma = planes_of(frame).luma.copy()
            if watched is None:
                watched = Watched(first=luma, last=luma, lowest=luma.copy(), highest=luma.copy())
                self.seen.append(watched)
            else:
                watched.steps.append(float(cv2.absdiff(luma, watched.last).mean()))
                np.minimum(watched.lowest, luma, out=watched.lowest)
                np.maximum(watched.highest, luma, out=watched.highest)
                watched.last = luma
            yield frame


class Stage:
    """Makes films in a folder; a context manager.

    Args:
        home: where their parts are kept.
        picture: size and frame rate of all of them.
        face: name of the face engine.
    """

    def __init__(self, home: Path, picture: Format, face: str) -> None:
        self.picture = picture
        self._workshop = open_workshop(settings_of({**os.environ, "LECTERN_HOME": str(home)}))
        self.eye = open_eye(self._workshop.eyes)
        self.face = self._workshop.faces.open(face)
        self._profile = profile_of(self.face, self.eye, encoder_of(self._workshop), mode="")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_: TracebackType | None
    ) -> None:
        self._workshop.close()

    def cast(self, name: str, file: Path) -> Cast:
        """Make a portrait ready.

        Raises:
            InputError: it is refused, with the first reason.
        """
        picture = load_picture(file, picture_limits(self._workshop.settings))
        report = look_at(picture, self.eye, self.picture)
        if report.canvas is None:
            first = report.errors[0]
            raise InputError(first.code, **first.facts)
        return Cast(
            name=name,
            file=file,
            canvas=report.canvas,
            sitter=self.face.prepare(report.canvas, Lipsync()),
            pixels=pixels_digest(picture),
            placed=_placed(self.eye.look(picture), report.canvas),
        )

    def film(self, cast: Cast, line: Line) -> Take:
        """Make the film of a portrait that says something; every clip is drawn anew."""
        store, media = self._workshop.store, self._workshop.media
        job, desk, watcher = self._job(cast, line), MemoryDesk(), _Watcher(cast.sitter)
        spoken = speak(job, desk=desk, store=store, voice=self._workshop.voices.open(job.voice.engine))
        if spoken is None:
            raise RuntimeError("nobody else speaks here")
        timeline = load_timeline(store, spoken)
        for part in chunks.cut(timeline):
            render(
                job,
                timeline,
                part,
                desk=desk,
                store=store,
                media=media,
                profile=self._profile,
                sitter=watcher,
                pixels=cast.pixels,
            )
        joined = join(
            job,
            timeline,
            desk=desk,
            store=store,
            media=media,
            profile=self._profile,
            pixels=cast.pixels,
            trace=trace.new(os.urandom(24)),
            submitted_ms=0,
            loudness=_LOUDNESS,
            producer="lectern",
        )
        if joined is None:
            raise RuntimeError("nobody else joins here")
        planner = ClipPlanner(
            job=job, timeline=timeline, store=store, profile=self._profile, pixels=cast.pixels
        )
        keys = [planner.plan(index).key for index in range(len(timeline.utterances))]
        # Equal utterances share a clip, which is drawn where it is needed first.
        drawn = dict(zip(dict.fromkeys(keys), watcher.seen, strict=True))
        return Take(
            film=store.verify(joined.film), timeline=timeline, drawn=tuple(drawn[key] for key in keys)
        )

    def _job(self, cast: Cast, line: Line) -> JobSpec:
        store = self._workshop.store
        return JobSpec(
            row="1",
            title=cast.name,
            user="bench",
            scene="1",
            script=store_script(store, line.text),
            portrait=store.adopt(Kind.SOURCE, cast.file.suffix, cast.file, limit_bytes=_PORTRAIT_BYTES),
            voice=VoiceChoice(engine="espeak", name=line.voice, language=line.language),
            face=self.face.name,
            format=self.picture,
            # What the engine draws is measured, and nothing over it.
            options={LABEL: Label.NONE.value, NAME: "bench", REASON: "measured"},
        )


def _placed(faces: Sequence[Face], canvas: Canvas) -> NDArray[np.float64]:
    """How the portrait was cut out and resized: as its face was, the one that lies most like the canvas's."""
    on_canvas = _landmarks(canvas.face)
    maps = [_along_axes(_landmarks(face), on_canvas) for face in faces]
    return min(maps, key=lambda found: found[1])[0]


def _along_axes(still: NDArray[np.float64], moved: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The scale and the shift along both axes that bring points nearest to others, and how far they stay."""
    matrix, apart = np.zeros((2, 3)), 0.0
    for axis in range(2):
        scale, shift = np.polyfit(still[:, axis], moved[:, axis], 1)
        matrix[axis, axis], matrix[axis, 2] = scale, shift
        apart += float(np.abs(still[:, axis] * scale + shift - moved[:, axis]).max())
    return matrix, apart


def _landmarks(face: Face) -> NDArray[np.float64]:
    if face.landmarks is None:
        raise SystemExit("measuring needs an eye with landmarks")
    return face.landmarks[:, :2]
