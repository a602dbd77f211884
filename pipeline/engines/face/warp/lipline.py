"""Where an open mouth's teeth end and its lower lip begins, as the picture shows it.

Landmarks of a broad smile lie on the lower lip rather than at its edge: without this the lip would be cut in
two, one half closed with the mouth and the other taken for teeth.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LOWER_LIP_INNER, UPPER_LIP_INNER
from pipeline.engines.face.warp.faceframe import FaceFrame
from pipeline.engines.face.warp.tones import colours_at

Picture = NDArray[np.uint8]

# Landmarks on the red of the lower lip.
_RED = (15, 16, 86, 316)
# Lengths in inter-ocular distances: how far an edge may be from its landmark, what is looked at beside it,
# and how much of a lip's edge is soft.
_FARTHEST, _BESIDE, _EDGE = 0.06, 0.02, 0.006
_STEPS = 40
# Teeth are so much less red than the lip, and brighter; what is darker than this part of the lip is a gap.
_LESS_RED, _AS_BRIGHT, _GAP = 0.88, 1.03, 0.70


def with_lower_lip(frame: FaceFrame, picture: Picture) -> FaceFrame:
    """The face with the inner edge of its lower lip where teeth end, if the picture shows teeth upon it."""
    lower, upper = list(LOWER_LIP_INNER), list(UPPER_LIP_INNER)
    edge, above = frame.points[lower], frame.points[upper]
    smooth = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.6, _EDGE * frame.unit)), np.uint8)
    lip = float(np.median(colours_at(frame, smooth, frame.points[list(_RED)]), axis=0).sum())
    rises = np.zeros(len(edge))
    for at in range(1, len(edge) - 1):
        room = min(_FARTHEST, 0.6 * float(edge[at, 1] - above[at, 1]))
        if room > _EDGE:
            rises[at] = _rise(frame, smooth, edge[at], room, lip)
    rises[1:-1] = (rises[:-2] + 2 * rises[1:-1] + rises[2:]) / 4
    points = frame.points.copy()
    points[lower, 1] -= rises
    return replace(frame, points=points)


def _rise(frame: FaceFrame, smooth: Picture, at: NDArray[np.float64], room: float, lip: float) -> float:
    """How far above a landmark on the lip teeth end, 0 if there are none, or a gap before them.

    Args:
        frame: the face.
        smooth: the picture.
        at: the landmark.
        room: how far is looked.
        lip: how light the lip is, the sum of its colours.
    """
    found = []
    heights = np.linspace(0.0, room, _STEPS)
    for aside in (-_BESIDE, 0.0, _BESIDE):
        column = np.stack([np.full(_STEPS, at[0] + aside), at[1] - heights], axis=1)
        colours = colours_at(frame, smooth, column)
        light, redness = colours.sum(axis=1), colours[:, 2] / np.maximum(colours[:, 0], 1.0)
        bright = light > _AS_BRIGHT * light[0]
        of_teeth = float(redness[bright].min(initial=redness[0]))
        # Halfway from the one colour to the other, there the soft edge is.
        teeth = bright & (redness < (redness[0] + of_teeth) / 2)
        first = int(np.argmax(teeth)) if of_teeth < _LESS_RED * redness[0] else 0
        whole = bool((light[: first + 1] > _GAP * lip).all())
        found.append(float(heights[first]) if whole else 0.0)
    return float(np.median(found))
