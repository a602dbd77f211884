"""One map for everything that moves: each frame samples the portrait once.

The head's turn and the two sheets of the lower face are joined on a coarse grid over the part of the
picture that can move, and enlarged to pixels. The portrait is kept at twice its size, interpolated with
Lanczos's kernel: read linearly from there, it stays about as sharp as it is, at a fifth of the cost of
cubics, and a pixel that does not move is exactly itself. Planes are sampled as the encoder takes them: luma
in full, chroma at half its width and height.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import filled_sharply
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.fields import CELLS, LowerFace
from pipeline.engines.face.warp.head import HeadMotion, HeadPose
from pipeline.engines.face.warp.lattice import Box, Field, Lattice, read
from pipeline.engines.face.warp.layers import part_of
from pipeline.engines.face.warp.lips import LipRig
from pipeline.media.picture import Planes, planes_of

Picture = NDArray[np.uint8]

#: The portrait is kept enlarged by this much.
ENLARGED = 2

# Rows of a plane that are sampled at once: their part of the map stays in the processor's cache.
_BAND = 64

# Cells of the lattice beside the mouth, in cells of that around it: all is smoother there.
_COARSE = 2

# How far a turn of the head moves anything at most, in inter-ocular distances, and some more.
_FARTHEST = 0.4

# Below this part of the head's turn nothing is seen to move: a hundredth of a pixel or two.
_STILL = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Turn:
    """The head's turn in one frame: how far each node looks back, in pixels; of all, and of the mouth's."""

    everywhere: Field
    mouth: Field


class Sheet:
    """The part of a picture that moves.

    Args:
        frame: the face in it.
        lips: its lips.
        lower_face: what moves with them.
        size: width and height of the picture in pixels.
        person: how much of each pixel shows the person, (height, width); None if that is not known.

    Attributes:
        box: the part that can move, within the picture.
    """

    def __init__(
        self,
        frame: FaceFrame,
        lips: LipRig,
        lower_face: LowerFace,
        size: tuple[int, int],
        person: NDArray[np.uint8] | None,
    ) -> None:
        self._lower_face = lower_face
        # Even, since chroma has half as many pixels.
        fine = 2 * max(2, round(frame.unit / CELLS / 2))
        self.box = self._moving_part(frame, size, person, _COARSE * fine)
        self._wide = _lattice(self.box, _COARSE * fine)
        self._mouth = self._mouth_part(frame, lips, fine)
        self._wide_head = HeadMotion(frame, self._wide.nodes(), size, person, border=self._wide.cell)
        self._mouth_head = HeadMotion(frame, self._mouth.nodes(), size, person, border=self._wide.cell)
        self._wide_nodes, self._mouth_nodes = (
            lattice.nodes().astype(np.float32) for lattice in (self._wide, self._mouth)
        )
        self._to_cells = self._cells_from_pixels(frame)
        self._from_cells = (np.stack([frame.along, frame.down]) * frame.unit / CELLS).astype(np.float32)
        self._corner = np.array([self.box.left, self.box.top], np.float32)
        # A turned head never takes its face farther than this.
        near = self._near_face(reach=round(_FARTHEST * CELLS))
        self._at_face = tuple(
            slice(int(lines[0]), int(lines[-1]) + 1)
            for lines in (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
        )
        self._bands = self._moving_bands()
        self._half_bands = tuple(band.halved() for band in self._bands)

    def enlarge(self, still: Picture) -> Planes:
        """The moving part of a raw picture, planes `ENLARGED` times as large; every second pixel is its."""
        planes, half = planes_of(still), self.box.halved()
        return Planes(
            luma=enlarged(planes.luma, self.box),
            blue=enlarged(planes.blue, half),
            red=enlarged(planes.red, half),
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
        self, out: Planes, source: Planes, weights: NDArray[np.float64], turn: Turn, seam: Points
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
        upper, lower = (self._lower_face.backward(sheet) for sheet in self._lower_face.forward(weights))
        maps = (self._wide_map(turn.everywhere, upper), *self._mouth_maps(turn.mouth, upper, lower))
        shown = part_of(out, self.box.left, self.box.top, self.box.height, self.box.width)
        at = self._spread(*maps, seam, halves=1)
        _sample(at, self._bands, (source.luma, shown.luma))
        # A chroma pixel stands in the middle of two by two luma pixels.
        half = np.float32(0.5)
        wide, above, below = (each * half - half for each in maps)
        at = self._spread(wide, above, below, (seam - 0.5) / 2, halves=2)
        _sample(at, self._half_bands, (source.blue, shown.blue), (source.red, shown.red))

    def _wide_map(self, turn: Field, back: Field) -> Field:
        """Where in the enlarged portrait is read what a turned node sees, (rows, columns, 2)."""
        still = self._wide_nodes + turn
        face = still[self._at_face]
        face += self._moved(back, self._cells_at(face))
        return self._enlarged(still)

    def _mouth_maps(self, turn: Field, upper: Field, lower: Field) -> tuple[Field, Field]:
        """The same around the mouth, for each of the two sheets."""
        still = self._mouth_nodes + turn
        cells = self._cells_at(still)
        above, below = (self._enlarged(still + self._moved(back, cells)) for back in (upper, lower))
        return above, below

    def _moved(self, back: Field, cells: Field) -> Field:
        """How far from there, in pixels, the portrait has what the lower face shows at cells of its grid."""
        moved = read(back, cells, cv2.BORDER_CONSTANT)
        along, down = self._from_cells
        pixels: Field = moved[..., :1] * along + moved[..., 1:] * down
        return pixels

    def _enlarged(self, pixels: Field) -> Field:
        """Places in the enlarged part of what is given in pixels of the picture, which it overwrites."""
        pixels -= self._corner
        pixels *= np.float32(ENLARGED)
        return pixels

    def _spread(self, wide: Field, above: Field, below: Field, seam: Points, *, halves: int) -> Field:
        """From nodes to the moving part's pixels, in a plane whose sides are divided by `halves`."""
        pixels = self._wide.spread(wide, cv2.INTER_LINEAR, halves=halves)
        cell = self._mouth.cell // halves
        corner = np.array([self._mouth.left, self._mouth.top]) // halves
        upper, lower = (self._mouth.spread(each, cv2.INTER_CUBIC, halves=halves) for each in (above, below))
        cv2.copyTo(lower, _below(seam - corner, upper.shape[1], upper.shape[0]), upper)
        # At its border the two sheets are one, and enlarging knows no slope in the outermost half cell.
        left, top = corner - np.array([self._wide.left, self._wide.top]) // halves
        inner = upper[cell:-cell, cell:-cell]
        height, width = inner.shape[:2]
        pixels[top + cell : top + cell + height, left + cell : left + cell + width] = inner
        margin = self._wide.cell // halves
        return pixels[margin : margin + self.box.height // halves, margin : margin + self.box.width // halves]

    def _cells_at(self, pixels: Field) -> Field:
        """Columns and rows of the face's grid, with fractions, at pixels of the picture (..., 2)."""
        x, y = pixels[..., 0], pixels[..., 1]
        cells = np.empty(pixels.shape, np.float32)
        for at, (along_x, along_y, start) in enumerate(self._to_cells):
            cells[..., at] = x * along_x + y * along_y + start
        return cells

    def _moving_part(
        self, frame: FaceFrame, size: tuple[int, int], person: NDArray[np.uint8] | None, cell: int
    ) -> Box:
        """The box that the head's turn or the lower face can touch."""
        grid = self._lower_face.grid
        right, bottom = grid.left + (grid.columns - 1) / CELLS, grid.top + (grid.rows - 1) / CELLS
        face = frame.to_picture(np.array([(x, y) for x in (grid.left, right) for y in (grid.top, bottom)]))
        nodes = Lattice(
            left=0, top=0, columns=-(-size[0] // cell), rows=-(-size[1] // cell), cell=cell
        ).nodes()
        turning = nodes[HeadMotion(frame, nodes, size, person, border=cell).weight > _STILL]
        reach = np.concatenate([face, turning])
        # Even, since chroma has half as many pixels.
        first = np.floor(np.clip(reach.min(axis=0) - cell, 0, np.array(size) - cell) / 2).astype(int) * 2
        last = np.ceil(np.clip(reach.max(axis=0) + cell, first + cell, size) / 2).astype(int) * 2
        return Box(left=int(first[0]), top=int(first[1]), right=int(last[0]), bottom=int(last[1]))

    def _moving_bands(self) -> tuple[Box, ...]:
        """The moving part in bands, each as wide as what can move in it; even, from the part's corner on."""
        cell = self._wide.cell
        moves = self._near_face(reach=1) | (self._wide_head.weight > _STILL)
        bands = []
        for top in range(0, self.box.height, _BAND):
            # The lattice begins one cell before the part, and a value reaches one cell beyond its node.
            rows = slice(max(top // cell - 1, 0), (top + _BAND) // cell + 3)
            columns = np.flatnonzero(moves[rows].any(axis=0))
            if len(columns):
                left, right = max(int(columns[0]) - 2, 0) * cell, (int(columns[-1]) + 1) * cell
                right, bottom = min(right, self.box.width), min(top + _BAND, self.box.height)
                bands.append(Box(left=left, top=top, right=right, bottom=bottom))
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


def enlarged(plane: Picture, box: Box) -> Picture:
    """A part of a plane, or of a picture of several channels, `ENLARGED` times as large."""
    matrix = np.array([[ENLARGED, 0.0, -ENLARGED * box.left], [0.0, ENLARGED, -ENLARGED * box.top]])
    size = (ENLARGED * box.width, ENLARGED * box.height)
    large = cv2.warpAffine(plane, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(large, dtype=np.uint8)


def _sample(at: Field, bands: Iterable[Box], *planes: tuple[Picture, Picture]) -> None:
    """Read planes through one map, band by band: pairs of a source and where it is drawn."""
    for band in bands:
        part = np.s_[band.top : band.bottom, band.left : band.right]
        # In fixed point it is faster even if one plane alone is read.
        whole, fraction = cv2.convertMaps(at[part], None, cv2.CV_16SC2)  # type: ignore[call-overload]
        for source, out in planes:
            cv2.remap(
                source, whole, fraction, cv2.INTER_LINEAR, dst=out[part], borderMode=cv2.BORDER_REFLECT_101
            )


def _below(seam: Points, width: int, height: int) -> NDArray[np.uint8]:
    """1 below a line from left to right, 0 above it, (height, width); the line goes on level at its ends."""
    slope = seam[-1] - seam[0]
    ends = (seam[0] - 8 * slope, seam[-1] + 8 * slope)
    down = np.array([-slope[1], slope[0]]) * 8
    outline = np.concatenate([ends[0][None], seam, ends[1][None], [ends[1] + down, ends[0] + down]])
    return filled_sharply(outline, width, height)
