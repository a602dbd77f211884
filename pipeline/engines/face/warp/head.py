"""The head's small turns: displacements on a coarse grid over the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import CHIN, FOREHEAD, LEFT_BROW, RIGHT_BROW
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.headweight import around_head, head_weight
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.outline import Outline
from pipeline.engines.face.warp.smile import lids_rise


@dataclass(frozen=True, kw_only=True)
class HeadPose:
    """The head and eyes in one frame; see `life.HeadTracks` for the meaning of each value.

    `smile` is how much of a light smile there is about the eyes, 0 to 1.
    """

    roll: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    brow: float = 0.0
    blink: float = 0.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    smile: float = 0.0


class HeadMotion:
    """How far each node of a grid of pixels looks back for what is seen there.

    Args:
        frame: the face.
        nodes: pixel coordinates of the nodes, (rows, columns, 2).
        size: width and height of the picture.
        outline: of the person; None if that is not known.
        within: the part of the picture that may move.
        border: pixels at that part's border that do not.

    Attributes:
        weight: how far each node goes with the head, 0 to 1, (rows, columns).
    """

    def __init__(
        self,
        frame: FaceFrame,
        nodes: Points,
        size: tuple[int, int],
        outline: Outline | None,
        *,
        within: Box,
        border: int,
    ) -> None:
        at = frame.to_face(nodes)
        points = frame.points
        u, v = around_head(frame, nodes)
        self.weight = head_weight(frame, nodes, size, outline, within=within, border=border)
        bulge = np.clip(1.0 - (u * u + (v - 0.22) ** 2) / 1.21, 0.0, 1.0) * self.weight
        brows = points[list(RIGHT_BROW + LEFT_BROW)].mean(axis=0)
        from_brows = ((at[..., 1] - brows[1]) / 0.16) ** 2 + ((at[..., 0] - brows[0]) / 0.75) ** 4
        raised = np.exp(-from_brows) * self.weight
        height = max(float(points[CHIN, 1] - points[FOREHEAD, 1]), 0.5)
        away = nodes - frame.to_picture(points[CHIN] + (0.0, 0.35 * height))
        turn = np.stack([away[..., 1], -away[..., 0]], axis=-1)
        sway = self.weight[..., None] * (1.0 if outline is None else outline.sway)
        # Motions of one unit each, in pixels, in the order of `_weights`.
        self._motions = tuple(
            np.ascontiguousarray(motion, dtype=np.float32)
            for motion in (
                turn * sway,
                sway * (-frame.unit, 0.0),
                sway * (0.0, -frame.unit),
                bulge[..., None] * (-frame.unit * frame.along),
                bulge[..., None] * (-frame.unit * frame.down),
                raised[..., None] * (frame.unit * frame.down),
                (lids_rise(frame, at) * self.weight)[..., None] * (frame.unit * frame.down),
            )
        )

    def backward(self, pose: HeadPose) -> NDArray[np.float32]:
        """For each node, how far from it (x, y, pixels) the still head has what the posed one shows."""
        back = np.zeros_like(self._motions[0])
        sizes = (pose.roll, pose.shift_x, pose.shift_y, pose.yaw, pose.pitch, pose.brow, pose.smile)
        for motion, size in zip(self._motions, sizes, strict=True):
            if size != 0.0:
                back += motion * np.float32(size)
        return back
