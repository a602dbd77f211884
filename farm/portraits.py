"""Portraits: each distinct picture of a batch is looked at once per format, and only findings are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from farm.bootstrap import Settings, Workshop
from pipeline.engines.eye import EyeEngine
from pipeline.engines.shelf import Shelf
from pipeline.plan.background import Colour
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format
from pipeline.plan.portrait import FaceBox, Finding
from pipeline.steps.look import (
    PictureLimits,
    examine,
    has_several,
    load_picture,
    load_with_opacity,
    picture_size,
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


class Gallery:
    """Looks at portraits, each distinct one once per format and colour behind it.

    Args:
        workshop: where the eye engine stands, opened at the first look.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._limits = picture_limits(workshop.settings)
        self._found: dict[tuple[str, Format, FaceBox | None, Colour | None, bool], tuple[Finding, ...]] = {}
        self._latest: tuple[tuple[str, Colour | None], Loaded] | None = None
        self._sizes: dict[str, tuple[int, int]] = {}
        self._checked: dict[str, tuple[Finding, ...] | InputError] = {}

    def look(
        self,
        portrait: Path,
        digest: str,
        format: Format,  # noqa: A002 - the house's word for it
        box: FaceBox | None,
        behind: Colour | None,
        *,
        pictured: bool = False,
    ) -> tuple[Finding, ...]:
        """Everything to be said about a portrait in a format, errors first.

        Args:
            portrait: the file.
            digest: of its content.
            format: the film's picture.
            box: the face that talks, if one was named.
            behind: what its transparent parts stand before in the film; None for the usual grey.
            pictured: whether a picture stands behind it instead.
        """
        key = (digest, format, box, behind, pictured)
        if key not in self._found:
            try:
                loaded = self._loaded(portrait, digest, behind)
                several = self._several(portrait)
            except InputError as error:
                self._found[key] = (Finding(code=error.code, level="error", facts=error.facts),)
            else:
                seen = examine(loaded.picture, open_eye(self._workshop.eyes), format, box=box)
                asked = pictured or behind is not None
                hidden = asked and seen.shot is not None and not shows_behind(seen.shot, loaded.opacity)
                unseen = (Finding(code=UNSEEN, level="warning"),) if hidden else ()
                self._found[key] = (*seen.findings, *unseen, *several)
        return self._found[key]

    def size(self, portrait: Path, digest: str) -> tuple[int, int]:
        """Width and height of a portrait, upright.

        Raises:
            InputError: it is no picture that can be used, as far as its head tells.
        """
        if digest not in self._sizes:
            self._sizes[digest] = picture_size(portrait, self._limits)
        return self._sizes[digest]

    def check(self, picture: Path, digest: str) -> tuple[Finding, ...]:
        """Refuse a picture that cannot be read, warn of one that may be an oversight; each is read once.

        Raises:
            InputError: as `load_picture`.
        """
        if digest not in self._checked:
            try:
                load_picture(picture, self._limits)
                self._checked[digest] = self._several(picture)
            except InputError as error:
                self._checked[digest] = error
        if isinstance(found := self._checked[digest], InputError):
            raise found
        return found

    def _several(self, picture: Path) -> tuple[Finding, ...]:
        """A warning if a file has more frames or pages than are used."""
        several = has_several(picture, self._limits)
        return (Finding(code="portrait-animated", level="warning", facts={}),) if several else ()

    def _loaded(self, portrait: Path, digest: str, behind: Colour | None) -> Loaded:
        """The decoded picture; the latest one is kept, for the next format."""
        if self._latest is None or self._latest[0] != (digest, behind):
            self._latest = (digest, behind), load_with_opacity(portrait, self._limits, behind=behind)
        return self._latest[1]
