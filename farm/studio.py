"""Portraits ready to talk, and how this machine renders: what a film's render and join steps begin with."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from farm.bootstrap import Workshop
from farm.portraits import box_of, open_eye, picture_limits
from pipeline.engines.face import Sitter
from pipeline.plan.background import Colour, colour_of
from pipeline.plan.errors import InputError
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.steps.look import (
    Opacity,
    Picture,
    load_picture,
    load_with_opacity,
    look_at,
    pixels_digest,
)
from pipeline.steps.render import profile_of

#: A portrait made ready holds some tens of megabytes; the jobs of a batch mostly share one or two.
_SITTERS = 4


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
        self._seats: OrderedDict[tuple[object, ...], Seat] = OrderedDict()
        self._pixels: OrderedDict[tuple[object, ...], str] = OrderedDict()
        self._profiles: dict[str, RenderProfile] = {}

    def profile(self, face: str) -> RenderProfile:
        """How this machine renders with a face engine.

        Raises:
            InputError: the engine cannot be used here.
        """
        if face not in self._profiles:
            encoder = self._workshop.settings.encoder
            self._profiles[face] = profile_of(
                self._workshop.media,
                self._workshop.faces.open(face),
                open_eye(self._workshop.eyes),
                qp=encoder.qp,
                preset=encoder.preset,
            )
        return self._profiles[face]

    def seat(self, job: JobSpec) -> Seat:
        """The job's portrait, ready to talk in the job's format.

        Raises:
            DamageError: the portrait or its background is missing from the store or damaged.
            InputError: it cannot be driven, which a complete check at submission should have found.
        """
        behind = None if job.background is None else job.background.digest
        name = (
            job.face, job.portrait.digest, job.format, box_of(job.options), colour_of(job.options), behind
        )  # fmt: skip
        if name in self._seats:
            self._seats.move_to_end(name)
            return self._seats[name]
        while len(self._seats) >= _SITTERS:
            self._seats.popitem(last=False)
        self._seats[name] = self._prepare(job)
        return self._seats[name]

    def pixels(self, job: JobSpec) -> str:
        """The digest of the decoded and turned pixels of the job's portrait; no engine is needed.

        Raises:
            DamageError: the portrait is missing from the store or damaged.
        """
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
            behind=self._behind(job),
            opacity=opacity,
        )
        if report.canvas is None:
            first = report.errors[0]
            raise InputError(first.code, **first.facts)
        sitter = self._workshop.faces.open(job.face).prepare(report.canvas)
        return Seat(sitter=sitter, pixels=self._keep_pixels(job, picture, opacity))

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


def _pixels_name(job: JobSpec) -> tuple[object, ...]:
    """All that tells one portrait's pixels from another's."""
    return job.portrait.digest, colour_of(job.options), job.background is not None
