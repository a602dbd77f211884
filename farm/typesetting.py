"""What captions are set in that are drawn into pictures: fonts of this machine, kept with the job."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from farm.bootstrap import Workshop
from pipeline.durable import digest_of
from pipeline.media.fonts import find_faces, system_folders
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.job import Typeface
from pipeline.plan.switches import BURN
from pipeline.plan.typefaces import (
    BOLD,
    Face,
    Setting,
    choose,
    packages_for,
    ranked,
    usual_letters,
    without_pictures,
)
from pipeline.store import Store

#: The warning that emoji are left out.
PICTURES = "captions-emoji-left-out"

_FONT_BYTES = 200_000_000
_TOLD_LETTERS = 12


class Typesetter:
    """Chooses fonts for scripts; this machine's are looked up once, when the first script needs one.

    Args:
        workshop: whose settings may name a folder of fonts.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._settings = workshop.settings
        self._files: dict[str, Artifact] = {}
        self._kept: set[str] = set()
        self._ranked: dict[str, tuple[Face, ...]] = {}

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """The fonts of this machine."""
        named = self._settings.captions.fonts
        own = [Path(name).expanduser() for name in named.split(os.pathsep) if name.strip()]
        return find_faces(own, system_folders(), index=self._settings.home / "fonts.json")

    def check(self, options: Mapping[str, str], language: str, text: str | None) -> str:
        """Refuse a script that cannot be drawn; the warning that is due, or nothing.

        Args:
            options: of the job.
            language: BCP 47 tag of the script.
            text: the script; None for one that is yet to be written, of which its language is known.

        Raises:
            InputError: ``captions-burn-unknown``, ``captions-fonts-none`` or ``captions-letters-missing``.
        """
        if not BURN.of(options):
            return ""
        missing = self._set(language, text).missing
        if missing and not self.faces:
            raise InputError("captions-fonts-none", packages=packages_for(missing))
        if missing:
            letters = missing[:_TOLD_LETTERS] + ("…" if len(missing) > _TOLD_LETTERS else "")
            raise InputError("captions-letters-missing", letters=letters, packages=packages_for(missing))
        return PICTURES if text is not None and without_pictures(text) != text else ""

    def typefaces(self, options: Mapping[str, str], language: str, text: str | None) -> tuple[Typeface, ...]:
        """What a script's captions are set in; nothing when none are drawn.

        Raises:
            InputError: as `check`.
            AwayError: ``store-away``: a font's file cannot be read any more.
        """
        self.check(options, language, text)
        if not BURN.of(options):
            return ()
        return tuple(
            Typeface(
                file=self._file(face),
                family=face.family,
                bold=face.weight >= BOLD,
                height=face.height,
                advance=face.advance,
                letters=letters,
            )
            for face, letters in self._set(language, text).faces
        )

    def kept(
        self, store: Store, options: Mapping[str, str], language: str, text: str | None
    ) -> tuple[Typeface, ...]:
        """The same typefaces, their files in a store.

        Raises:
            InputError, AwayError: as `typefaces`, or the store cannot be reached.
        """
        typefaces = self.typefaces(options, language, text)
        for face, _ in self._set(language, text).faces if typefaces else ():
            if face.path not in self._kept:
                store.adopt(Kind.SOURCE, self._file(face).suffix, Path(face.path), limit_bytes=_FONT_BYTES)
                self._kept.add(face.path)
        return typefaces

    def _set(self, language: str, text: str | None) -> Setting:
        if language not in self._ranked:
            self._ranked[language] = ranked(self.faces, language)
        letters = usual_letters(language) if text is None else text
        return choose(self._ranked[language], language=language, text=letters)

    def _file(self, face: Face) -> Artifact:
        """A font's file as the store will name it."""
        if face.path not in self._files:
            path = Path(face.path)
            try:
                digest, size = digest_of(path), path.stat().st_size
            except OSError as error:
                raise AwayError("store-away", reason=error.strerror or type(error).__name__) from error
            self._files[face.path] = Artifact(
                kind=Kind.SOURCE, key=digest, digest=digest, size=size, suffix=path.suffix.lower()
            )
        return self._files[face.path]
