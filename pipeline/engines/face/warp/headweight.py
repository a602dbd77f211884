"""How far each point of a picture goes with the head: all the way in face and hair, not at all behind them.

Behind a head the picture must stand still, and a picture has no hole to show there: between the two it is
stretched, in a strip that is as narrow as it can be without folding over.
"""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import CHIN, EARS, FOREHEAD
from pipeline.engines.face.warp.ease import smoothstep
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.lattice import Box, read

# Lengths in inter-ocular distances.

# The strip around the head. A lively head turns by 0.19 at most, and the steepest slope in the strip is 1.4
# times its mean. It begins a little outside, where single hairs are that no mask has.
_STRIP = 0.3
_HAIRS = 0.03

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

# Nodes in which the mask is looked at, in one inter-ocular distance.
_FINE = 40
_HALF_COVERED = 128


def head_weight(
    frame: FaceFrame,
    nodes: Points,
    size: tuple[int, int],
    person: NDArray[np.uint8] | None,
    *,
    within: Box,
    border: int,
) -> NDArray[np.float64]:
    """How far each node goes with the head, 0 to 1.

    Args:
        frame: the face.
        nodes: pixel coordinates, (rows, columns, 2).
        size: width and height of the picture.
        person: how much of each pixel shows the person, (height, width); None if that is not known.
        within: the part of the picture that may move.
        border: pixels at that part's border that do not.
    """
    inside = _inside(nodes, within, border, 0.06 * size[0])
    if person is None:
        return (1.0 - smoothstep(*_ELLIPSE, _from_middle(frame, nodes))) * inside
    u, v = around_head(frame, nodes)
    below = frame.to_face(nodes)[..., 1] - frame.points[CHIN, 1]
    above_neck = 1.0 - smoothstep(*_NECK, below)
    beside_shoulders = 1.0 - smoothstep(*_BESIDE_JAW, v) * smoothstep(*_SHOULDERS, np.abs(u))
    near = 1.0 - smoothstep(*_LARGEST, _from_middle(frame, nodes))
    # Of two slopes that lie on each other, the head's and the border's, the steeper is steep enough.
    return np.minimum(_on_person(frame, nodes, person), inside) * above_neck * beside_shoulders * near


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


def _on_person(frame: FaceFrame, nodes: Points, person: NDArray[np.uint8]) -> NDArray[np.float64]:
    """1 on the person, 0 beyond the strip around, smooth between."""
    step = max(1, int(frame.unit / _FINE))
    room = ceil((_STRIP + _HAIRS) * frame.unit / step) + 1
    seen = (person[::step, ::step] >= _HALF_COVERED) | _on_face(frame, person.shape, step)
    # A person whom the picture cuts off goes on beyond it.
    grown = np.pad(seen, room, mode="edge").astype(np.uint8)
    strip = _STRIP * frame.unit / step
    reach = round(strip / 2 + _HAIRS * frame.unit / step)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    grown = np.asarray(cv2.dilate(grown, disc), np.uint8)
    faded = _means(_means(grown.astype(np.float64), round(0.37 * strip)), round(0.13 * strip))
    at = (nodes / step + room).astype(np.float32)
    return read(faded.astype(np.float32), at, cv2.BORDER_REPLICATE).astype(np.float64)


def _on_face(frame: FaceFrame, shape: tuple[int, ...], step: int) -> NDArray[np.bool_]:
    """The face itself, which is the person's whatever a mask has."""
    x, y = np.meshgrid(np.arange(0, shape[1], step), np.arange(0, shape[0], step))
    at = frame.to_face(np.stack([x, y], axis=-1).astype(np.float64))
    corners = frame.points[[*EARS, FOREHEAD, CHIN]]
    middle, half = (corners.max(axis=0) + corners.min(axis=0)) / 2, np.ptp(corners, axis=0) / 2
    away = (at - middle) / np.maximum(half, 0.25)
    return np.asarray((away * away).sum(axis=-1) <= 1.0)


def _means(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Means of squares that reach this far to each side, the border's values going on beyond it.

    Running sums, always added in one order.
    """
    side = 2 * reach + 1
    sums = np.pad(values, reach, mode="edge")
    for axis in (0, 1):
        total = np.cumsum(sums, axis=axis)
        total = np.concatenate([np.zeros_like(total.take([0], axis)), total], axis=axis)
        many = total.shape[axis]
        sums = total.take(range(side, many), axis) - total.take(range(many - side), axis)
    return sums / (side * side)


def _inside(nodes: Points, part: Box, border: int, over: float) -> NDArray[np.float64]:
    """0 at a part's border, so that it never slides in, to 1 so far inside."""
    x, y = nodes[..., 0], nodes[..., 1]
    to_border = np.minimum.reduce([x - part.left, part.right - 1 - x, y - part.top, part.bottom - 1 - y])
    return smoothstep(border, border + over, to_border)
