"""Portraits ready to talk, and how this machine renders: what a film's render and join steps begin with."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from farm.bootstrap import Workshop
from farm.encoders import encoder_of
from farm.facedoor import open_face
from farm.plates import plates_of
from farm.portraits import box_of, open_eye, picture_limits
from pipeline.engines.face import FaceEngine, FootageEngine, GrowingEngine, Sitter
from pipeline.plan.artifact import Artifact
from pipeline.plan.atonce import with_fewer
from pipeline.plan.background import Colour, colour_of
from pipeline.plan.errors import InputError, LecternError
from pipeline.plan.faceway import FaceWay, way_of
from pipeline.plan.footage import is_footage, source_digest
from pipeline.plan.graphs import CARD_ENCODER, codec_of
from pipeline.plan.job import Format, JobSpec, RenderProfile
from pipeline.plan.lipsync import Lipsync, lipsync_of
from pipeline.steps.desk import Desk
from pipeline.steps.look import (
    Opacity,
    Picture,
    load_picture,
    load_with_opacity,
    look_at,
    pixels_digest,
)
from pipeline.steps.plates import read_plates
from pipeline.steps.render import profile_of

#: A portrait made ready holds some tens of megabytes; the jobs of a batch mostly share one or two.
_SITTERS = 4


#: What an engine raises when a card cannot take as many frames at a time: opened anew, it takes fewer.
_OUT_OF_MEMORY = "face-out-of-memory"
#: What may be wrong with a card's encoder: lost, or in use elsewhere.
_NOT_ENCODED = frozenset({"media-failed", "media-clip-wrong"})

#: A model holds some hundreds of megabytes, on a card as well.
_LOADED = 2

#: What a portrait is prepared for; the way in which it is drawn comes first.
_SeatName = tuple[FaceWay, Lipsync, str, Format, object, object, str | None, str | None]

#: A digest is small, and making it means decoding the picture.
_PIXELS = 256


@dataclass(frozen=True, kw_only=True, eq=False)
class Seat:
    """A portrait made ready to talk, and the digest of its decoded and turned pixels.

    Before a picture, what can be seen through the portrait is in the digest as well.
    """

    sitter: Sitter
    pixels: str


class Studio:
    """Prepares each portrait once and keeps the ones used last; knows this machine's render profiles.

    Belongs to one thread.

    Args:
        workshop: store, FFmpeg and engines.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._seats: OrderedDict[_SeatName, Seat] = OrderedDict()
        self._pixels: OrderedDict[tuple[object, ...], str] = OrderedDict()
        self._profiles: dict[FaceWay, RenderProfile] = {}
        self._engines: OrderedDict[FaceWay, FaceEngine] = OrderedDict()
        self._at_once: dict[FaceWay, int] = {}

    def profile(self, way: FaceWay) -> RenderProfile:
        """How this machine draws faces in some way.

        Raises:
            InputError: the engine cannot be used here, or its model is not here.
            AwayError: the shelf of models is away.
        """
        if way not in self._profiles:
            self._profiles[way] = _profile(self._workshop, self._engine(way), way)
        return self._profiles[way]

    def forget(self, way: FaceWay) -> None:
        """Close the engine of some way, with all that it has prepared, and trust no encoder that was tried.

        Its profile may be another one next.
        """
        self._workshop.media.forget_trials()
        self._unload(way)

    def grow(self, way: FaceWay) -> None:
        """Close the engine of some way if it may take more frames at a time: who opens it anew finds out.

        Its profile may be another one next: no film may be in work with it.

        Raises:
            InputError, AwayError: as `profile`.
        """
        engine = self._engine(way)
        if isinstance(engine, GrowingEngine) and engine.may_grow():
            engine.grow()
            self.forget(way)

    def seat(self, job: JobSpec, desk: Desk) -> Seat | None:
        """The job's portrait, ready to talk in the job's format; None: another worker prepares it, come back.

        Only what is prepared of a video is shared by workers, so a picture's seat is always there.

        Args:
            job: the film.
            desk: what is known of the store, and who makes what.

        Raises:
            DamageError: the portrait or its background is missing from the store or damaged.
            InputError: it cannot be driven, which a complete check at submission should have found.
            SupersededError, TransientError, AwayError: of a video, as `farm.plates.plates_of`.
        """
        plates: Artifact | None = None
        if is_footage(job.portrait.suffix):
            # Asked for each time: so every step that uses it is known to.
            plates = plates_of(self._workshop, job, desk, lambda: self._behind(job))
            if plates is None:
                return None
        behind = None if job.background is None else job.background.digest
        way = way_of(job)
        # Before its portrait is looked for: another number of frames at a time is another engine.
        self._engine(way, self._fewer(way, job))
        name = (
            way,
            lipsync_of(job.options),
            job.portrait.digest,
            job.format,
            box_of(job.options),
            colour_of(job.options),
            behind,
            None if plates is None else plates.digest,
        )
        if name in self._seats:
            self._seats.move_to_end(name)
            return self._seats[name]
        while len(self._seats) >= _SITTERS:
            self._seats.popitem(last=False)
        self._seats[name] = self._prepare(job) if plates is None else self._prepare_footage(job, plates)
        return self._seats[name]

    def pixels(self, job: JobSpec) -> str:
        """The digest of the decoded and turned pixels of the job's portrait; no engine is needed.

        Raises:
            DamageError: the portrait is missing from the store or damaged.
        """
        if is_footage(job.portrait.suffix):
            return source_digest(job.portrait.digest)
        name = _pixels_name(job)
        if name not in self._pixels:
            self._keep_pixels(job, *self._picture(job))
        return self._pixels[name]

    def _prepare(self, job: JobSpec) -> Seat:
        picture, opacity = self._picture(job)
        report = look_at(
            picture,
            open_eye(self._workshop.eyes),
            job.format,
            box=box_of(job.options),
            crop=lipsync_of(job.options).crop,
            behind=self._behind(job),
            opacity=opacity,
        )
        if report.canvas is None:
            first = report.errors[0]
            raise InputError(first.code, **first.facts)
        sitter = self._engine_of(job).prepare(report.canvas, lipsync_of(job.options))
        return Seat(sitter=sitter, pixels=self._keep_pixels(job, picture, opacity))

    def _prepare_footage(self, job: JobSpec, plates: Artifact) -> Seat:
        """A video's seat, on its plates."""
        engine, lipsync = self._engine_of(job), lipsync_of(job.options)
        if not isinstance(engine, FootageEngine):
            able = ", ".join(self._workshop.faces.for_films()) or "-"
            file = f"{job.row}{job.portrait.suffix}"
            raise InputError("portrait-video-engine", engine=job.face, file=file, able=able)
        film = self._workshop.store.open(plates)
        footage = read_plates(film, self._workshop.media, job.format, crop=lipsync.crop)
        sitter = engine.prepare_footage(footage, lipsync)
        return Seat(sitter=sitter, pixels=source_digest(job.portrait.digest))

    def _fewer(self, way: FaceWay, job: JobSpec) -> int:
        """How many frames at a time a job is drawn with, where it asks for fewer than fit; else 0."""
        own = self.profile(way)
        asked = with_fewer(own, job.options)
        return 0 if asked == own else asked.batch

    def _engine_of(self, job: JobSpec) -> FaceEngine:
        """The engine that draws a job."""
        way = way_of(job)
        return self._engine(way, self._fewer(way, job))

    def _engine(self, way: FaceWay, at_once: int = 0) -> FaceEngine:
        """The engine of some way; of those with models only the ones used last stay open.

        Once open it draws on, whatever becomes of its model's card on the shelf; until frames are wanted that
        are computed more or fewer at a time: memory does not suffice for both.
        """
        if self._at_once.get(way, at_once) != at_once:
            self._close(way)
        if way not in self._engines:
            self._engines[way] = open_face(self._workshop, way, at_once=at_once)
            self._at_once[way] = at_once
        self._engines.move_to_end(way)
        for other in [each for each in self._engines if each.weights][:-_LOADED]:
            self._unload(other)
        return self._engines[way]

    def _unload(self, way: FaceWay) -> None:
        """Close the engine of some way, with all that it has prepared; another one may have another batch."""
        self._profiles.pop(way, None)
        self._close(way)

    def _close(self, way: FaceWay) -> None:
        for name in [name for name in self._seats if name[0] == way]:
            del self._seats[name]
        self._at_once.pop(way, None)
        engine = self._engines.pop(way, None)
        if engine is not None:
            self._workshop.faces.discard(engine)

    def _picture(self, job: JobSpec) -> tuple[Picture, Opacity | None]:
        """The job's portrait, and its opacity where a picture is seen through it."""
        path = self._workshop.store.open(job.portrait)
        limits = picture_limits(self._workshop.settings)
        loaded = load_with_opacity(path, limits, behind=colour_of(job.options))
        return loaded.picture, None if job.background is None else loaded.opacity

    def _behind(self, job: JobSpec) -> Colour | Picture | None:
        """What is seen where the portrait does not fill the film, or is transparent."""
        if job.background is None:
            return colour_of(job.options)
        path = self._workshop.store.open(job.background)
        return load_picture(path, picture_limits(self._workshop.settings))

    def _keep_pixels(self, job: JobSpec, picture: Picture, opacity: Opacity | None) -> str:
        while len(self._pixels) >= _PIXELS:
            self._pixels.popitem(last=False)
        digest = pixels_digest(picture, opacity)
        self._pixels[_pixels_name(job)] = digest
        return digest


def may_render_otherwise(error: LecternError, profile: RenderProfile) -> bool:
    """Whether what rendered with a profile may have another one, once it is opened anew after an error."""
    by_card = codec_of(profile.parameters) == CARD_ENCODER
    return error.code == _OUT_OF_MEMORY or (by_card and error.code in _NOT_ENCODED)


def profile_here(workshop: Workshop, way: FaceWay) -> RenderProfile:
    """How this machine draws faces in some way.

    Raises:
        InputError, AwayError: as `Studio.profile`.
    """
    return _profile(workshop, open_face(workshop, way), way)


def _profile(workshop: Workshop, face: FaceEngine, way: FaceWay) -> RenderProfile:
    """How an engine that was opened for some way draws on this machine."""
    return profile_of(face, open_eye(workshop.eyes), encoder_of(workshop), mode=way.mode)


def _pixels_name(job: JobSpec) -> tuple[object, ...]:
    """All that tells one portrait's pixels from another's."""
    return job.portrait.digest, colour_of(job.options), job.background is not None
