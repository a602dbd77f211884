"""Where a drawn mouth is laid over a portrait: the lower face with a soft edge, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import Face
from pipeline.engines.eye.mesh import (
    CHIN,
    JAW_LINE,
    LANDMARKS,
    LOWER_LIP_OUTER,
    UPPER_LIP_OUTER,
)
from pipeline.engines.face.warp.brush import filled
from pipeline.engines.face.warp.ease import smoothstep
from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.wav2lip.architecture import IMAGE
from pipeline.engines.face.wav2lip.box import enclosing
from pipeline.engines.face.wav2lip.region import Region

Points = NDArray[np.float64]
Share = NDArray[np.float32]

# Where the nose ends and the upper lip's skin begins.
_BELOW_NOSE = 2

# Of the way from the middle of the mouth to the jaw, so much is laid over: the neck never is.
_TO_JAW = 0.96
# The mouth's outline, in inter-ocular distances: so far beside its corners, and the soft edge.
_BESIDE = 0.42
_SOFT = 0.15
# Around the lips, so far, nothing of the portrait's own skin is laid over what was drawn.
_NEAR_LIPS = (0.10, 0.30)
# Without landmarks: the mouth's middle, and the ellipse's half axes, in parts of the face's box.
_MIDDLE, _HALF_AXES, _SOFT_PART = (0.5, 0.77), (0.30, 0.19), 0.08

# The network's picture is read between its pixels, so one more on each side is wanted.
_READ = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Mask:
    """How much of each pixel of a portrait is the drawn mouth's.

    Attributes:
        box: the part of the portrait where it is anything at all; its edges are even.
        share: of each pixel of that part, 0 to 1, float32 (height, width).
        skin: how much of the drawn pixel may take on the portrait's own fine texture, likewise; nothing near
            the lips, which move.
        region: the part of the network's picture that is seen through it.
    """

    box: Box
    share: Share
    skin: Share
    region: Region


def mask_of(face: Face, crop: Box, size: tuple[int, int]) -> Mask:
    """The mask for a face of a portrait.

    Inside the face's outline, from below the nose to the chin, where landmarks tell; else an ellipse around
    where mouths are. It fades out within itself: beyond it is exactly nothing.

    Args:
        face: the face, in pixels of the portrait.
        crop: what the network is shown; the mask lies within it.
        size: width and height of the portrait.
    """
    # Of a large portrait all of this is looked at around the crop alone.
    around = enclosing(crop)
    if face.landmarks is None or len(face.landmarks) < LANDMARKS:
        inside, skin, reach = _ellipse(face, around, size)
    else:
        frame = face_frame(face.landmarks)
        inside, reach = filled(_outline(frame), *size), _SOFT * frame.unit
        skin = _away_from_lips(frame, around, size)
    share = _faded(_cut(inside, crop), around, reach)
    rows, columns = (np.flatnonzero(share.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        # A crop without a mouth in it: what lies in its middle is what will move.
        return mask_of(_middle_of(crop), crop, size)
    seen = Box(left=int(columns[0]), top=int(rows[0]), right=int(columns[-1]) + 1, bottom=int(rows[-1]) + 1)
    seen = seen.moved(around.left, around.top)
    box = enclosing(seen)
    part = box.within(around)
    return Mask(box=box, share=share[part].copy(), skin=skin[part].copy(), region=_region(seen, crop))


def _region(seen: Box, crop: Box) -> Region:
    """The part of the network's picture that is read where a part of the portrait is drawn."""
    top, bottom = ((y - crop.top) * IMAGE / crop.height for y in (seen.top, seen.bottom))
    left, right = ((x - crop.left) * IMAGE / crop.width for x in (seen.left, seen.right))
    return Region(
        top=max(int(top) - _READ, 0),
        bottom=min(int(bottom) + 1 + _READ, IMAGE),
        left=max(int(left) - _READ, 0),
        right=min(int(right) + 1 + _READ, IMAGE),
    )


