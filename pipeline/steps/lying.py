"""Films that lie in an archive with their manifests, as they are found there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.plan.errors import AwayError
from pipeline.plan.filmread import FilmRead, film_read
from pipeline.plan.names import FILM_SUFFIX
from pipeline.steps.archive import archive_id

# A film of hours has a manifest of a few megabytes.
_MOST_MANIFEST = 64 << 20


@dataclass(frozen=True, kw_only=True)
class FilmLying:
    """A film that lies in an archive with its manifest.

    Attributes:
        told: what the manifest says.
        path: the film's place, relative to the archive.
        ended_ms: when it was delivered, by the archive's clock.
    """

    told: FilmRead
    path: str
    ended_ms: int


def days_of(archive: Path) -> list[str]:
    """The folders of days in an archive, in order.

    Raises:
        AwayError: as `pipeline.steps.archive.archive_id`; or ``archive-away``.
    """
    archive_id(archive)
    try:
        folders = [each.name for each in archive.iterdir() if each.is_dir()]
    except OSError as error:
        raise _away(archive, error) from error
    return sorted(name for name in folders if not name.startswith("."))


def films_of(archive: Path, day: str) -> list[FilmLying]:
    """The films of one day that lie there with a manifest that can be read.

    Raises:
        AwayError: ``archive-away``.
    """
    found = []
    try:
        for place in sorted((archive / day).glob("*.json")):
            film = place.with_suffix(FILM_SUFFIX)
            if place.name.startswith(".") or not film.is_file() or place.stat().st_size > _MOST_MANIFEST:
                continue
            text = place.read_bytes()
            try:
                told = film_read(text)
            except ValueError:
                continue
            path = film.relative_to(archive).as_posix()
            found.append(FilmLying(told=told, path=path, ended_ms=film.stat().st_mtime_ns // 1_000_000))
    except OSError as error:
        raise _away(archive, error) from error
    return found


def _away(archive: Path, error: OSError) -> AwayError:
    return AwayError("archive-away", root=str(archive), reason=error.strerror or type(error).__name__)
