"""Which way a face looks, from the geometry of its landmarks."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import CHIN, FOREHEAD, LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS


def pose_of(landmarks: NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw, pitch and roll, in degrees, of a face given by its (478, 3) landmarks.

    The face's own axes are the line between the outer corners of the eyes and the line from forehead to
    chin. A generic six-point model solved for perspective, the usual way, is 24 to 34 degrees off in
    pitch on a frontal smiling face, because it takes everyone for the same person.

    Returns:
        yaw, positive towards the picture's right; pitch, positive upwards; roll, positive clockwise.
    """
    across = landmarks[LEFT_EYE_CORNERS[0]] - landmarks[RIGHT_EYE_CORNERS[0]]
    down = landmarks[CHIN] - landmarks[FOREHEAD]
    # x right, y down, z into the picture: across x down points into it, so the gaze is its opposite.
    gaze = -np.cross(across, down)
    gaze /= max(float(np.linalg.norm(gaze)), 1e-9)
    yaw = math.degrees(math.atan2(gaze[0], -gaze[2]))
    pitch = math.degrees(math.asin(min(1.0, max(-1.0, -gaze[1]))))
    roll = math.degrees(math.atan2(across[1], across[0]))
    return yaw, pitch, roll
