"""Looks at a portrait: finds the face, says what is wrong with it, and cuts the film's picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine, Face
from pipeline.engines.eye.mesh import LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS
from pipeline.engines.face import Canvas
from pipeline.plan.background import Colour
from pipeline.plan.canvas import FacePlace, Shot, place
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Crop, part_shown
from pipeline.plan.portrait import FaceBox, Finding, choose, judge, judge_whole
from pipeline.steps import backdrop
from pipeline.steps.margin import without_margin
from pipeline.steps.measures import measure
from pipeline.steps.picture import (
    Opacity,
    Picture,
    PictureLimits,
    has_several,
    load_picture,
    load_with_opacity,
    picture_size,
    pixels_digest,
)
from pipeline.steps.resize import resized

__all__ = [
    "Examined",
    "Opacity",
    "Picture",
    "PictureLimits",
    "PortraitReport",
    "cut_canvas",
    "examine",
    "has_several",
    "judge_crop",
    "load_picture",
    "load_with_opacity",
    "look_at",
    "picture_size",
    "pixels_digest",
    "place_of",
    "placed",
    "shows_behind",
]

# Without landmarks the eyes are this far down the face.
_EYES_DOWN = 0.38
# Of 255, what counts as the person; and of the face's width, what makes a row of it hair.
_PERSON_FROM, _HAIR_FROM = 127, 0.05
# A pixel at least so transparent shows what is behind it.
_SEEN_THROUGH = 240
# Landmarks on the canvas are whole multiples of this part of a pixel, so that the last bits of a processor's
# floating point, which differ between makes, do not reach the film.
_LANDMARK_STEPS = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class PortraitReport:
    """What was found in a portrait.

    Attributes:
        findings: everything to be said about it, errors first.
        canvas: the film's picture with its face; None if and only if there is an error among the findings.
    """

    findings: tuple[Finding, ...]
    canvas: Canvas | None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings for which the portrait is refused."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings with which the portrait can still be used."""
        return tuple(finding for finding in self.findings if finding.level == "warning")


@dataclass(frozen=True, kw_only=True, eq=False)
class Examined:
    """What was found in a portrait before anything is made of it.

    Attributes:
        findings: everything to be said about it, errors first.
        face: the face that talks; None if it is not known which.
        shot: where the portrait stands in the film; None as `face`.
        person: how much of each pixel of the portrait shows whose face it is, 0 to 255, uint8 (height,
            width); None if the eye cannot tell.
    """

    findings: tuple[Finding, ...]
    face: Face | None
    shot: Shot | None
    person: NDArray[np.uint8] | None = None


def examine(
    picture: Picture,
    eye: EyeEngine,
    format: Format,  # noqa: A002 - the house's word for it
    *,
    box: FaceBox | None = None,
    crop: Crop | None = None,
) -> Examined:
    """Find the face that talks, and say what is wrong with it and where it will stand in the film.

    Args:
        picture: as `load_picture` gives it.
        eye: what finds faces.
        format: the film's picture.
        box: x, y, width, height of the face that talks, in pixels of the picture.
        crop: what a model is shown as the face, likewise.
    """
    faces = eye.look(picture)
    measures = [measure(picture, face) for face in faces]
    choice = choose(measures, box=box)
    if choice.index is None:
        return Examined(findings=choice.findings, face=None, shot=None)
    face = faces[choice.index]
    size = (picture.shape[1], picture.shape[0])
    person = eye.person(picture, face)
    shot = placed(picture, place_of(face, person), format)
    measured, enlarged = measures[choice.index], round(100 * shot.enlarged)
    lost = judge_whole(measured, enlarged=enlarged) if format.whole else ()
    judged = judge(measured, size=size, enlarged=enlarged, filled=shot.filled)
    outside = () if crop is None else judge_crop(crop, shot)
    findings = (*lost, *outside, *judged, *choice.findings)
    return Examined(findings=findings, face=face, shot=shot, person=person)


def look_at(
    picture: Picture,
    eye: EyeEngine,
    format: Format,  # noqa: A002 - the house's word for it
    *,
    box: FaceBox | None = None,
    crop: Crop | None = None,
    behind: Colour | Picture | None = None,
    opacity: Opacity | None = None,
) -> PortraitReport:
    """Examine a portrait, and make the film's picture of it.

    Equal pixels, box, crop, background and format give an equal report and canvas, under any number of
    threads.

    Args:
        picture: as `load_picture` gives it.
        eye: what finds faces.
        format: the film's picture.
        box: x, y, width, height of the face that talks, in pixels of the picture.
        crop: what a model is shown as the face, likewise.
        behind: what is seen where the portrait does not fill the film; None for its own edges out of focus.
        opacity: of the picture, if parts of it stand before the studio's grey; a picture behind is seen
            through them.
    """
    found = examine(picture, eye, format, box=box, crop=crop)
    refused = any(finding.level == "error" for finding in found.findings)
    if refused or found.face is None or found.shot is None:
        return PortraitReport(findings=found.findings, canvas=None)
    canvas = cut_canvas(picture, found.face, found.shot, person=found.person, behind=behind, opacity=opacity)
    if crop is not None:
        canvas = replace(canvas, crop=_crop_moved(crop, found.shot))
    return PortraitReport(findings=found.findings, canvas=canvas)


