"""A portrait made ready to be posed: everything that is worked out once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LANDMARKS, UPPER_LIP_INNER
from pipeline.engines.face import Canvas
from pipeline.engines.face.warp.brush import curve_matrix
from pipeline.engines.face.warp.bust import Bust
from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from pipeline.engines.face.warp.fields import LowerFace
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.interior import Interior
from pipeline.engines.face.warp.lipline import with_lower_lip
from pipeline.engines.face.warp.lips import LipRig, Mode, Mouth, lip_rig
from pipeline.engines.face.warp.opening import Opening, View, opening_of
from pipeline.engines.face.warp.sealed import sealed_mouth
from pipeline.engines.face.warp.seam import Seam
from pipeline.engines.face.warp.sheet import Turn
from pipeline.media.picture import planes_of
from pipeline.plan.errors import InputError

Picture = NDArray[np.uint8]

# The smallest distance between the eyes, in pixels, at which lips can be told from skin.
_SMALLEST_FACE = 16

# How much of the usual opening is tried, from all of it, until no skin folds over.
_GAINS = (1.0, 0.85, 0.7, 0.55, 0.4)
_LEAST_AREA = 0.08

# Where it is seen how a turn shows the skull: in the middle of the mouth, and this far beside and below it.
_REACH = 0.15
_PROBES = np.array([(0.0, 0.0), (_REACH, 0.0), (0.0, _REACH)])

# Points of the smooth edge of a lip.
_CURVE_POINTS = 41

# Shapes at the corners of what speech can ask for.
_EXTREMES = (
    Mouth(),
    Mouth(jaw=1.0, aperture=1.0),
    Mouth(jaw=0.2, aperture=0.4, width=1.0),
    Mouth(jaw=0.2, aperture=0.3, width=-1.0, protrusion=1.0),
    Mouth(jaw=0.8, aperture=0.8, width=-0.6, protrusion=0.5),
    Mouth(jaw=0.1, tuck=1.0),
    Mouth(jaw=0.1, press=1.0),
    Mouth(smile=1.0),
    Mouth(jaw=1.0, aperture=1.0, smile=1.0),
)


class Rig:
    """A portrait that can be posed.

    Attributes:
        outline: of the person; None where there is none to be seen.

    Raises:
        InputError: the face cannot be driven: `face-no-landmarks`, `face-too-small`, `face-outside-picture`
            or `face-cannot-move`.
    """

    def __init__(self, canvas: Canvas) -> None:
        picture = np.ascontiguousarray(canvas.picture)
        size = (picture.shape[1], picture.shape[0])
        self._frame = with_lower_lip(_checked_frame(canvas, size), picture)
        self._lips, self._lower_face = _steady(self._frame)
        sealed = sealed_mouth(self._frame, self._lips, picture) if self._lips.opened else picture
        self._bust = Bust(canvas, self._frame, self._lips, self._lower_face, sealed)
        self.outline = self._bust.outline
        self._seam = Seam(self._frame, self._lips, sealed, self._bust.sheet.box, self._bust.source)
        self._curve = curve_matrix(len(UPPER_LIP_INNER), _CURVE_POINTS)
        self._interior = Interior(
            self._frame, self._lips, picture, max(canvas.enlarged, 1.0), canvas.face.yaw
        )

    def blank(self) -> Picture:
        """A frame to draw into: the portrait as it is, raw yuv420p."""
        return self._bust.blank()

    def draw(self, out: Picture, mouth: Mouth, pose: HeadPose) -> None:
        """Draw one frame into what `blank` gave, or into an earlier frame."""
        weights = self._lips.weights(mouth)
        turn = self._bust.look(pose)
        opening = opening_of(self._lips, weights, self._curve)
        self._seam.show(self._bust.source, opening.gap, -float(weights[Mode.ROUND]))
        shown, view = self._shown(opening, turn)
        self._bust.draw(out, turn, (weights, (shown.upper + shown.lower) / 2))
        self._interior.paint(planes_of(out), shown, mouth, view)

    def _shown(self, opening: Opening, turn: Turn) -> tuple[Opening, View]:
        """The opening in pixels of the frame, and how the frame shows the skull around it."""
        count = len(opening.upper)
        probes = _PROBES + np.array([self._lips.centre, self._lips.seam])
        points = np.concatenate([opening.upper, opening.lower, probes])
        placed = self._bust.sheet.place(self._frame.to_picture(points), turn)
        middle, beside, below = placed[2 * count :]
        axes = np.stack([beside - middle, below - middle], axis=1) / _REACH
        origin = middle - axes[:, 0] * self._lips.centre - axes[:, 1] * self._lips.seam
        shown = replace(opening, upper=placed[:count], lower=placed[count : 2 * count])
        return shown, View(axes=axes, origin=origin)


def _checked_frame(canvas: Canvas, size: tuple[int, int]) -> FaceFrame:
    landmarks = canvas.face.landmarks
    if landmarks is None or len(landmarks) < LANDMARKS or not bool(np.isfinite(landmarks).all()):
        raise InputError("face-no-landmarks")
    with np.errstate(divide="ignore", invalid="ignore"):
        frame = face_frame(landmarks)
    if not frame.unit >= _SMALLEST_FACE:
        raise InputError("face-too-small", pixels=int(frame.unit), needed=_SMALLEST_FACE)
    inside = (0 <= frame.origin[0] < size[0]) and (0 <= frame.origin[1] < size[1])
    if not inside:
        raise InputError("face-outside-picture")
    return frame


def _steady(frame: FaceFrame) -> tuple[LipRig, LowerFace]:
    """Lips that part as far as they can without any skin folding over."""
    full = lip_rig(frame)
    lower_face = LowerFace(frame, full)
    for gain in _GAINS:
        lips = replace(full, reach=full.reach * gain)
        if min(lower_face.least_area(lips.weights(mouth)) for mouth in _EXTREMES) >= _LEAST_AREA:
            return lips, lower_face
    raise InputError("face-cannot-move")
