"""How far each point of a picture goes with the head: all the way in face and hair, not at all behind it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import CHIN, EARS, FOREHEAD
from pipeline.engines.face.warp.ease import smoothstep
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.outline import Outline

# Lengths in inter-ocular distances.

# From here to there, from the chin downwards, neck and collar take over from the head.
_NECK = (-0.12, 0.62)

# Where nothing is known of the person, the head is an ellipse that reaches this far from its middle, and ends
# there, in its half axes; a person's head may be larger, by hair or a hat.
_ELLIPSE = (0.92, 2.0)
_LARGEST = (1.25, 2.0)

# Beside the jaw there may be hair; farther out there are shoulders, collars and arms. In halves of a face:
# between where, down from the head's middle, this begins to hold, and to each side the head lets go.
_BESIDE_JAW = (0.2, 1.0)
_SHOULDERS = (1.15, 1.7)


def head_weight(
    frame: FaceFrame,
    nodes: Points,
    size: tuple[int, int],
    outline: Outline | None,
    *,
    within: Box,
    border: int,
) -> NDArray[np.float64]:
    """How far each node goes with the head, 0 to 1.

    Args:
        frame: the face.
        nodes: pixel coordinates, (rows, columns, 2).
        size: width and height of the picture.
        outline: of the person; None if that is not known.
        within: the part of the picture that may move.
        border: pixels at that part's border that do not.
    """
    inside = _inside(nodes, within, border, 0.06 * size[0])
    if outline is None:
        return (1.0 - smoothstep(*_ELLIPSE, _from_middle(frame, nodes))) * inside
    u, v = around_head(frame, nodes)
    below = frame.to_face(nodes)[..., 1] - frame.points[CHIN, 1]
    above_neck = 1.0 - smoothstep(*_NECK, below)
    beside_shoulders = 1.0 - smoothstep(*_BESIDE_JAW, v) * smoothstep(*_SHOULDERS, np.abs(u))
    near = 1.0 - smoothstep(*_LARGEST, _from_middle(frame, nodes))
    # Of two slopes that lie on each other, the head's and the border's, the steeper is steep enough.
    return np.minimum(outline.along(nodes), inside) * above_neck * beside_shoulders * near


def around_head(frame: FaceFrame, nodes: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where nodes stand from the middle of the head with its hair, across and down, in halves of a face."""
    at = frame.to_face(nodes)
    points = frame.points
    height = max(float(points[CHIN, 1] - points[FOREHEAD, 1]), 0.5)
    width = max(float(abs(points[EARS[1], 0] - points[EARS[0], 0])), 0.5)
    hair = (points[FOREHEAD] + points[CHIN]) / 2 - (0.0, 0.16 * height)
    return (at[..., 0] - hair[0]) / (width / 2), (at[..., 1] - hair[1]) / (height / 2)


def _from_middle(frame: FaceFrame, nodes: Points) -> NDArray[np.float64]:
    u, v = around_head(frame, nodes)
    return np.asarray(np.hypot(u / 1.35, v / 1.45), np.float64)


def _inside(nodes: Points, part: Box, border: int, over: float) -> NDArray[np.float64]:
    """0 at a part's border, so that it never slides in, to 1 so far inside."""
    x, y = nodes[..., 0], nodes[..., 1]
    to_border = np.minimum.reduce([x - part.left, part.right - 1 - x, y - part.top, part.bottom - 1 - y])
    return smoothstep(border, border + over, to_border)
