"""One map for everything that moves: each frame samples the portrait once.

The head's turn and the two sheets of the lower face are joined on a coarse grid over the part of the
picture that can move, and enlarged to pixels. The portrait is kept at three times its size, interpolated
with Lanczos's kernel: read linearly from there, it stays about as sharp as it is, at a third of the cost of
cubics, and a pixel that does not move is exactly itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import filled_sharply
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.fields import CELLS, Field, LowerFace
from pipeline.engines.face.warp.head import HeadMotion, HeadPose
from pipeline.engines.face.warp.lips import LipRig

Picture = NDArray[np.uint8]

#: The portrait is kept enlarged by this much.
ENLARGED = 3


@dataclass(frozen=True, kw_only=True)
class Box:
    """Pixels `left` up to but not including `right`, `top` up to but not including `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top


@dataclass(frozen=True, kw_only=True, eq=False)
class Turn:
    """The head's turn in one frame: backward displacements of all nodes, (rows, columns, 2) pixels."""

    back: NDArray[np.float32]


class Sheet:
    """The part of a picture that moves.

    Args:
        frame: the face in it.
        lips: its lips.
        lower_face: what moves with them.
        size: width and height of the picture in pixels.

    Attributes:
        box: the part that can move, within the picture.
    """

    def __init__(self, frame: FaceFrame, lips: LipRig, lower_face: LowerFace, size: tuple[int, int]) -> None:
        self._lower_face = lower_face
        self._cell = max(4, round(frame.unit / CELLS))
        self.box = self._moving_part(frame, size)
        # One cell more on each side: enlarging knows no slope in its outermost half cell.
        self._start = np.array([self.box.left - self._cell, self.box.top - self._cell])
        self._columns = -(-self.box.width // self._cell) + 2
        self._rows = -(-self.box.height // self._cell) + 2
        nodes = _cell_middles(self._start, self._columns, self._rows, self._cell)
        self._head = HeadMotion(frame, nodes, size)
        self._nodes = nodes.astype(np.float32)
        self._mouth = self._mouth_part(frame, lips)
        self._to_cells = self._cells_from_pixels(frame)
        self._from_cells = (np.stack([frame.along, frame.down]) * frame.unit / CELLS).astype(np.float32)
        self._corner = np.array([self.box.left, self.box.top], np.float32)

    def enlarge(self, picture: Picture) -> Picture:
        """The moving part of a picture, `ENLARGED` times as large; every third pixel is the picture's own."""
        shift = (-ENLARGED * self.box.left, -ENLARGED * self.box.top)
        matrix = np.array([[ENLARGED, 0.0, shift[0]], [0.0, ENLARGED, shift[1]]])
        size = (ENLARGED * self.box.width, ENLARGED * self.box.height)
        enlarged = cv2.warpAffine(
            picture, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(enlarged, dtype=np.uint8)

    def turn(self, pose: HeadPose) -> Turn:
        """The head's turn for a pose."""
        return Turn(back=self._head.backward(pose))

    def place(self, points: Points, turn: Turn) -> Points:
        """Where the turned head shows points (n, 2) of the still one, in pixels of the picture."""
        still = points.astype(np.float32)
        shown, start, cell = still, self._start.astype(np.float32), np.float32(self._cell)
        half = np.float32(0.5)
        for _ in range(4):
            at = (shown - start + half) / cell - half
            shown = still - _read(turn.back, at[None], cv2.BORDER_REPLICATE)[0]
        return shown.astype(np.float64)

    def draw(
        self, out: Picture, source: Picture, weights: NDArray[np.float64], turn: Turn, seam: Points
    ) -> None:
        """Sample the moving part of a frame from the enlarged portrait.

        Args:
            out: the whole frame, written in place.
            source: what `enlarge` gave.
            weights: of the modes of the lower face.
            turn: of the head.
            seam: the line between the lips as it is shown, left to right, (n, 2) pixels; above it the upper
                sheet is seen, below it the lower one.
        """
        upper, lower = self._lower_face.forward(weights)
        above = self._pixel_map(turn, self._lower_face.backward(upper), (slice(None), slice(None)))
        below = self._pixel_map(turn, self._lower_face.backward(lower), self._mouth)
        cell = self._cell
        pixels = cv2.resize(above, (self._columns * cell, self._rows * cell), interpolation=cv2.INTER_LINEAR)
        rows, columns = self._mouth
        size = ((columns.stop - columns.start) * cell, (rows.stop - rows.start) * cell)
        mouth = pixels[rows.start * cell : rows.stop * cell, columns.start * cell : columns.stop * cell]
        mouth[cell:-cell, cell:-cell] = cv2.resize(above[rows, columns], size, interpolation=cv2.INTER_CUBIC)[
            cell:-cell, cell:-cell
        ]
        corner = self._start + np.array([columns.start, rows.start]) * cell
        beneath = _below(seam - corner, size)
        beneath[:cell], beneath[-cell:], beneath[:, :cell], beneath[:, -cell:] = 0, 0, 0, 0
        cv2.copyTo(cv2.resize(below, size, interpolation=cv2.INTER_CUBIC), beneath, mouth)
        box = self.box
        cv2.remap(  # type: ignore[call-overload]
            source,
            pixels[cell : cell + box.height, cell : cell + box.width],
            None,
            cv2.INTER_LINEAR,
            dst=out[box.top : box.bottom, box.left : box.right],
            borderMode=cv2.BORDER_REFLECT_101,
        )

    def _pixel_map(self, turn: Turn, back: Field, part: tuple[slice, slice]) -> NDArray[np.float32]:
        """Where in the enlarged portrait each node of a part of the grid is read, (rows, columns, 2)."""
        still = self._nodes[part] + turn.back[part]
        x, y = still[..., 0], still[..., 1]
        (xx, xy, x0), (yx, yy, y0) = self._to_cells
        at = np.stack([x * xx + y * xy + x0, x * yx + y * yy + y0], axis=-1)
        moved = _read(back, at, cv2.BORDER_CONSTANT)
        along, down = self._from_cells
        still += moved[..., :1] * along + moved[..., 1:] * down
        still -= self._corner
        still *= np.float32(ENLARGED)
        return still

    def _moving_part(self, frame: FaceFrame, size: tuple[int, int]) -> Box:
        """The box that the head's turn or the lower face can touch."""
        grid = self._lower_face.grid
        right, bottom = grid.left + (grid.columns - 1) / CELLS, grid.top + (grid.rows - 1) / CELLS
        face = frame.to_picture(np.array([(x, y) for x in (grid.left, right) for y in (grid.top, bottom)]))
        cell = self._cell
        nodes = _cell_middles(np.zeros(2), -(-size[0] // cell), -(-size[1] // cell), cell)
        turning = nodes[HeadMotion(frame, nodes, size).weight > 1e-4]  # noqa: PLR2004 - of a pixel or two
        reach = np.concatenate([face, turning])
        first = np.clip(reach.min(axis=0) - cell, 0, np.array(size) - cell)
        last = np.clip(reach.max(axis=0) + cell, first + cell, size)
        return Box(left=int(first[0]), top=int(first[1]), right=int(last[0]), bottom=int(last[1]))

    def _mouth_part(self, frame: FaceFrame, lips: LipRig) -> tuple[slice, slice]:
        """Rows and columns of the nodes where the two sheets may differ, with room for the head's turn."""
        reach = self._lower_face.apart + 0.14
        corners = np.array([(lips.centre + x, lips.seam + y) for x in (-reach, reach) for y in (-0.45, 0.85)])
        at = (frame.to_picture(corners) - self._start) / self._cell
        count = np.array([self._columns, self._rows])
        first = np.clip(np.floor(at.min(axis=0)).astype(int) - 1, 0, count - 3)
        last = np.clip(np.ceil(at.max(axis=0)).astype(int) + 2, first + 3, count)
        return slice(int(first[1]), int(last[1])), slice(int(first[0]), int(last[0]))

    def _cells_from_pixels(self, frame: FaceFrame) -> NDArray[np.float32]:
        """The affine map from pixels of the picture to cells of the face's grid, (2, 3)."""
        grid = self._lower_face.grid
        axes = np.stack([frame.along, frame.down]) * CELLS / frame.unit
        origin = axes[:, 0] * frame.origin[0] + axes[:, 1] * frame.origin[1]
        corner = np.array([grid.left, grid.top]) * CELLS
        return np.concatenate([axes, -(origin + corner)[:, None]], axis=1).astype(np.float32)


def _read(field: NDArray[np.float32], at: NDArray[np.float32], border: int) -> NDArray[np.float32]:
    """A field of displacements, read between its nodes."""
    found = cv2.remap(field, at, None, cv2.INTER_LINEAR, borderMode=border)  # type: ignore[call-overload]
    return np.asarray(found, dtype=np.float32)


def _cell_middles(start: Points, columns: int, rows: int, cell: int) -> NDArray[np.float64]:
    """Pixel coordinates of the middles of cells, where enlarging puts their values, (rows, columns, 2)."""
    x = start[0] + (np.arange(columns) + 0.5) * cell - 0.5
    y = start[1] + (np.arange(rows) + 0.5) * cell - 0.5
    return np.stack(np.meshgrid(x, y), axis=-1)


def _below(seam: Points, size: tuple[int, int]) -> NDArray[np.uint8]:
    """1 below a line from left to right, 0 above it, (height, width); the line goes on level at its ends."""
    slope = seam[-1] - seam[0]
    ends = (seam[0] - 8 * slope, seam[-1] + 8 * slope)
    down = np.array([-slope[1], slope[0]]) * 8
    outline = np.concatenate([ends[0][None], seam, ends[1][None], [ends[1] + down, ends[0] + down]])
    return filled_sharply(outline, *size)
