"""One map for everything that moves: each frame samples the portrait once.

The head's turn and the two sheets of the lower face are joined on a coarse grid over the part of the
picture that can move, and enlarged to pixels. The portrait is kept at some times its size, unless it is soft:
read linearly from there, it stays as sharp as it is, at a fifth of the cost of cubics, and a pixel that does
not move is exactly itself. Planes are sampled as the encoder takes them: luma in full, chroma at half its
width and height, where every second pixel's luma is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import filled_sharply
from pipeline.engines.face.warp.enlarge import enlarged
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.fields import CELLS, LowerFace
from pipeline.engines.face.warp.head import HeadMotion, HeadPose
from pipeline.engines.face.warp.lattice import Box, Field, Lattice, read, spread
from pipeline.engines.face.warp.layers import part_of
from pipeline.engines.face.warp.lips import LipRig
from pipeline.engines.face.warp.outline import Outline
from pipeline.engines.face.warp.sampling import halved_map, sample
from pipeline.media.picture import Planes, planes_of

Picture = NDArray[np.uint8]

# About as many rows are sampled at once: their part of the map stays in the processor's cache.
_BAND = 96

# As many pixels an enlarged portrait has at most: more than that and a processor waits for them.
_MOST_PIXELS = 5_000_000

# A portrait that fills a film only when it is enlarged so many times has hardly anything fine that reading it
# linearly could lose.
_SOFT = 3.0

# Cells of the lattice beside the mouth, in cells of that around it: all is smoother there.
_COARSE = 2

# How many nodes beyond a place cubics look at.
_CUBIC = 2

# How far a turn of the head moves anything at most, in inter-ocular distances, and some more.
_FARTHEST = 0.4

# Below this part of the head's turn nothing is seen to move: a hundredth of a pixel or two.
_STILL = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Turn:
    """The head's turn in one frame: how far each node looks back, in pixels; of all, and of the mouth's."""

    everywhere: Field
    mouth: Field


@dataclass(frozen=True, kw_only=True)
class _Band:
    """Some rows of the moving part, as wide as what can move in them.

    Attributes:
        nodes: rows and columns of the wide lattice: the band's cells, and one more on each side.
        box: its pixels, counted from the part's corner; all even, since chroma has half as many.
    """

    nodes: tuple[slice, slice]
    box: Box


class Sheet:
    """The part of a picture that moves.

    Args:
        frame: the face in it.
        lips: its lips.
        lower_face: what moves with them.
        size: width and height of the picture in pixels.
        outline: of the person; None if that is not known.
        within: the part of the picture that may move with the head.
        enlarged: how many times as large as it came the picture is.

    Attributes:
        box: the part that can move, within the picture.
    """

    def __init__(
        self,
        frame: FaceFrame,
        lips: LipRig,
        lower_face: LowerFace,
        size: tuple[int, int],
        outline: Outline | None,
        *,
        within: Box,
        enlarged: float,
    ) -> None:
        self._lower_face = lower_face
        # Even, since chroma has half as many pixels.
        fine = 2 * max(2, round(frame.unit / CELLS / 2))
        self.box = self._moving_part(frame, size, outline, within, _COARSE * fine)
        pixels = self.box.width * self.box.height
        self._times = 1 if enlarged >= _SOFT else 3 if 3 * 3 * pixels <= _MOST_PIXELS else 2
        self._wide = _lattice(self.box, _COARSE * fine)
        self._mouth = self._mouth_part(frame, lips, fine)
        self._wide_head, self._mouth_head = (
            HeadMotion(frame, lattice.nodes(), size, outline, within=within, border=self._wide.cell)
            for lattice in (self._wide, self._mouth)
        )
        self._wide_nodes, self._mouth_nodes = (
            lattice.nodes().astype(np.float32) for lattice in (self._wide, self._mouth)
        )
        self._mouth_box = Box(
            left=self._mouth.left - self.box.left,
            top=self._mouth.top - self.box.top,
            right=self._mouth.left - self.box.left + self._mouth.columns * fine,
            bottom=self._mouth.top - self.box.top + self._mouth.rows * fine,
        )
        self._mouth_still = self._places(self._mouth_box)
        self._to_cells = self._cells_from_pixels(frame)
        self._from_cells = (np.stack([frame.along, frame.down], axis=1) * frame.unit / CELLS).astype(
            np.float32
        )
        # Both coordinates are taken at once, as one number: see `_enlarged`.
        self._corner = np.complex64(complex(self.box.left, self.box.top))
        # A turned head never takes its face farther than this.
        near = self._near_face(reach=round(_FARTHEST * CELLS))
        self._at_face = tuple(
            slice(int(lines[0]), int(lines[-1]) + 1)
            for lines in (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
        )
        self._moves = self._near_face(reach=1) | (self._wide_head.weight > _STILL)
        self._bands = self._moving_bands()

    @property
    def lattice(self) -> Lattice:
        """Nodes over the part that can move."""
        return self._wide

    def moving_blocks(self) -> NDArray[np.bool_]:
        """Which blocks of two by two pixels of the part can move, (height / 2, width / 2)."""
        cell = self._wide.cell // 2
        # A node's value reaches as far as the next one.
        near = spread(self._moves.astype(np.float32), cell, cv2.INTER_LINEAR)[cell:, cell:] > 0
        return np.asarray(near[: self.box.height // 2, : self.box.width // 2])

    def enlarge(self, still: Picture) -> Planes:
        """The moving part of a raw picture, its planes two or three times as large."""
        planes, half = planes_of(still), self.box.halved()
        return Planes(
            luma=enlarged(planes.luma, self.box, self._times),
            blue=enlarged(planes.blue, half, self._times),
            red=enlarged(planes.red, half, self._times),
        )

    def turn(self, pose: HeadPose) -> Turn:
        """The head's turn for a pose."""
        return Turn(everywhere=self._wide_head.backward(pose), mouth=self._mouth_head.backward(pose))

    def place(self, points: Points, turn: Turn) -> Points:
        """Where the turned head shows points (n, 2) of the still one, in pixels of the picture."""
        still = points.astype(np.float32)
        shown = still
        for _ in range(4):
            shown = still - self._wide.read(turn.everywhere, shown)
        return shown.astype(np.float64)

    def draw(
        self, out: Planes, source: Planes, turn: Turn, lips: tuple[NDArray[np.float64], Points] | None
    ) -> Field:
        """Sample the moving part of a frame from the enlarged portrait.

        Args:
            out: the whole frame, written in place.
            source: what `enlarge` gave.
            turn: of the head.
            lips: the weights of the modes of the lower face, and the line between the lips as it is shown,
                left to right, (n, 2) pixels: above it the upper sheet is seen, below it the lower one. None
                where only the head moves.

        Returns:
            where in the moving part each node of `lattice` was read, in its pixels, (rows, columns, 2).
        """
        if lips is None:
            wide, mouth = self._wide_map(turn.everywhere, None), []
        else:
            weights, seam = lips
            upper, lower = self._lower_face.backward(weights)
            wide = self._wide_map(turn.everywhere, upper)
            mouth = self._mouth_pixels(*self._mouth_maps(turn.mouth, upper, lower), seam)
        shown = part_of(out, self.box.left, self.box.top, self.box.height, self.box.width)
        for band in self._bands:
            box, cell = band.box, self._wide.cell
            at = spread(wide[band.nodes], cell, cv2.INTER_LINEAR)
            at = at[cell : cell + box.height, cell : cell + box.width]
            for part, shape in mouth:
                both = box.shared(part)
                if both.width > 0 and both.height > 0:
                    still = self._mouth_still[both.within(self._mouth_box)]
                    cv2.add(shape[both.within(part)], still, dst=at[both.within(box)])
            sample(source.luma, shown.luma, box, at, None)
            # A map that is read through twice is brought to fixed point only once.
            fixed = cv2.convertMaps(halved_map(at), None, cv2.CV_16SC2)  # type: ignore[call-overload]
            half = box.halved()
            sample(source.blue, shown.blue, half, *fixed)
            sample(source.red, shown.red, half, *fixed)
        return wide / np.float32(self._times)

    def _wide_map(self, turn: Field, back: Field | None) -> Field:
        """Where in the enlarged portrait is read what a turned node sees, (rows, columns, 2)."""
        still = self._wide_nodes + turn
        if back is not None:
            face = still[self._at_face]
            face += self._moved(back, self._cells_at(face))
        return self._enlarged(still)

    def _mouth_maps(self, turn: Field, upper: Field, lower: Field) -> tuple[Field, Field]:
        """By how much that is not the node's own place around the mouth, for each of the two sheets.

        OpenCV's cubics bend a straight line a little, and with it every edge.
        """
        cells = self._cells_at(self._mouth_nodes + turn)
        times = np.float32(self._times)
        above, below = ((turn + self._moved(back, cells)) * times for back in (upper, lower))
        return above, below

    def _moved(self, back: Field, cells: Field) -> Field:
        """How far from there, in pixels, the portrait has what the lower face shows at cells of its grid."""
        moved = read(back, cells, cv2.BORDER_CONSTANT)
        across, under = moved[..., 0], moved[..., 1]
        pixels = np.empty_like(moved)
        for at, (along, down) in enumerate(self._from_cells):
            pixels[..., at] = across * along + under * down
        return pixels

    def _enlarged(self, pixels: Field) -> Field:
        """Places in the enlarged part of what is given in pixels of the picture, which it overwrites."""
        both = pixels.view(np.complex64)
        both -= self._corner
        pixels *= np.float32(self._times)
        return pixels

    def _places(self, box: Box) -> Field:
        """Where in the enlarged portrait the pixels of a part of the moving part are, (height, width, 2)."""
        x, y = np.arange(box.left, box.right), np.arange(box.top, box.bottom)
        return np.stack(np.meshgrid(x, y), axis=-1).astype(np.float32) * np.float32(self._times)

    def _mouth_pixels(self, above: Field, below: Field, seam: Points) -> list[tuple[Box, Field]]:
        """The map around the mouth from its nodes to pixels, one sheet above the seam, the other below it.

        In parts, each with the box where it holds, in pixels of the moving part.
        """
        cell, rows = self._mouth.cell, self._mouth.rows
        corner = np.array([self._mouth.left, self._mouth.top])
        lower_seen = _below(seam - corner, self._mouth.columns * cell, rows * cell)
        # Both sheets are needed only in the rows that the seam runs through; cubics look two nodes beyond.
        none, not_all = (
            int((cv2.reduce(lower_seen, 1, most) == 0).sum()) for most in (cv2.REDUCE_MAX, cv2.REDUCE_MIN)
        )
        begin, end = none // cell, min(-(-not_all // cell), rows)
        first = max(begin - _CUBIC, 0)
        upper = spread(above[: end + _CUBIC], cell, cv2.INTER_CUBIC)[: end * cell]
        lower = spread(below[first:], cell, cv2.INTER_CUBIC)[(begin - first) * cell :]
        both = (end - begin) * cell
        if both > 0:
            cv2.copyTo(lower[:both], lower_seen[begin * cell : end * cell], upper[begin * cell :])
        # At its border the two sheets are one, and enlarging knows no slope in the outermost half cell.
        whole = Box(left=0, top=0, right=self._mouth.columns * cell, bottom=rows * cell)
        inner = Box(left=cell, top=cell, right=whole.right - cell, bottom=whole.bottom - cell)
        left, top = (corner - (self.box.left, self.box.top)).tolist()
        parts = []
        for field, edge in ((upper, 0), (lower[both:], end * cell)):
            held = Box(left=0, top=edge, right=whole.right, bottom=edge + len(field))
            part = held.shared(inner)
            if part.height > 0:
                parts.append((part.moved(left, top), field[part.within(held)]))
        return parts

    def _cells_at(self, pixels: Field) -> Field:
        """Columns and rows of the face's grid, with fractions, at pixels of the picture (..., 2)."""
        x, y = pixels[..., 0], pixels[..., 1]
        cells = np.empty(pixels.shape, np.float32)
        for at, (along_x, along_y, start) in enumerate(self._to_cells):
            cells[..., at] = x * along_x + y * along_y + start
        return cells

    def _moving_part(
        self,
        frame: FaceFrame,
        size: tuple[int, int],
        outline: Outline | None,
        within: Box,
        cell: int,
    ) -> Box:
        """The box that the head's turn or the lower face can touch."""
        grid = self._lower_face.grid
        right, bottom = grid.left + (grid.columns - 1) / CELLS, grid.top + (grid.rows - 1) / CELLS
        face = frame.to_picture(np.array([(x, y) for x in (grid.left, right) for y in (grid.top, bottom)]))
        nodes = Lattice(
            left=0, top=0, columns=-(-size[0] // cell), rows=-(-size[1] // cell), cell=cell
        ).nodes()
        head = HeadMotion(frame, nodes, size, outline, within=within, border=cell)
        turning = nodes[head.weight > _STILL]
        reach = np.concatenate([face, turning])
        # Even, since chroma has half as many pixels.
        first = np.floor(np.clip(reach.min(axis=0) - cell, 0, np.array(size) - cell) / 2).astype(int) * 2
        last = np.ceil(np.clip(reach.max(axis=0) + cell, first + cell, size) / 2).astype(int) * 2
        return Box(left=int(first[0]), top=int(first[1]), right=int(last[0]), bottom=int(last[1]))

    def _moving_bands(self) -> tuple[_Band, ...]:
        """The moving part in bands, each as wide as what can move in it."""
        cell = self._wide.cell
        high, wide = -(-self.box.height // cell), -(-self.box.width // cell)
        bands = []
        for top in range(0, high, max(_BAND // cell, 1)):
            # The lattice begins one cell before the part, and a value reaches one cell beyond its node.
            bottom = min(top + max(_BAND // cell, 1), high)
            columns = np.flatnonzero(self._moves[top : bottom + 2].any(axis=0))
            if len(columns):
                left, right = max(int(columns[0]) - 2, 0), min(int(columns[-1]) + 1, wide)
                box = Box(left=left * cell, top=top * cell, right=right * cell, bottom=bottom * cell)
                whole = Box(left=0, top=0, right=self.box.width, bottom=self.box.height)
                nodes = np.s_[top : bottom + 2, left : right + 2]
                bands.append(_Band(nodes=nodes, box=box.shared(whole)))
        return tuple(bands)

    def _near_face(self, *, reach: int) -> NDArray[np.bool_]:
        """Which nodes of the wide lattice lie less than `reach` cells beyond the face's grid, or in it."""
        grid, cells = self._lower_face.grid, self._cells_at(self._wide_nodes)
        inside: NDArray[np.bool_] = np.all(
            (cells > -reach) & (cells < (grid.columns - 1 + reach, grid.rows - 1 + reach)), axis=-1
        )
        return inside

    def _mouth_part(self, frame: FaceFrame, lips: LipRig, cell: int) -> Lattice:
        """Nodes where the two sheets may differ, with room for the head's turn; within the wide lattice."""
        reach = self._lower_face.apart + 0.14
        corners = np.array([(lips.centre + x, lips.seam + y) for x in (-reach, reach) for y in (-0.45, 0.85)])
        wide = self._wide
        at = (frame.to_picture(corners) - (wide.left, wide.top)) / cell
        count = np.array([wide.columns, wide.rows]) * _COARSE
        first = np.clip(np.floor(at.min(axis=0)).astype(int) - 1, 0, count - 3)
        last = np.clip(np.ceil(at.max(axis=0)).astype(int) + 2, first + 3, count)
        columns, rows = (last - first).tolist()
        left, top = (np.array([wide.left, wide.top]) + first * cell).tolist()
        return Lattice(left=left, top=top, columns=columns, rows=rows, cell=cell)

    def _cells_from_pixels(self, frame: FaceFrame) -> NDArray[np.float32]:
        """The affine map from pixels of the picture to cells of the face's grid, (2, 3)."""
        grid = self._lower_face.grid
        axes = np.stack([frame.along, frame.down]) * CELLS / frame.unit
        origin = axes[:, 0] * frame.origin[0] + axes[:, 1] * frame.origin[1]
        corner = np.array([grid.left, grid.top]) * CELLS
        return np.concatenate([axes, -(origin + corner)[:, None]], axis=1).astype(np.float32)


def _lattice(box: Box, cell: int) -> Lattice:
    """Over a box, with one cell more on each side: enlarging knows no slope in its outermost half cell."""
    return Lattice(
        left=box.left - cell,
        top=box.top - cell,
        columns=-(-box.width // cell) + 2,
        rows=-(-box.height // cell) + 2,
        cell=cell,
    )


def _below(seam: Points, width: int, height: int) -> NDArray[np.uint8]:
    """1 below a line from left to right, 0 above it, (height, width); the line goes on level at its ends."""
    slope = seam[-1] - seam[0]
    ends = (seam[0] - 8 * slope, seam[-1] + 8 * slope)
    down = np.array([-slope[1], slope[0]]) * 8
    outline = np.concatenate([ends[0][None], seam, ends[1][None], [ends[1] + down, ends[0] + down]])
    return filled_sharply(outline, width, height)
