"""Scripts of rows, as templates: each file is read once, however many rows name it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from farm.batchfiles import BatchFolder
from farm.choices import language_of
from farm.once import Once
from farm.template import Variable, fill, variables_of
from farm.textfile import decode
from farm.values import is_language, written
from pipeline.plan.errors import InputError

_BYTES_PER_CHARACTER = 4


@dataclass(frozen=True, kw_only=True)
class Template:
    """A script before its variables are filled."""

    text: str
    variables: tuple[Variable, ...]

    @cached_property
    def language(self) -> str:
        """The language of its own words, whatever its variables are called."""
        return language_of(fill(self.text, {variable.written: " " for variable in self.variables}))


#: The script of a row that has none, because its film's sound is there.
NOTHING_WRITTEN = Template(text="", variables=())


class Scripts:
    """Finds and keeps scripts.

    Args:
        folder: the manifest's.
        characters: how long a script may be.
    """

    def __init__(self, folder: BatchFolder, *, characters: int) -> None:
        self._folder = folder
        self._limit_bytes = characters * _BYTES_PER_CHARACTER
        self._files: Once[Path, Template] = Once()

    def written(self, text: str) -> Template:
        """A script that stands in a cell.

        Raises:
            InputError: as `variables_of`.
        """
        return Template(text=text, variables=variables_of(text))

    def beside(self, name: str) -> Template:
        """A script in a file of the manifest's folder.

        Raises:
            InputError: as `BatchFolder.find`, `decode` or `variables_of`.
        """
        return self._file(self._folder, self._folder.find(name))

    def elsewhere(self, path: Path) -> Template:
        """A script in a file that was named on the command line, wherever it lies.

        Raises:
            InputError: as `beside`.
        """
        real = Path(os.path.realpath(path))
        folder = BatchFolder(real.parent)
        return self._file(folder, folder.find(real.name))

    def _file(self, folder: BatchFolder, path: Path) -> Template:
        def read() -> Template:
            return self.written(decode(folder.read(path, limit_bytes=self._limit_bytes)))

        return self._files.find(path, read)


def spoken_language(cells: Mapping[str, str], template: Template) -> str:
    """The language that a row's values are written in: its own, else its voice's, else its script's."""
    if language := cells.get("language", ""):
        return language
    voice = cells.get("voice", "").rpartition("/")[2].partition("+")[0]
    return voice if voice and is_language(voice) else template.language


def value_of(variable: Variable, cells: Mapping[str, str], language: str) -> str:
    """What stands for a variable in a row.

    Args:
        variable: of the row's script or brief.
        cells: of the row.
        language: BCP 47 tag that it is written in.

    Raises:
        InputError: ``manifest-variable-unfilled``, or as `farm.values.written`.
    """
    value = cells.get(variable.name, "")
    if not value and variable.otherwise is None:
        raise InputError("manifest-variable-unfilled", variable=variable.name)
    value = value or variable.otherwise or ""
    return written(value, variable.kind, language) if value else ""
