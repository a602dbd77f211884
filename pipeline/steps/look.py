"""Looks at a portrait: finds the face, says what is wrong with it, and cuts the film's picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine, Face
from pipeline.engines.face import Canvas
from pipeline.plan.canvas import Crop, FacePlace, place
from pipeline.plan.job import Format
from pipeline.plan.portrait import FaceBox, Finding, choose, judge
from pipeline.steps.measures import measure
from pipeline.steps.picture import Picture, PictureLimits, load_picture, pixels_digest

__all__ = [
    "Picture",
    "PictureLimits",
    "PortraitReport",
    "cut_canvas",
    "load_picture",
    "look_at",
    "pixels_digest",
]

# Corners of both eyes in MediaPipe's face mesh; without landmarks the eyes are this far down the face.
_EYE_CORNERS = (33, 133, 362, 263)
_EYES_DOWN = 0.38
# Landmarks on the canvas are whole multiples of this part of a pixel, so that the last bits of a processor's
# floating point, which differ between makes, do not reach the film.
_LANDMARK_STEPS = 32
# Enlarging by more than this is sharpened: the unsharp mask's strength, and its radius per enlargement.
_SHARPEN_FROM = 1.2
_SHARPEN_BY = 0.6
_SHARPEN_RADIUS = 0.9


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


def look_at(
    picture: Picture,
    eye: EyeEngine,
    format: Format,  # noqa: A002 - the house's word for it
    *,
    box: FaceBox | None = None,
) -> PortraitReport:
    """Find the face that talks, say what is wrong with it, and cut the film's picture around it.

    Equal pixels, box and format give an equal report and canvas, under any number of threads.

    Args:
        picture: as `load_picture` gives it.
        eye: what finds faces.
        format: the film's picture.
        box: x, y, width, height of the face that talks, in pixels of the picture.
    """
    faces = eye.look(picture)
    measures = [measure(picture, face) for face in faces]
    choice = choose(measures, box=box)
    if choice.index is None:
        return PortraitReport(findings=choice.findings, canvas=None)
    face = faces[choice.index]
    size = (picture.shape[1], picture.shape[0])
    where = _place_of(face)
    crop = place(where, size=size, format=format)
    judged = judge(measures[choice.index], size=size, enlarged=round(100 * crop.enlarged(format)))
    refused = any(finding.level == "error" for finding in judged)
    if not refused and not crop.holds(where):
        facts = {"width": format.width, "height": format.height}
        judged = (Finding(code="portrait-format-too-narrow", level="error", facts=facts), *judged)
        refused = True
    findings = (*judged, *choice.findings)
    if refused:
        return PortraitReport(findings=findings, canvas=None)
    canvas = cut_canvas(picture, face, crop, format)
    person = eye.person(canvas.picture, canvas.face)
    return PortraitReport(findings=findings, canvas=replace(canvas, person=person))


def cut_canvas(picture: Picture, face: Face, crop: Crop, format: Format) -> Canvas:  # noqa: A002 - see above
    """The crop in the format's size, with the face moved along.

    The landmarks are moved, not found again: the eye looks at every face at one size, so a second
    look would tell nothing new and could miss.
    """
    part = picture[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
    across, down = format.width / crop.width, format.height / crop.height
    enlarged = max(across, down)
    if enlarged <= 1:
        resized = cv2.resize(part, (format.width, format.height), interpolation=cv2.INTER_AREA)
    else:
        resized = cv2.resize(part, (format.width, format.height), interpolation=cv2.INTER_LANCZOS4)
    pixels = np.asarray(resized, np.uint8)
    if enlarged > _SHARPEN_FROM:
        pixels = _sharpened(pixels, enlarged)
    return Canvas(picture=pixels, face=_moved(face, crop, across, down), enlarged=enlarged)


def _sharpened(picture: Picture, enlarged: float) -> Picture:
    """Steeper edges without halos: an unsharp mask that never leaves the range of its neighbourhood."""
    radius = _SHARPEN_RADIUS * enlarged
    soft = cv2.GaussianBlur(picture, (0, 0), radius)
    sharp = cv2.addWeighted(picture, 1 + _SHARPEN_BY, soft, -_SHARPEN_BY, 0)
    near = np.ones((2 * math.ceil(radius) + 1,) * 2, np.uint8)
    return np.clip(sharp, cv2.erode(picture, near), cv2.dilate(picture, near)).astype(np.uint8)


def _moved(face: Face, crop: Crop, across: float, down: float) -> Face:
    x0, y0, x1, y1 = face.box
    box = (
        (x0 - crop.x) * across,
        (y0 - crop.y) * down,
        (x1 - crop.x) * across,
        (y1 - crop.y) * down,
    )
    landmarks: NDArray[np.float64] | None = None
    if face.landmarks is not None:
        moved = (face.landmarks - (crop.x, crop.y, 0)) * (across, down, across)
        landmarks = np.round(moved * _LANDMARK_STEPS) / _LANDMARK_STEPS
    return Face(box=box, landmarks=landmarks, yaw=face.yaw, pitch=face.pitch, roll=face.roll)


def _place_of(face: Face) -> FacePlace:
    if face.landmarks is None:
        eye_line = face.box[1] + _EYES_DOWN * (face.box[3] - face.box[1])
    else:
        eye_line = float(np.mean(face.landmarks[list(_EYE_CORNERS), 1]))
    return FacePlace(box=face.box, eye_line=eye_line)
