"""The files that a manifest's rows name: portraits, backgrounds and recordings, with their digests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from farm.batchfiles import BatchFolder
from farm.reading import ManifestLimits, Pictures
from farm.rows import Problems
from farm.tables import Flaw
from pipeline.media.filmkind import suffix_of
from pipeline.plan.background import BACKGROUND, names_picture
from pipeline.plan.errors import InputError
from pipeline.plan.people import profile_in
from pipeline.plan.script import normalise

PORTRAIT = "portrait"
#: The column of recordings.
AUDIO = "audio"

#: Where a file lies, and the SHA-256 (hex) of its content.
Found = tuple[Path, str]


class RowFiles:
    """Finds the files that rows name; what is wrong with one is told of its row.

    Args:
        folder: the manifest's.
        limits: what files may cost.
        pictures: finds the pictures of people's profiles; None: a cell names files alone.
        problems: hears what is wrong.
    """

    def __init__(
        self, folder: BatchFolder, limits: ManifestLimits, pictures: Pictures | None, problems: Problems
    ) -> None:
        self._folder = folder
        self._limits = limits
        self._pictures = pictures
        self._problems = problems

    def portrait(self, number: int, cells: Mapping[str, str], flaws: Mapping[str, Flaw]) -> Found | None:
        """A row's picture; every row has one."""
        if PORTRAIT in flaws:
            return None
        if not cells.get(PORTRAIT):
            self._problems.add(number, PORTRAIT, "manifest-portrait-missing")
            return None
        name = profile_in(cells[PORTRAIT])
        if self._pictures is None or not name:
            return self._picture(number, PORTRAIT, cells[PORTRAIT])
        try:
            return self._pictures(name, normalise(cells.get("department", "")))
        except InputError as error:
            self._problems.add_error(number, PORTRAIT, error)
            return None

    def background(self, number: int, options: dict[str, str]) -> Found | None:
        """The picture that stands behind a row's portrait, taken out of the options, if one is named."""
        if not names_picture(options.get(BACKGROUND, "")):
            return None
        return self._picture(number, BACKGROUND, options.pop(BACKGROUND))

    def recording(self, number: int, cells: Mapping[str, str], flaws: Mapping[str, Flaw]) -> Found | None:
        """A row's recording, if it names one."""
        if AUDIO in flaws or not cells.get(AUDIO):
            return None
        return self._file(number, AUDIO, cells[AUDIO], lambda _: self._limits.recording_bytes)

    def _picture(self, number: int, column: str, name: str) -> Found | None:
        limits = self._limits

        def limit(path: Path) -> int:
            return limits.footage_bytes if suffix_of(path) else limits.portrait_bytes

        return self._file(number, column, name, limit)

    def _file(self, number: int, column: str, name: str, limit: Callable[[Path], int]) -> Found | None:
        """A file beside the manifest."""
        try:
            path = self._folder.find(name)
            return path, self._folder.digest(path, limit_bytes=limit(path))
        except InputError as error:
            self._problems.add_error(number, column, error)
            return None
