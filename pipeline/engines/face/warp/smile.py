"""A light smile: corners of the mouth that rise and draw apart, cheeks and lower lids that go with them.

Both lips go by the same way, so that they part and meet as they do without. Lengths are inter-ocular
distances in the face's own frame; a whole smile is small, about two millimetres at the corners.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LEFT_LID_LOWER, RIGHT_LID_LOWER
from pipeline.engines.face.warp.faceframe import FaceFrame, Points

_RISE, _SINK, _APART = 0.036, 0.005, 0.022
# How far around a corner the cheek goes along, across and up; it rises most a little above the corner.
_CHEEK_REACH, _CHEEK_ABOVE, _CHEEK_SHARE = (0.28, 0.30), 0.06, 0.75
_LID_RISE, _LID_REACH, _LID_BELOW = 0.020, (0.20, 0.10), 0.045


def lips_smile(side: NDArray[np.float64]) -> Points:
    """How far points of the lips go, (n, 2), for where they are between the corners, -1 to 1."""
    across = np.clip(side, -1.0, 1.0)
    square = across * across
    return np.stack([_APART * across, _SINK - (_SINK + _RISE) * square], axis=1)


def skin_smiles(points: Points, *, centre: float, half_width: float, seam: float) -> Points:
    """How far points of the cheeks and around the lips go, (n, 2)."""
    x, y = points[:, 0] - centre, points[:, 1]
    away = (np.abs(x) - half_width) / _CHEEK_REACH[0]
    up = (y - seam + _CHEEK_ABOVE) / _CHEEK_REACH[1]
    near = _CHEEK_SHARE * np.exp(-away * away - up * up)
    return np.stack([_APART * np.sign(x) * near, -_RISE * near], axis=1)


def lids_rise(frame: FaceFrame, at: Points) -> NDArray[np.float64]:
    """How far points (..., 2) of the face rise with the lower lids."""
    risen = np.zeros(at.shape[:-1])
    for lid in (RIGHT_LID_LOWER, LEFT_LID_LOWER):
        x, y = frame.points[list(lid)].mean(axis=0)
        away = (at[..., 0] - x) / _LID_REACH[0]
        under = (at[..., 1] - y - _LID_BELOW) / _LID_REACH[1]
        risen += _LID_RISE * np.exp(-away * away - under * under)
    return risen
