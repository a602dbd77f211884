"""Portraits that are films: which of their faces talks, where it is throughout, what is wrong with it."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine, Face
from pipeline.media import Media
from pipeline.plan import platefilm
from pipeline.plan.canvas import Shot
from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.facetrack import FaceTrack, track_of
from pipeline.plan.footage import KINDS_TOLD, LOOKS, FootageLimits, gaps, look_step
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Crop
from pipeline.plan.platefilm import Reel
from pipeline.plan.portrait import FaceBox, FaceMeasures, Finding, choose, judge, judge_whole
from pipeline.scratch import scratch_folder
from pipeline.steps.look import judge_crop, place_of, placed
from pipeline.steps.measures import measure
from pipeline.steps.picture import Picture

# From one look to the next a face moves by no more of its width, and grows or shrinks by no more, than this:
# what is farther off is somebody else.
_REACH, _GROWTH = 1.5, 2.0
# So many gaps without a face are told of; the rest is as the first ones.
_GAPS_TOLD = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Sighting:
    """All faces that looks through a film found.

    Attributes:
        film: the looks themselves, upright, every one a keyframe; it lies where the caller wanted it.
        reel: what the stranger's film is.
        fps: at which frame rate the looks were taken.
        size: width and height of a look.
        enlarged: of a look against the film's own picture; 1.0 or less.
        faces: of each look, the largest first.
    """

    film: Path
    reel: Reel
    fps: int
    size: tuple[int, int]
    enlarged: float
    faces: tuple[tuple[Face, ...], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Followed:
    """One face through a film, and what is to be said about it.

    Attributes:
        findings: errors first.
        track: where it is; None if and only if there is an error among the findings.
        shot: where the film of the person stands in the film to be made; None likewise.
        picture: the look at the anchor, BGR.
    """

    findings: tuple[Finding, ...]
    track: FaceTrack | None
    shot: Shot | None
    picture: Picture | None


def first_size(source: Path, media: Media, limits: FootageLimits) -> tuple[int, int]:
    """Width and height of a film's picture as it is looked at: upright, with square pixels, even.

    Raises:
        InputError: as `sight`, for what its tables and its first frame tell.
        TransientError, AwayError: as `Media.run`.
    """
    reel = media.reel(source, limits)
    with scratch_folder() as folder:
        target = folder / "look.mp4"
        with film_blamed(source):
            media.run(platefilm.first_look(source, target, reel=reel), doing="look")
        return size_and_length(media, target)[0]


def sight(
    source: Path,
    eye: EyeEngine,
    media: Media,
    *,
    fps: int,
    limits: FootageLimits,
    folder: Path,
    check: Callable[[], None] = lambda: None,
) -> Sighting:
    """Look for faces through a film that anybody may have made.

    Args:
        source: the film.
        eye: what finds faces.
        media: what decodes it.
        fps: frame rate of the film to be made.
        limits: what the film of the person may cost.
        folder: where the looks are put.
        check: called before each look; what it raises ends it.

    Raises:
        InputError: as `Media.reel`, ``portrait-video-too-short``, or ``portrait-video-damaged``.
        TransientError, AwayError: as `Media.run`.
    """
    reel = media.reel(source, limits)
    target = folder / "looks.mp4"
    with film_blamed(source):
        looks = platefilm.looks(source, target, reel=reel, fps=fps, seconds=limits.seconds)
        media.run(looks, check=check, doing="look")
        size, count = size_and_length(media, target)
    if 2 * count * look_step(fps) > (2 * limits.seconds + 1) * fps:
        raise InputError("portrait-video-too-long", file=source.name, most=limits.seconds)
    if count < LOOKS:
        raise InputError("portrait-video-too-short", file=source.name)
    faces = []
    for picture in media.frames(target):
        check()
        faces.append(tuple(eye.look(picture)))
    return Sighting(
        film=target,
        reel=reel,
        fps=fps,
        size=size,
        enlarged=min(size) / min(reel.columns, reel.lines),
        faces=tuple(faces),
    )


def follow(
    sighting: Sighting,
    eye: EyeEngine,
    media: Media,
    format: Format,  # noqa: A002 - the house's word for it
    *,
    box: FaceBox | None = None,
    crop: Crop | None = None,
) -> Followed:
    """Follow the face that talks through a film, and say what is wrong with it.

    It is chosen in the first look that shows any, as in a picture, and is the nearest one from there on. What
    is said of it is said of the look at the anchor, the best one.

    Args:
        sighting: all faces in it.
        eye: what found them.
        media: reads the looks.
        format: the picture of the film to be made.
        box: x, y, width, height of the face that talks, in pixels of the film's picture.
        crop: what a model is shown as the face, likewise.
    """
    first = next((index for index, faces in enumerate(sighting.faces) if faces), None)
    if first is None:
        return _refused((Finding(code="portrait-video-no-face", level="error"),))
    faces, picture = sighting.faces[first], _look(sighting, media, first)
    measures = [measure(picture, face) for face in faces]
    choice = choose(measures, box=None if box is None else _scaled(box, sighting.enlarged))
    if choice.index is None:
        return _refused(choice.findings)
    followed = _nearest(sighting.faces, first, faces[choice.index])
    step = look_step(sighting.fps)
    looks = [None if face is None else _numbers(face) for face in followed]
    track = track_of(looks, frames=len(looks) * step, step=step)
    best = followed[track.anchor // step]
    assert best is not None  # noqa: S101 - the anchor is where the face was seen
    picture = _look(sighting, media, track.anchor // step)
    shot = _shot(picture, best, eye, track, format)
    outside = () if crop is None else judge_crop(Crop(*_scaled(crop, sighting.enlarged)), shot)
    findings = (
        *outside,
        *_judged(measure(picture, best), shot, sighting.size),
        *choice.findings,
        *_gaps(track, sighting.fps),
    )
    if any(finding.level == "error" for finding in findings):
        return _refused(findings)
    return Followed(findings=findings, track=track, shot=shot, picture=picture)


def _shot(picture: Picture, best: Face, eye: EyeEngine, track: FaceTrack, format: Format) -> Shot:  # noqa: A002 - see above
    """Where the film of the person stands: as its anchor would, moved to where the face mostly is."""
    where = place_of(best, eye.person(picture, best))
    usual = np.median(track.boxes[track.seen], axis=0)
    here = track.boxes[track.anchor // track.step]
    x, y = ((usual - here).reshape(2, 2).mean(axis=0)).tolist()
    return placed(picture, where.moved(round(x), round(y)), format)


def _judged(measured: FaceMeasures, shot: Shot, size: tuple[int, int]) -> tuple[Finding, ...]:
    """What is to be said of a face in a look of this size, shown so."""
    enlarged = round(100 * shot.enlarged)
    whole = judge_whole(measured, enlarged=enlarged) if shot.format.whole else ()
    return (*whole, *judge(measured, size=size, enlarged=enlarged, filled=shot.filled))


def _nearest(faces: Sequence[tuple[Face, ...]], first: int, chosen: Face) -> tuple[Face | None, ...]:
    """The chosen face in each look from the first on: the nearest to where it was last, if it is near."""
    found: list[Face | None] = [None] * first
    last = chosen
    for look in faces[first:]:
        near = [(_distance(face, last), index) for index, face in enumerate(look) if _alike(face, last)]
        if near and min(near)[0] <= _REACH:
            last = look[min(near)[1]]
            found.append(last)
        else:
            found.append(None)
    return tuple(found)


def _distance(one: Face, other: Face) -> float:
    """From middle to middle, in widths of the second face."""
    (x, y), (other_x, other_y) = _middle(one), _middle(other)
    return math.hypot(x - other_x, y - other_y) / _width(other)


def _middle(face: Face) -> tuple[float, float]:
    x0, y0, x1, y1 = face.box
    return (x0 + x1) / 2, (y0 + y1) / 2


def _alike(one: Face, other: Face) -> bool:
    return 1 / _GROWTH <= _width(one) / _width(other) <= _GROWTH


def _width(face: Face) -> float:
    return max(face.box[2] - face.box[0], 1.0)


def _numbers(face: Face) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    landmarks = None if face.landmarks is None else face.landmarks.astype(np.float32)
    return np.asarray(face.box, np.float32), landmarks


def _gaps(track: FaceTrack, fps: int) -> Iterator[Finding]:
    told = gaps(track.seen.tolist(), step=track.step, frames=track.frames, fps=fps)
    if told:
        facts = ", ".join(f"{begin}-{end} s" for begin, end in told[:_GAPS_TOLD])
        more = ", …" if len(told) > _GAPS_TOLD else ""
        yield Finding(code="portrait-video-face-away", level="warning", facts={"times": facts + more})


def _refused(findings: tuple[Finding, ...]) -> Followed:
    return Followed(findings=findings, track=None, shot=None, picture=None)


def _look(sighting: Sighting, media: Media, index: int) -> Picture:
    return next(islice(media.frames(sighting.film), index, None))


def _scaled(box: FaceBox, by: float) -> FaceBox:
    x, y, width, height = (round(number * by) for number in box)
    return x, y, width, height


def size_and_length(media: Media, film: Path) -> tuple[tuple[int, int], int]:
    """Width and height of one of our own films, and how many frames it has: 0 if nothing is in it."""
    try:
        picture = media.probe(film).picture
    except TransientError:
        # What had no frame became a file without a track.
        picture = None
    return ((2, 2), 0) if picture is None else ((picture.width, picture.height), picture.packets)


@contextlib.contextmanager
def film_blamed(source: Path) -> Iterator[None]:
    """While it lasts, what FFmpeg cannot decode is the film's fault, unless time or memory ran out.

    Raises:
        InputError: ``portrait-video-damaged``.
    """
    try:
        yield
    except TransientError as error:
        if error.code != "media-failed":
            raise
        raise InputError("portrait-video-damaged", file=source.name, kinds=KINDS_TOLD) from error
