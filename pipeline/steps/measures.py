"""Measures a face in a picture: light, sharpness, what stands before the mouth, room around it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import Face
from pipeline.engines.eye.mesh import (
    EARS,
    LEFT_EYE_CORNERS,
    LOWER_LIP_INNER,
    LOWER_LIP_OUTER,
    MOUTH_CORNERS,
    RIGHT_EYE_CORNERS,
    UPPER_LIP_INNER,
    UPPER_LIP_OUTER,
)
from pipeline.plan.portrait import FaceMeasures

# Indices of MediaPipe's face mesh (its canonical face model).
_OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
# Upper and lower lid above one another, three times, then the corners, for each eye.
_EYES = (
    ((160, 144), (159, 145), (158, 153), RIGHT_EYE_CORNERS),
    ((385, 380), (386, 374), (387, 373), LEFT_EYE_CORNERS),
)
_LIPS_OUTER = (*UPPER_LIP_OUTER, *LOWER_LIP_OUTER[-2:0:-1])
_LIPS_INNER = (*UPPER_LIP_INNER, *LOWER_LIP_INNER[-2:0:-1])
# Patches of plain skin: the picture's left, its mirror image on the right.
_MIRRORED = ((50, 280), (205, 425), (101, 330), (108, 337), (187, 411))
_FOREHEAD = (108, 151, 337)
_CHEEKS = (50, 101, 205, 280, 330, 425)
_SKIN = (*_CHEEKS, *_FOREHEAD, 5)

# Faces are measured at this width in pixels, so that a face measures alike in a small and a large file.
_WIDTH = 160
_PATCH_RADIUS = 0.035
# In L*a*b*: open or closed, each column of a mouth has a line at least this much darker than its lips; and
# lips are never so much darker, greener, bluer or yellower than the skin around them.
_LIP_LINE = 8
_MUCH_DARKER = 58
_GREENER = 12
_BLUER_OR_YELLOWER = 28
# In L*, what is lighter than this has lost its detail.
_BURNT_OUT = 97


@dataclass(frozen=True, kw_only=True, eq=False)
class _Patch:
    """A face cut out at the measuring size.

    Attributes:
        lab: float32 CIE L*a*b* (height, width, 3), L* from 0 to 100.
        points: the landmarks in it, (478, 2).
        inside: which of its pixels belong to the picture.
        width: of the face, in pixels of the patch.
    """

    lab: NDArray[np.float32]
    points: NDArray[np.float64]
    inside: NDArray[np.bool_]
    width: float


def measure(picture: NDArray[np.uint8], face: Face) -> FaceMeasures:
    """The measures of one face in a BGR uint8 (height, width, 3) picture."""
    x0, y0, x1, y1 = (round(edge) for edge in face.box)
    if face.landmarks is None:
        return FaceMeasures(
            box=(x0, y0, x1, y1),
            width=x1 - x0,
            cut=_cut_of_box(face.box, picture.shape[1], picture.shape[0]),
            yaw=None,
            roll=None,
            shadow=None,
            blur=None,
            covered=None,
            beside_mouth=None,
            eyes=None,
            lightness=None,
            burnt_out=None,
        )
    points = face.landmarks[:, :2]
    patch = _patch_of(picture, points)
    return FaceMeasures(
        box=(x0, y0, x1, y1),
        width=round(float(np.linalg.norm(points[EARS[1]] - points[EARS[0]]))),
        cut=_cut(patch),
        yaw=round(abs(face.yaw)),
        roll=round(abs(face.roll)),
        shadow=_shadow(patch),
        blur=_blur(patch),
        covered=_covered(patch),
        beside_mouth=_beside_mouth(points),
        eyes=_eyes(points),
        lightness=_lightness(patch),
        burnt_out=_burnt_out(patch),
    )


def _patch_of(picture: NDArray[np.uint8], points: NDArray[np.float64]) -> _Patch:
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.1 * (high[0] - low[0])
    x0, y0 = np.floor(low - margin).astype(int)
    x1, y1 = np.ceil(high + margin).astype(int)
    height, width = picture.shape[:2]
    cut = picture[max(y0, 0) : min(y1, height), max(x0, 0) : min(x1, width)]
    around = (max(-y0, 0), max(y1 - height, 0)), (max(-x0, 0), max(x1 - width, 0))
    whole = np.pad(cut, (*around, (0, 0)), mode="edge")
    inside = np.pad(np.ones(cut.shape[:2], np.uint8), around)
    scale = min(1.0, _WIDTH / (high[0] - low[0]))
    size = (max(1, round(whole.shape[1] * scale)), max(1, round(whole.shape[0] * scale)))
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    return _Patch(
        lab=np.asarray(lab, np.float32),
        points=(points - (x0, y0)) * (size[0] / whole.shape[1], size[1] / whole.shape[0]),
        inside=cv2.resize(inside, size, interpolation=cv2.INTER_NEAREST) > 0,
        width=float((high[0] - low[0]) * scale),
    )


def _cut_of_box(box: tuple[float, float, float, float], width: int, height: int) -> int:
    x0, y0, x1, y1 = box
    seen = max(0.0, min(x1, width) - max(x0, 0)) * max(0.0, min(y1, height) - max(y0, 0))
    return round(1000 * (1 - seen / max((x1 - x0) * (y1 - y0), 1.0)))


def _cut(patch: _Patch) -> int:
    face = _area(patch, _OVAL)
    return round(1000 * float(np.mean(~patch.inside[face])))


def _shadow(patch: _Patch) -> int:
    """How much darker the darker side is, by the median over mirrored patches of skin, in linear light."""
    left = np.array([_light(patch, index) for index, _ in _MIRRORED])
    right = np.array([_light(patch, index) for _, index in _MIRRORED])
    return round(100 * (1 - float(np.exp(-abs(np.median(np.log(left / right)))))))


def _blur(patch: _Patch) -> int:
    """How wide the sharpest edges are: contrast over steepest slope, both as percentiles, of lightness.

    An edge that rises by the whole contrast at the steepest slope is that wide.
    """
    lightness = patch.lab[..., 0]
    face = _area(patch, _OVAL) & patch.inside
    if not face.any():
        return 1000
    slope = np.hypot(cv2.Scharr(lightness, cv2.CV_32F, 1, 0), cv2.Scharr(lightness, cv2.CV_32F, 0, 1)) / 32
    low, high = np.percentile(lightness[face], (1, 99))
    steepest = max(float(np.percentile(slope[face], 99)), 1e-3)
    return min(1000, round(1000 * float(high - low) / steepest / patch.width))


def _covered(patch: _Patch) -> int:
    """How much of the mouth is hidden: columns without a line between lips, or lips in no colour of lips."""
    lips = _area(patch, _LIPS_OUTER)
    lightness = patch.lab[..., 0]
    columns = np.flatnonzero(lips.sum(axis=0) > 2)  # noqa: PLR2004 - a column needs room for two lips
    if not columns.size:
        return 100
    plain = [np.ptp(lightness[lips[:, column], column]) < _LIP_LINE for column in columns]
    red_of_lips = lips & ~_area(patch, _LIPS_INNER)
    off = patch.lab[red_of_lips] - np.median([_skin(patch, index) for index in _SKIN], axis=0)
    foreign = (off[:, 0] < -_MUCH_DARKER) | (off[:, 1] < -_GREENER) | (np.abs(off[:, 2]) > _BLUER_OR_YELLOWER)
    return round(100 * max(float(np.mean(plain)), float(np.mean(foreign)) if foreign.size else 1.0))


def _eyes(points: NDArray[np.float64]) -> int:
    """How far apart the lids are, in per cent of the eyes' width, both eyes together.

    Source: Soukupová and Čech, "Real-Time Eye Blink Detection using Facial Landmarks", 2016.
    """

    def apart(pair: tuple[int, int]) -> float:
        return float(np.linalg.norm(points[pair[0]] - points[pair[1]]))

    ratios = [sum(apart(lids) for lids in pairs[:-1]) / 3 / max(apart(pairs[-1]), 1e-6) for pairs in _EYES]
    return round(100 * sum(ratios) / len(ratios))


def _lightness(patch: _Patch) -> int:
    """The median L* of the face."""
    face = _area(patch, _OVAL) & patch.inside
    return round(float(np.median(patch.lab[..., 0][face]))) if face.any() else 0


def _burnt_out(patch: _Patch) -> int:
    """How much of the face is so bright that nothing is seen in it."""
    face = _area(patch, _OVAL) & patch.inside
    return round(100 * float(np.mean(patch.lab[..., 0][face] > _BURNT_OUT))) if face.any() else 0


def _beside_mouth(points: NDArray[np.float64]) -> int:
    """How far the mouth's corners stay inside the outline, in mouth widths; below 0 beyond it."""
    outline = points[list(_OVAL)].astype(np.float32)
    corners = points[list(MOUTH_CORNERS)]
    width = max(float(np.linalg.norm(corners[1] - corners[0])), 1e-6)
    inside = min(cv2.pointPolygonTest(outline, (float(x), float(y)), measureDist=True) for x, y in corners)
    return round(100 * inside / width)


def _area(patch: _Patch, outline: tuple[int, ...]) -> NDArray[np.bool_]:
    drawn = np.zeros(patch.inside.shape, np.uint8)
    cv2.fillPoly(drawn, [np.round(patch.points[list(outline)]).astype(np.int32)], (1,))
    return drawn > 0


def _skin(patch: _Patch, index: int) -> NDArray[np.float64]:
    """The median colour, L*a*b*, of a small disc around a landmark."""
    drawn = np.zeros(patch.inside.shape, np.uint8)
    x, y = np.round(patch.points[index]).astype(int)
    cv2.circle(drawn, (int(x), int(y)), max(1, round(_PATCH_RADIUS * patch.width)), (1,), -1)
    colours = patch.lab[drawn > 0]
    if not colours.size:
        return np.zeros(3)
    return np.asarray(np.median(colours, axis=0), np.float64)


def _light(patch: _Patch, index: int) -> float:
    """Relative luminance of a patch of skin, from its L* (CIE 1976), never 0."""
    return max(float(((_skin(patch, index)[0] + 16) / 116) ** 3), 1e-3)
