"""Portraits: what is said of a picture, or a film of a person, in each of the films that it shall be in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from farm.bootstrap import Settings, Workshop
from pipeline.engines.eye import EyeEngine, Face
from pipeline.engines.face import FaceEngine
from pipeline.engines.shelf import Shelf
from pipeline.media import Media
from pipeline.media.filmkind import suffix_of
from pipeline.plan.background import Colour
from pipeline.plan.bearing import EXPRESSION, MOTION
from pipeline.plan.errors import InputError
from pipeline.plan.footage import FootageLimits
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Crop
from pipeline.plan.portrait import FaceBox, Finding
from pipeline.scratch import scratch_folder
from pipeline.steps import footage
from pipeline.steps.look import (
    PictureLimits,
    examine,
    has_several,
    load_picture,
    load_with_opacity,
    shows_behind,
)
from pipeline.steps.picture import Loaded

#: What is said of a background that a portrait hides wholly.
UNSEEN = "portrait-background-unseen"

_BOX = re.compile(r"\s*,\s*".join([r"(-?[0-9]{1,6})"] * 2 + [r"([0-9]{1,6})"] * 2))


def open_eye(eyes: Shelf[EyeEngine]) -> EyeEngine:
    """The first eye engine that can be used here.

    Raises:
        InputError: why the last one cannot, when none can.
    """
    *others, last = eyes.names()
    for name in others:
        if eyes.why_not(name) is None:
            return eyes.open(name)
    return eyes.open(last)


def picture_limits(settings: Settings) -> PictureLimits:
    """What a portrait may cost, as the operator set it."""
    return PictureLimits(file_bytes=settings.limits.portrait_bytes, pixels=settings.limits.portrait_pixels)


def footage_limits(settings: Settings) -> FootageLimits:
    """What a portrait that is a film may cost, as the operator set it."""
    limits = settings.limits
    return FootageLimits(
        file_bytes=limits.footage_bytes, pixels=limits.footage_pixels, seconds=limits.footage_seconds
    )


@dataclass(frozen=True, kw_only=True)
class Means:
    """With what portraits are looked at, and what they may cost.

    Attributes:
        pictures: what a picture may cost.
        footage: what a film may cost.
        media: decodes films.
    """

    pictures: PictureLimits
    footage: FootageLimits
    media: Media


def means_of(workshop: Workshop) -> Means:
    """With what this workshop looks at portraits."""
    return Means(
        pictures=picture_limits(workshop.settings),
        footage=footage_limits(workshop.settings),
        media=workshop.media,
    )


def check_engine(portrait: Path, engine: str, faces: Shelf[FaceEngine]) -> None:
    """Refuse a portrait that a face engine cannot make talk: a film, where it takes pictures alone.

    Raises:
        InputError: ``portrait-video-engine``.
    """
    able = faces.for_films()
    if engine not in able and suffix_of(portrait):
        told = ", ".join(able) or "-"
        raise InputError("portrait-video-engine", engine=engine, file=portrait.name, able=told)


def idle_for_film(portrait: Path, options: Mapping[str, str]) -> tuple[Finding, ...]:
    """A warning for each option that says something, and that no film of a person heeds."""
    if not suffix_of(portrait):
        return ()
    return tuple(
        Finding(code="portrait-video-option", level="warning", facts={"option": option})
        for option in (EXPRESSION, MOTION)
        if options.get(option, "").strip()
    )


def box_of(options: Mapping[str, str]) -> FaceBox | None:
    """The face that the option ``face.box`` names: x, y, width and height in pixels; None when it names none.

    Raises:
        InputError: ``submit-face-box-wrong``.
    """
    words = options.get("face.box", "").strip()
    if not words:
        return None
    match = _BOX.fullmatch(words)
    if match is None:
        raise InputError("submit-face-box-wrong", box=words)
    x, y, width, height = (int(number) for number in match.groups())
    return x, y, width, height


@dataclass(frozen=True, kw_only=True)
class View:
    """How a portrait shall be seen in a film.

    Attributes:
        format: the film's picture.
        box: the face that talks, if one was named.
        behind: what its transparent parts stand before in the film; None for the usual grey.
        pictured: whether a picture stands behind it instead.
        crop: what a model is shown as the face, if that was named.
    """

    format: Format
    box: FaceBox | None
    behind: Colour | None
    pictured: bool
    crop: Crop | None = None


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """All that is asked of one picture.

    Attributes:
        file: the picture.
        digest: of its content.
        views: how it shall be seen as a portrait, each once.
        backdrop: whether it shall stand behind a portrait, too.
    """

    file: Path
    digest: str
    views: tuple[View, ...]
    backdrop: bool


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Everything to be said about a picture, errors first.

    Attributes:
        views: for each view of its sitting, in order.
        backdrop: of the picture as a background; empty unless that was asked.
    """

    views: tuple[tuple[Finding, ...], ...]
    backdrop: tuple[Finding, ...]


