"""Takes what is a person's own back out of an archive: it lies beside films, which themselves stay."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.durable import sync_folder
from pipeline.plan.names import FILM_SUFFIX
from pipeline.steps.archive import SOURCES, archive_id, raise_trouble
from pipeline.steps.parts import drop_parts

_TRANSCRIPT = ".txt"


@dataclass(frozen=True, kw_only=True)
class Remains:
    """What is to be taken from beside a film.

    Attributes:
        folder: the day's folder.
        stem: the film's name there, without its suffix.
        portrait: whether the picture or video is that it was made from.
        transcript: whether the words are that were heard in its recording.
    """

    folder: str
    stem: str
    portrait: bool = False
    transcript: bool = False


def retract(root: Path, films: Iterable[Remains]) -> int:
    """Remove what is a person's own from beside their films for good; how many files there were.

    What was on its way there goes as well, with everything else of such a film that was half copied.
    Safe to repeat: what is gone already is gone.

    Args:
        root: the archive.
        films: what is to be removed of each.

    Raises:
        AwayError, TransientError: as `pipeline.steps.archive.archive`; what was removed until then is.
    """
    portraits: dict[Path, set[str]] = {}
    transcripts: dict[Path, set[str]] = {}
    names = []
    for film in films:
        names.append(f"{film.folder}/{film.stem}{FILM_SUFFIX}")
        if film.portrait:
            portraits.setdefault(root / film.folder / SOURCES, set()).add(f"{film.stem}.portrait")
        if film.transcript:
            transcripts.setdefault(root / film.folder, set()).add(f"{film.stem}{_TRANSCRIPT}")
    if names:
        archive_id(root)
    try:
        for name in names:
            drop_parts(root, name)
        removed = sum(
            _remove(folder, [folder / name for name in some]) for folder, some in transcripts.items()
        )
        return removed + sum(_remove(folder, _among(folder, some)) for folder, some in portraits.items())
    except OSError as error:
        raise_trouble(error, root)


def _remove(folder: Path, files: Iterable[Path]) -> int:
    """Remove files of a folder, durably."""
    found = [path for path in files if path.is_file()]
    for path in found:
        path.unlink(missing_ok=True)
    if found:
        sync_folder(folder)
    return len(found)


def _among(folder: Path, names: set[str]) -> list[Path]:
    """The files of a folder whose names, without their suffix, are among some."""
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if _plain(entry.name) in names]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _plain(name: str) -> str:
    """A file's name without its last suffix."""
    return name.rpartition(".")[0]
