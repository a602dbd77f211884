"""Plate films: what is played of a video of a person, made once, with the track of the face in it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2

from pipeline.engines.face import Footage
from pipeline.media import Media
from pipeline.plan import platefilm
from pipeline.plan.background import Colour
from pipeline.plan.canvas import Area, Shot
from pipeline.plan.errors import AwayError, TransientError
from pipeline.plan.facetrack import FaceTrack, unpacked
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Crop
from pipeline.scratch import scratch_folder
from pipeline.steps import backdrop
from pipeline.steps.footage import Followed, Sighting, film_blamed, size_and_length
from pipeline.steps.picture import Picture
from pipeline.steps.resize import resized

# In a plate film, before the track.
_PLACE = struct.Struct("<8id")


def make_plates(
    source: Path,
    sighting: Sighting,
    followed: Followed,
    target: Path,
    *,
    media: Media,
    behind: Colour | Picture | None,
    seconds: int,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Make the plate film of a film of a person, with the face's track in it. The same gives the same bytes.

    Args:
        source: the stranger's film.
        sighting: what was seen in it.
        followed: the face, without an error.
        target: the file to make.
        media: encodes.
        behind: what is seen where it does not fill the film; None for its own edges out of focus.
        seconds: no more is read than this, and a little.
        check: as in `sight`.

    Raises:
        InputError: ``portrait-video-damaged``.
        TransientError, AwayError: as `Media.run`.
    """
    track, picture = followed.track, followed.picture
    assert track is not None and picture is not None and followed.shot is not None  # noqa: S101, PT018 - promised
    shot = platefilm.even(followed.shot)
    with scratch_folder() as folder, film_blamed(source):
        media.run(
            platefilm.plates(
                source,
                target,
                reel=sighting.reel,
                shot=shot,
                size=sighting.size,
                veil=_veil(picture, shot, behind, folder),
                seconds=seconds,
            ),
            check=check,
            doing="plates",
        )
        count = size_and_length(media, target)[1]
    across, down = shot.scale
    moved = replace(track, frames=count, anchor=min(track.anchor, count - 1)).moved(
        x=shot.part.x - shot.at.x / across, y=shot.part.y - shot.at.y / down, across=across, down=down
    )
    media.note(target, _noted(moved, shot, sighting.enlarged))


def read_plates(
    film: Path,
    media: Media,
    format: Format,  # noqa: A002 - the house's word for it
    *,
    crop: Crop | None = None,
) -> Footage:
    """A plate film as an engine takes it.

    Args:
        film: as `make_plates` made it.
        media: reads it.
        format: its picture and frame rate.
        crop: what a model is shown as the face, in pixels of the film of the person.

    Raises:
        TransientError: ``media-unreadable``: it is none, or is damaged.
    """
    note = media.noted(film)
    try:
        *places, looked = _PLACE.unpack_from(note)
        track = unpacked(note[_PLACE.size :])
    except (ValueError, struct.error) as error:
        raise TransientError("media-unreadable", reason=type(error).__name__) from error
    shot = Shot(part=_area(places[:4]), at=_area(places[4:]), format=format)
    return Footage(
        film=film,
        format=format,
        track=track,
        enlarged=shot.enlarged,
        crop=None if crop is None else _moved(crop, shot, by=looked),
    )


def _noted(track: FaceTrack, shot: Shot, looked: float) -> bytes:
    """What stands in a plate film: how it was cut, by how much a look was enlarged, and the face's track."""
    places = (getattr(area, side) for area in (shot.part, shot.at) for side in ("x", "y", "width", "height"))
    return _PLACE.pack(*places, looked) + track.packed()


def _area(sides: Sequence[int]) -> Area:
    x, y, width, height = sides
    return Area(x=x, y=y, width=width, height=height)


def _moved(crop: Crop, shot: Shot, *, by: float) -> tuple[float, float, float, float]:
    """A part of the film of a person in its plates."""
    across, down = shot.scale
    x, y = shot.part.x - shot.at.x / across, shot.part.y - shot.at.y / down
    left, top = (crop.x * by - x) * across, (crop.y * by - y) * down
    return left, top, left + crop.width * by * across, top + crop.height * by * down


def _veil(picture: Picture, shot: Shot, behind: Colour | Picture | None, folder: Path) -> Path | None:
    """The file of what is laid over each plate; None for films that fill the picture."""
    at, film, part = shot.at, shot.format, shot.part
    if (at.width, at.height) == (film.width, film.height):
        return None
    cut = picture[part.y : part.y + part.height, part.x : part.x + part.width]
    over = backdrop.veil(resized(cut, at.width, at.height), at, film.width, film.height, behind)
    path = folder / "veil.png"
    if not cv2.imwrite(str(path), over):
        raise AwayError("media-disk-full")
    return path