class Looker:
    """Looks at pictures, one after the other; each is decoded, and its faces are found, as seldom as may be.

    Args:
        means: with what it looks.
        eyes: where the eye engine stands, opened at the first look.
    """

    def __init__(self, means: Means, eyes: Shelf[EyeEngine]) -> None:
        self._means = means
        self._limits = means.pictures
        self._eyes = eyes
        self._eye: _Attentive | None = None

    def look(self, sitting: Sitting) -> Seen:
        """Everything to be said about a picture, or about a film of a person."""
        if sitting.views and suffix_of(sitting.file):
            backdrop = self._backdrop(sitting.file) if sitting.backdrop else ()
            return Seen(views=self._film(sitting), backdrop=backdrop)
        loaded: dict[Colour | None, Loaded | InputError] = {}
        views = []
        for view in sitting.views:
            if view.behind not in loaded:
                # One at a time: what is decoded takes megabytes.
                loaded = {view.behind: self._load(sitting.file, view.behind)}
            views.append(self._said(sitting.file, loaded[view.behind], view))
        return Seen(views=tuple(views), backdrop=self._backdrop(sitting.file) if sitting.backdrop else ())

    def _film(self, sitting: Sitting) -> tuple[tuple[Finding, ...], ...]:
        """What is said of a film of a person in each view; it is looked through once for each frame rate."""
        sightings: dict[int, footage.Sighting | InputError] = {}
        views = []
        with scratch_folder() as folder:
            for view in sitting.views:
                fps = view.format.fps
                if fps not in sightings:
                    place = folder / str(fps)
                    place.mkdir()
                    sightings[fps] = self._sight(sitting.file, fps, place)
                seen = sightings[fps]
                views.append(
                    (_refused(seen),) if isinstance(seen, InputError) else self._followed(seen, view)
                )
        return tuple(views)

    def _sight(self, file: Path, fps: int, folder: Path) -> footage.Sighting | InputError:
        eye, media, limits = self._ready(), self._means.media, self._means.footage
        try:
            return footage.sight(file, eye, media, fps=fps, limits=limits, folder=folder)
        except InputError as error:
            return error

    def _followed(self, sighting: footage.Sighting, view: View) -> tuple[Finding, ...]:
        found = footage.follow(
            sighting, self._ready(), self._means.media, view.format, box=view.box, crop=view.crop
        )
        asked = view.pictured or view.behind is not None
        hidden = asked and found.shot is not None and not shows_behind(found.shot, None)
        unseen = (Finding(code=UNSEEN, level="warning"),) if hidden else ()
        return (*found.findings, *unseen)

    def _ready(self) -> _Attentive:
        if self._eye is None:
            self._eye = _Attentive(open_eye(self._eyes))
        return self._eye

    def _load(self, file: Path, behind: Colour | None) -> Loaded | InputError:
        try:
            return load_with_opacity(file, self._limits, behind=behind)
        except InputError as error:
            return error

    def _said(self, file: Path, loaded: Loaded | InputError, view: View) -> tuple[Finding, ...]:
        if isinstance(loaded, InputError):
            return (_refused(loaded),)
        try:
            several = self._several(file)
        except InputError as error:
            return (_refused(error),)
        seen = examine(loaded.picture, self._ready(), view.format, box=view.box, crop=view.crop)
        asked = view.pictured or view.behind is not None
        hidden = asked and seen.shot is not None and not shows_behind(seen.shot, loaded.opacity)
        unseen = (Finding(code=UNSEEN, level="warning"),) if hidden else ()
        return (*seen.findings, *unseen, *several)

    def _backdrop(self, file: Path) -> tuple[Finding, ...]:
        try:
            load_picture(file, self._limits)
            return self._several(file)
        except InputError as error:
            return (_refused(error),)

    def _several(self, file: Path) -> tuple[Finding, ...]:
        """A warning if a file has more frames or pages than are used."""
        several = has_several(file, self._limits)
        return (Finding(code="portrait-animated", level="warning", facts={}),) if several else ()


class _Attentive:
    """An eye that remembers the faces of the picture that it saw last, for the next format."""

    def __init__(self, eye: EyeEngine) -> None:
        self.name, self.version = eye.name, eye.version
        self._eye = eye
        self._latest: tuple[NDArray[np.uint8], tuple[Face, ...]] | None = None

    def look(self, picture: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Every face in a picture, the largest first."""
        if self._latest is None or self._latest[0] is not picture:
            self._latest = picture, self._eye.look(picture)
        return self._latest[1]

    def person(self, picture: NDArray[np.uint8], face: Face) -> NDArray[np.uint8] | None:
        """How much of each pixel shows the person with this face."""
        return self._eye.person(picture, face)

    def close(self) -> None:
        """The eye itself belongs to its shelf."""
        self._latest = None


def _refused(error: InputError) -> Finding:
    return Finding(code=error.code, level="error", facts=error.facts)