def _outline(frame: FaceFrame) -> Points:
    """The outline of what is laid over, (n, 2) in pixels of the portrait."""
    points = frame.points
    lips = points[list(UPPER_LIP_OUTER + LOWER_LIP_OUTER)]
    left, right = float(lips[:, 0].min()) - _BESIDE, float(lips[:, 0].max()) + _BESIDE
    top = float(points[_BELOW_NOSE, 1])
    middle, bottom = float(lips[:, 0].mean()), float(points[CHIN, 1])
    centre = np.array([middle, float(lips[:, 1].mean())])
    # A rounded box around the mouth, from the nose to the chin ...
    turn = np.linspace(0.0, 2 * np.pi, 96, endpoint=False)
    across, down = (np.sign(wave) * np.abs(wave) ** 0.7 for wave in (np.cos(turn), np.sin(turn)))
    around = np.stack(
        [
            middle + np.where(across < 0, (middle - left) * across, (right - middle) * across),
            centre[1] + np.where(down < 0, (centre[1] - top) * down, (bottom - centre[1]) * down),
        ],
        axis=1,
    )
    # ... that the jaw bounds.
    jaw = centre + _TO_JAW * (points[list(JAW_LINE)] - centre)
    return frame.to_picture(_bounded(around - centre, jaw - centre) + centre)


def _bounded(outline: Points, jaw: Points) -> Points:
    """An outline around the origin, drawn in to the jaw where that is nearer; above its ends it is free."""
    angle = np.arctan2(jaw[:, 0], jaw[:, 1])
    order = np.argsort(angle)
    reach = np.hypot(jaw[:, 0], jaw[:, 1])
    at = np.arctan2(outline[:, 0], outline[:, 1])
    most = np.interp(at, angle[order], reach[order], left=np.inf, right=np.inf)
    length = np.hypot(outline[:, 0], outline[:, 1])
    return outline * (np.minimum(length, most) / length)[:, None]


def _away_from_lips(frame: FaceFrame, around: Box, size: tuple[int, int]) -> Share:
    """How far pixels of a part are from lips, 0 near them to 1 on skin that hardly moves."""
    lips = np.concatenate(
        [frame.points[list(UPPER_LIP_OUTER)], frame.points[list(LOWER_LIP_OUTER)][::-1][1:-1]]
    )
    on_lips = filled(frame.to_picture(lips), *size)
    distance = cv2.distanceTransform((on_lips == 0).astype(np.uint8), cv2.DIST_L2, 5)[_of(around)]
    return smoothstep(*_NEAR_LIPS, np.asarray(distance, np.float64) / frame.unit).astype(np.float32)


def _ellipse(face: Face, around: Box, size: tuple[int, int]) -> tuple[NDArray[np.uint8], Share, float]:
    """An ellipse where the mouth of a face is that only its box tells; a part's skin, and the soft edge."""
    left, top, right, bottom = face.box
    width, height = right - left, bottom - top
    turn = np.linspace(0.0, 2 * np.pi, 96, endpoint=False)
    outline = np.stack(
        [
            left + width * (_MIDDLE[0] + _HALF_AXES[0] * np.cos(turn)),
            top + height * (_MIDDLE[1] + _HALF_AXES[1] * np.sin(turn)),
        ],
        axis=1,
    )
    skin = np.zeros((around.height, around.width), np.float32)
    return filled(outline, *size), skin, _SOFT_PART * height


def _middle_of(crop: Box) -> Face:
    """A face that fills a crop, as far as anyone can tell."""
    box = (float(crop.left), float(crop.top), float(crop.right), float(crop.bottom))
    return Face(box=box, landmarks=None, yaw=0.0, pitch=0.0, roll=0.0)


def _cut(inside: NDArray[np.uint8], crop: Box) -> NDArray[np.bool_]:
    within = np.zeros(inside.shape, np.bool_)
    part = _of(crop)
    within[part] = inside[part] == 255  # noqa: PLR2004 - wholly inside
    return within


def _faded(inside: NDArray[np.bool_], around: Box, reach: float) -> Share:
    """Of a part of a picture: 1 so far within, from there to 0 at the edge."""
    # The picture's own edge is one as well.
    distance = cv2.distanceTransform(np.pad(inside, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    near = np.asarray(distance[_of(around)], np.float64)
    return smoothstep(0.0, max(reach, 1.0), near - 0.5).astype(np.float32)


def _of(part: Box) -> tuple[slice, slice]:
    """Where a part of a picture lies in it."""
    return np.s_[part.top : part.bottom, part.left : part.right]
