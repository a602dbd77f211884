"""The head's small turns: displacements on a coarse grid over the picture, fading into the background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.faceframe import (
    CHIN,
    EARS,
    FOREHEAD,
    LEFT_BROW,
    RIGHT_BROW,
    FaceFrame,
    smoothstep,
)


@dataclass(frozen=True, kw_only=True)
class HeadPose:
    """The head and eyes in one frame; see `life.HeadTracks` for the meaning of each value."""

    roll: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    brow: float = 0.0
    blink: float = 0.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0


class HeadMotion:
    """How far each node of a grid of pixels looks back for what is seen there.

    Args:
        frame: the face.
        nodes: pixel coordinates of the nodes, (rows, columns, 2).
        size: width and height of the picture.
        border: pixels at the border of the picture that do not move.

    Attributes:
        weight: how far each node goes with the head, 0 to 1, (rows, columns).
    """

    def __init__(
        self, frame: FaceFrame, nodes: NDArray[np.float64], size: tuple[int, int], *, border: int
    ) -> None:
        at = frame.to_face(nodes)
        points = frame.points
        height = max(float(points[CHIN, 1] - points[FOREHEAD, 1]), 0.5)
        width = max(float(abs(points[EARS[1], 0] - points[EARS[0], 0])), 0.5)
        hair = (points[FOREHEAD] + points[CHIN]) / 2 - (0.0, 0.16 * height)
        u, v = (at[..., 0] - hair[0]) / (width / 2), (at[..., 1] - hair[1]) / (height / 2)
        self.weight = (1.0 - smoothstep(0.92, 2.0, np.hypot(u / 1.35, v / 1.45))) * _inside(
            nodes, size, border
        )
        bulge = np.clip(1.0 - (u * u + (v - 0.22) ** 2) / 1.21, 0.0, 1.0) * self.weight
        brows = points[list(RIGHT_BROW + LEFT_BROW)].mean(axis=0)
        from_brows = ((at[..., 1] - brows[1]) / 0.16) ** 2 + ((at[..., 0] - brows[0]) / 0.75) ** 4
        raised = np.exp(-from_brows) * self.weight
        away = nodes - frame.to_picture(points[CHIN] + (0.0, 0.35 * height))
        turn = np.stack([away[..., 1], -away[..., 0]], axis=-1)
        # Motions of one unit each, in pixels, in the order of `_weights`.
        self._motions = tuple(
            np.ascontiguousarray(motion, dtype=np.float32)
            for motion in (
                turn * self.weight[..., None],
                self.weight[..., None] * (-frame.unit, 0.0),
                self.weight[..., None] * (0.0, -frame.unit),
                bulge[..., None] * (-frame.unit * frame.along),
                bulge[..., None] * (-frame.unit * frame.down),
                raised[..., None] * (frame.unit * frame.down),
            )
        )

    def backward(self, pose: HeadPose) -> NDArray[np.float32]:
        """For each node, how far from it (x, y, pixels) the still head has what the posed one shows."""
        back = np.zeros_like(self._motions[0])
        sizes = (pose.roll, pose.shift_x, pose.shift_y, pose.yaw, pose.pitch, pose.brow)
        for motion, size in zip(self._motions, sizes, strict=True):
            if size != 0.0:
                back += motion * np.float32(size)
        return back


def _inside(nodes: NDArray[np.float64], size: tuple[int, int], border: int) -> NDArray[np.float64]:
    """0 at the picture's border, so that it never slides in, to 1 a little inside."""
    x, y = nodes[..., 0], nodes[..., 1]
    to_border = np.minimum.reduce([x, size[0] - 1 - x, y, size[1] - 1 - y])
    return smoothstep(border, border + 0.06 * size[0], to_border)
