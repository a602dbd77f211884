"""Where teeth end and the lower lip begins."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from pipeline.engines.face.warp.lipline import with_lower_lip
from tests.support.faces import landmarks

_SIDE = 512
_LOWER, _UPPER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308), (78, 191, 80, 81, 82, 13, 312, 311, 310)
_MIDDLE = (87, 14, 317)
_SKIN, _LIP, _TEETH, _DARK = (150, 180, 220), (110, 105, 190), (205, 220, 230), (20, 20, 45)


def _smile(*, lip_above: float, between: tuple[int, int, int]) -> tuple[FaceFrame, NDArray[np.uint8]]:
    """A smile whose lower lip begins so far above its landmarks, and what is there above it."""
    points = landmarks() * (_SIDE / 256)
    frame = face_frame(points)
    picture = np.full((_SIDE, _SIDE, 3), _SKIN, np.uint8)
    inside = frame.points[[*_LOWER, *_UPPER[:0:-1]]].copy()
    inside[: len(_LOWER), 1] -= lip_above
    outline = frame.points[[61, 291, 17]]
    lips = np.array(
        [
            outline[0] - 0.1,
            [outline[1, 0] + 0.1, outline[1, 1] - 0.1],
            outline[2] + (0.3, 0.05),
            outline[2] - (0.3, -0.05),
        ]
    )
    for shape, colour in ((lips, _LIP), (inside, between)):
        cv2.fillPoly(
            picture, [np.round(frame.to_picture(shape) * 16).astype(np.int32)], colour, cv2.LINE_AA, 4
        )
    return frame, picture


def _risen(frame: FaceFrame, picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    found = with_lower_lip(frame, picture)
    moved = frame.points - found.points
    others = np.delete(moved, list(_LOWER), axis=0)
    assert not others.any()
    return np.asarray(moved[list(_MIDDLE), 1], np.float64)


def test_a_lip_taken_for_teeth_is_the_lips_again() -> None:
    """Landmarks that lie on the lip go up to where teeth end, to a hundredth of the eyes' distance."""
    risen = _risen(*_smile(lip_above=0.035, between=_TEETH))
    assert np.abs(risen - 0.035).max() < 0.012


def test_landmarks_at_the_edge_stay() -> None:
    """Where teeth go down to the landmarks, and where there are none, nothing is moved."""
    assert np.abs(_risen(*_smile(lip_above=0.0, between=_TEETH))).max() < 0.008
    assert not _risen(*_smile(lip_above=0.035, between=_DARK)).any()
    assert not _risen(*_smile(lip_above=0.035, between=_LIP)).any()
