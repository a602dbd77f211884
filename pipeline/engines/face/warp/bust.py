"""Head and shoulders that can be turned, without lips: what moves head, lids and eyes over a portrait."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Canvas
from pipeline.engines.face.warp.eyes import Eyes
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.fields import LowerFace
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.lips import LipRig
from pipeline.engines.face.warp.outline import Outline
from pipeline.engines.face.warp.plate import Plate
from pipeline.engines.face.warp.sheet import Sheet, Turn
from pipeline.media.picture import planes_of, to_yuv

Picture = NDArray[np.uint8]


class Bust:
    """A portrait that can be turned and can blink; what its lips show is laid into it by whoever moves them.

    Args:
        canvas: the portrait.
        frame: the face in it.
        lips: its lips, which are taken into the part that moves.
        lower_face: what moves with them.
        shown: the portrait as it is to be shown, BGR, in place of the canvas's own picture.
        outline: of the person, by whoever has looked at it before; None to look at it.

    Attributes:
        outline: of the person; None where there is none to be seen.
        sheet: the part that moves.
        source: that part's planes, enlarged; drawn into, and read by every frame.
        eyes: where in the source the eyes are drawn.
    """

    def __init__(
        self,
        canvas: Canvas,
        frame: FaceFrame,
        lips: LipRig,
        lower_face: LowerFace,
        shown: Picture,
        *,
        outline: Outline | None = None,
    ) -> None:
        picture = np.ascontiguousarray(canvas.picture)
        size = (picture.shape[1], picture.shape[0])
        left, top, right, bottom = canvas.within or (0, 0, *size)
        within = Box(left=left, top=top, right=right, bottom=bottom)
        if outline is None and canvas.person is not None:
            outline = Outline(frame, picture, canvas.person)
        self.outline = outline
        self.sheet = Sheet(frame, lips, lower_face, size, outline, within=within, enlarged=canvas.enlarged)
        self._still = to_yuv(shown)
        self.source = self.sheet.enlarge(self._still)
        self._plate = None if outline is None else self._plate_of(outline, frame.unit)
        self._eyes = Eyes(frame, shown, self.sheet.box, self.source)
        self.eyes = self._eyes.boxes

    def blank(self) -> Picture:
        """A frame to draw into: the portrait as it is shown, raw yuv420p."""
        return self._still.copy()

    def look(self, pose: HeadPose) -> Turn:
        """Draw the eyes of a pose into the source; the head's turn in it."""
        self._eyes.show(self.source, pose)
        return self.sheet.turn(pose)

    def draw(self, out: Picture, turn: Turn, lips: tuple[NDArray[np.float64], Points] | None = None) -> None:
        """Draw one frame of the source into what `blank` gave, or into an earlier frame.

        Args:
            out: raw yuv420p.
            turn: of the head.
            lips: how they move, as `Sheet.draw` takes it; None where they do not.
        """
        planes = planes_of(out)
        read = self.sheet.draw(planes, self.source, turn, lips)
        if self._plate is not None:
            self._plate.lay(planes, read, float(np.abs(turn.everywhere).max()))

    def _plate_of(self, outline: Outline, unit: float) -> Plate:
        """What stands behind the head."""
        return Plate(
            planes_of(self._still),
            outline,
            self.sheet.moving_blocks(),
            box=self.sheet.box,
            lattice=self.sheet.lattice,
            unit=unit,
        )