def cut_canvas(
    picture: Picture,
    face: Face,
    shot: Shot,
    *,
    person: NDArray[np.uint8] | None = None,
    behind: Colour | Picture | None = None,
    opacity: Opacity | None = None,
) -> Canvas:
    """The film's picture: what it shows of the portrait, before its background, with the person moved along.

    Face and person are moved, not found again: the eye looks at every face at one size, so a second look
    would tell nothing new and could miss, and could take people in a background for the portrait's.
    """
    at, film = shot.at, shot.format
    filled = (at.width, at.height) == (film.width, film.height)
    within = None if filled or behind is None else (at.x, at.y, at.x + at.width, at.y + at.height)
    cut = _part(picture, shot)
    if opacity is not None and isinstance(behind, np.ndarray):
        seen = _part(opacity, shot)
        shown = backdrop.through(cut, seen, behind, at=at, width=film.width, height=film.height)
        # What is transparent is not the person, whatever an eye has taken for it before the grey.
        person = None if person is None else np.minimum(person, opacity)
    else:
        shown = resized(cut, at.width, at.height)
        if not filled:
            shown = (
                backdrop.blurred(shown, at, film.width, film.height)
                if behind is None
                else backdrop.before(shown, at, film.width, film.height, behind)
            )
    return Canvas(
        picture=shown,
        face=_moved(face, shot),
        enlarged=shot.enlarged,
        person=None if person is None else _person_moved(person, shot, melting=within is None),
        within=within,
    )


def shows_behind(shot: Shot, opacity: Opacity | None) -> bool:
    """Whether anything of what is behind a portrait is seen in its film: around it, or through it."""
    if (shot.at.width, shot.at.height) != (shot.format.width, shot.format.height):
        return True
    return opacity is not None and int(_part(opacity, shot).min()) < _SEEN_THROUGH


def _part(of: NDArray[np.uint8], shot: Shot) -> NDArray[np.uint8]:
    part = shot.part
    return of[part.y : part.y + part.height, part.x : part.x + part.width]


def _moved(face: Face, shot: Shot) -> Face:
    landmarks: NDArray[np.float64] | None = None
    if face.landmarks is not None:
        (across, down), (x, y) = shot.scale, _corner(shot)
        moved = (face.landmarks - (x, y, 0)) * (across, down, across)
        landmarks = np.round(moved * _LANDMARK_STEPS) / _LANDMARK_STEPS
    return Face(
        box=_box_moved(face.box, shot), landmarks=landmarks, yaw=face.yaw, pitch=face.pitch, roll=face.roll
    )


def judge_crop(crop: Crop, shot: Shot) -> tuple[Finding, ...]:
    """An error if a film does not show what a model is to be shown as the face."""
    size = (shot.format.width, shot.format.height)
    try:
        part_shown(_crop_moved(crop, shot), size)
    except InputError as error:
        return (Finding(code=error.code, level="error", facts=error.facts),)
    return ()


def _crop_moved(crop: Crop, shot: Shot) -> tuple[float, float, float, float]:
    """The edges of a part of a picture in the film."""
    return _box_moved((crop.x, crop.y, crop.x + crop.width, crop.y + crop.height), shot)


def _box_moved(box: tuple[float, float, float, float], shot: Shot) -> tuple[float, float, float, float]:
    """Edges in a picture, left, top, right and bottom, in the film."""
    (across, down), (x, y) = shot.scale, _corner(shot)
    x0, y0, x1, y1 = box
    return (x0 - x) * across, (y0 - y) * down, (x1 - x) * across, (y1 - y) * down


def _corner(shot: Shot) -> tuple[float, float]:
    """Where in the picture the film's upper left corner is."""
    across, down = shot.scale
    return shot.part.x - shot.at.x / across, shot.part.y - shot.at.y / down


def placed(picture: Picture, where: FacePlace, format: Format) -> Shot:  # noqa: A002 - the house's word for it
    """Where a portrait stands in the film: without what is left of a frame, unless it is shown whole."""
    size = (picture.shape[1], picture.shape[0])
    if format.whole:
        return place(where, size=size, format=format)
    inner = without_margin(picture)
    shot = place(where.moved(-inner.x, -inner.y), size=(inner.width, inner.height), format=format)
    part = replace(shot.part, x=shot.part.x + inner.x, y=shot.part.y + inner.y)
    return replace(shot, part=part)


def _person_moved(person: NDArray[np.uint8], shot: Shot, *, melting: bool) -> NDArray[np.uint8]:
    """The person in the film; where the portrait's edges go on as a background, so does whoever they cut."""
    at, film = shot.at, shot.format
    shown = cv2.resize(_part(person, shot), (at.width, at.height), interpolation=cv2.INTER_LINEAR_EXACT)
    room = ((at.y, film.height - at.y - at.height), (at.x, film.width - at.x - at.width))
    return np.pad(np.asarray(shown, np.uint8), room, mode="edge" if melting else "constant")


def place_of(face: Face, person: NDArray[np.uint8] | None) -> FacePlace:
    """Where a face is, with its eyes and the top of its hair as far as the person around it is known."""
    if face.landmarks is None:
        eye_line = face.box[1] + _EYES_DOWN * (face.box[3] - face.box[1])
    else:
        eye_line = float(np.mean(face.landmarks[[*RIGHT_EYE_CORNERS, *LEFT_EYE_CORNERS], 1]))
    return FacePlace(
        box=face.box, eye_line=eye_line, crown=None if person is None else _crown_of(face, person)
    )


def _crown_of(face: Face, person: NDArray[np.uint8]) -> float | None:
    """Where the hair ends above a face; None if nothing of the person is seen there."""
    x0, x1 = (round(min(max(x, 0), person.shape[1])) for x in face.box[::2])
    above = person[: max(0, round(face.box[1])), x0:x1] > _PERSON_FROM
    rows = np.flatnonzero(above.sum(axis=1) > _HAIR_FROM * (x1 - x0))
    return float(rows[0]) if rows.size else None
