"""The lower face as two sheets of skin, one for each lip, on a coarse grid in the face's own frame.

The sheets' forward motion is a weighted sum of modes; a picture needs the way back, from where a point is
seen to where the portrait has it, and finds it by iteration.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import CHIN, JAW_LINE
from pipeline.engines.face.warp.ease import smoothstep
from pipeline.engines.face.warp.faceframe import FaceFrame, Points
from pipeline.engines.face.warp.lattice import Field, read
from pipeline.engines.face.warp.lips import LipRig, Mode
from pipeline.engines.face.warp.thinplate import spread

#: Cells of the grid in one inter-ocular distance.
CELLS = 30

_LEFT, _RIGHT, _TOP, _BELOW_CHIN = -1.0, 1.0, -0.70, 0.65

# Around the lips, in the face's frame.
_LIPS_ABOVE, _LIPS_BELOW, _LIPS_BESIDE = 0.30, 0.55, 0.32

# So far below the seam the lower sheet may be seen beside the upper one.
_LOWER_SEEN = 0.95

# From here to there beyond the jaw's outline the picture stands still.
_BELOW_JAW = (0.07, 0.22)

# Controls closer than this are one.
_SAME_PLACE = 0.004

# Steps for every second node of every second row, then for all.
_ROUGH_STEPS, _PLAIN_STEPS = 4, 2
_NEWTON_STEPS = 3
# How many cells beyond a node around the lips the portrait may have what is seen there.
_FARTHEST = 12
_LONGEST_STEP = 2.0
_LEAST_SLOPE = 0.15


@dataclass(frozen=True, kw_only=True, eq=False)
class FaceGrid:
    """Nodes `CELLS` to an inter-ocular distance; node (row 0, column 0) lies at `left`, `top`."""

    left: float
    top: float
    columns: int
    rows: int

    def nodes(self) -> Points:
        """All nodes in the face's frame, (rows * columns, 2), row by row."""
        x, y = np.meshgrid(np.arange(self.columns), np.arange(self.rows))
        return np.stack([self.left + x.ravel() / CELLS, self.top + y.ravel() / CELLS], axis=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """Nodes of the grid for which the way back is looked for.

    Attributes:
        cut: their rows and columns.
        nodes: where they lie, in cells of the grid, (rows, columns, 2).
        rough: every second of them in both directions.
        between: where they lie in a grid of those.
    """

    cut: tuple[slice, slice]
    nodes: Field
    rough: Field
    between: Field

    @classmethod
    def of(cls, nodes: Field, cut: tuple[slice, slice]) -> _Part:
        """A part of the grid's nodes."""
        part = np.ascontiguousarray(nodes[cut])
        rough = np.ascontiguousarray(part[::2, ::2])
        return cls(cut=cut, nodes=part, rough=rough, between=(part - part[0, 0]) * np.float32(0.5))


class LowerFace:
    """The two sheets of one face.

    Attributes:
        grid: where their nodes lie.
        apart: how far from the mouth's middle, to each side, the sheets differ.
    """

    def __init__(self, frame: FaceFrame, lips: LipRig) -> None:
        chin = max(float(frame.points[CHIN, 1]), 0.3)
        self.grid = FaceGrid(
            left=_LEFT,
            top=_TOP,
            columns=round((_RIGHT - _LEFT) * CELLS) + 1,
            rows=round((chin + _BELOW_CHIN - _TOP) * CELLS) + 1,
        )
        self.apart = lips.half_width + 0.16
        nodes = self.grid.nodes()
        window = _window(self.grid)[:, None, None]
        upper = _sheet(lips, nodes, upper=True) * window
        lower = _sheet(lips, nodes, upper=False) * window
        from_middle = np.abs(nodes[:, 0] - lips.centre)
        beside = 1.0 - smoothstep(lips.half_width + 0.01, self.apart, from_middle)
        lower = upper + (lower - upper) * beside[:, None, None]
        shape = (len(Mode), self.grid.rows, self.grid.columns, 2)
        # In cells of the grid; mode by mode, so that a frame adds whole planes.
        self._upper = _planes(upper, shape)
        self._lower = _planes(lower, shape)
        x, y = (nodes[:, k].reshape(self.grid.rows, self.grid.columns)[:-1, :-1] for k in (0, 1))
        edges = (lips.upper_inner.source, lips.lower_inner.source)
        above, below = (np.interp(x, edge[:, 0], edge[:, 1]) for edge in edges)
        self._seen = (y < above, y > below)
        columns, rows = np.meshgrid(
            np.arange(self.grid.columns, dtype=np.float32), np.arange(self.grid.rows, dtype=np.float32)
        )
        grid_nodes = np.ascontiguousarray(np.stack([columns, rows], axis=-1))
        self._lips = self._around_lips(lips)
        everywhere = slice(0, self.grid.rows), slice(0, self.grid.columns)
        # Farther from the lips the sheets are one, and above the seam the lower one is never seen.
        lowest = min(round((lips.seam + _LOWER_SEEN - self.grid.top) * CELLS), self.grid.rows)
        seen_low = slice(self._lips[0].start, max(lowest, self._lips[0].stop)), self._lips[1]
        self._all, self._low = (_Part.of(grid_nodes, cut) for cut in (everywhere, seen_low))
        self._near_lips = tuple(
            slice(max(part.start - _FARTHEST, 0), min(part.stop + _FARTHEST, count))
            for part, count in zip(self._lips, (self.grid.rows, self.grid.columns), strict=True)
        )
        around = self._near_lips[0].stop - self._near_lips[0].start
        corner = np.array([self._near_lips[1].start, self._near_lips[0].start], np.float32)
        near = grid_nodes[self._lips] - corner
        # Both sheets' nodes, the lower ones below the upper ones.
        self._lip_nodes = np.concatenate([near, near + np.array([0, around], np.float32)])
        self._along = _along(frame, self.grid)
        self._last: tuple[NDArray[np.float64], tuple[Field, Field]] | None = None

    def _around_lips(self, lips: LipRig) -> tuple[slice, slice]:
        """Rows and columns of the nodes around the lips."""
        reach = lips.half_width + _LIPS_BESIDE
        top, bottom = lips.seam - _LIPS_ABOVE - self.grid.top, lips.seam + _LIPS_BELOW - self.grid.top
        left, right = lips.centre - reach - self.grid.left, lips.centre + reach - self.grid.left
        rows = np.clip(np.round(np.array([top, bottom]) * CELLS).astype(int), 0, self.grid.rows)
        columns = np.clip(np.round(np.array([left, right]) * CELLS).astype(int), 0, self.grid.columns)
        return slice(int(rows[0]), int(rows[1])), slice(int(columns[0]), int(columns[1]))

    def forward(self, weights: NDArray[np.float64]) -> tuple[Field, Field]:
        """Where the upper and the lower sheet's nodes go: (rows, columns, 2) float32, in cells."""
        return _mix(self._upper, weights), _mix(self._lower, weights)

    def backward(self, weights: NDArray[np.float64]) -> tuple[Field, Field]:
        """For each node, how far from it (in cells) the portrait has what is seen there, on either sheet.

        What was found last is given again while the mouth stands still; it must not be written to.
        """
        if self._last is None or not np.array_equal(self._last[0], weights):
            self._last = (weights.copy(), self._way_back(self.forward(weights)))
        return self._last[1]

    def _way_back(self, forward: tuple[Field, Field]) -> tuple[Field, Field]:
        """The way back of what `forward` gives.

        A few plain steps serve the calm parts; around the lips, where skin is stretched to more than
        twice its size, Newton's steps follow.
        """
        upper = _plain_way(forward[0], self._all)
        lower = upper.copy()
        lower[self._low.cut] = _plain_way(forward[1], self._low)
        near = np.concatenate([upper[self._lips], lower[self._lips]])
        near = _newtons_way(
            np.concatenate([sheet[self._near_lips] for sheet in forward]), self._lip_nodes, near
        )
        half = len(near) // 2
        upper[self._lips], lower[self._lips] = near[:half], near[half:]
        # What is seen below the jaw is behind it: there the picture soon stands still.
        for sheet in (upper, lower):
            sheet[self._along[0]] *= self._along[1]
        return upper, lower

    def least_area(self, weights: NDArray[np.float64]) -> float:
        """The smallest factor by which the area of a seen cell changes; 0 or less where skin folds over."""
        return min(
            float(_areas(sheet)[seen].min(initial=1.0))
            for sheet, seen in zip(self.forward(weights), self._seen, strict=True)
        )


def _areas(forward: Field) -> Field:
    """The factor by which each cell's area changes, (rows - 1, columns - 1)."""
    across, down = np.diff(forward, axis=1)[:-1], np.diff(forward, axis=0)[:, :-1]
    areas: Field = (1 + across[..., 0]) * (1 + down[..., 1]) - across[..., 1] * down[..., 0]
    return areas


def _plain_way(forward: Field, part: _Part) -> Field:
    """How far from a part's nodes lies what a sheet shows there, but for the last fractions of a cell."""
    back = -forward[part.cut][::2, ::2]
    for _ in range(_ROUGH_STEPS):
        back = -read(forward, part.rough + back, cv2.BORDER_REPLICATE)
    back = read(back, part.between, cv2.BORDER_REPLICATE)
    for _ in range(_PLAIN_STEPS):
        back = -read(forward, part.nodes + back, cv2.BORDER_REPLICATE)
    return back


def _newtons_way(forward: Field, nodes: Field, back: Field) -> Field:
    """The same by Newton's steps, from a beginning near to it; they are kept short."""
    across, down = (
        np.asarray(cv2.Sobel(forward, cv2.CV_32F, x, y, ksize=1, scale=0.5), np.float32)
        for x, y in ((1, 0), (0, 1))
    )
    one, longest = np.float32(1), np.float32(_LONGEST_STEP)
    for number in range(_NEWTON_STEPS):
        at = nodes + back
        # Where the last step begins the slopes are as good as known.
        if number < _NEWTON_STEPS - 1:
            xx, yx = cv2.split(read(across, at, cv2.BORDER_REPLICATE))
            xy, yy = cv2.split(read(down, at, cv2.BORDER_REPLICATE))
            xx += one
            yy += one
            area = np.maximum(xx * yy - xy * yx, np.float32(_LEAST_SLOPE))
        x, y = cv2.split(back + read(forward, at, cv2.BORDER_REPLICATE))
        step: Field = cv2.merge([(x * yy - y * xy) / area, (y * xx - x * yx) / area])
        np.maximum(step, -longest, out=step)
        back = back - np.minimum(step, longest, out=step)
    return back


def _sheet(lips: LipRig, nodes: Points, *, upper: bool) -> NDArray[np.float64]:
    """Each mode's displacement of the nodes, (nodes, 2, modes)."""
    outer, inner = (lips.upper_outer, lips.upper_inner) if upper else (lips.lower_outer, lips.lower_inner)
    controls = np.concatenate([lips.skin, outer.source, inner.source])
    motion = np.concatenate([lips.skin_motion, outer.motion, inner.motion])
    controls, motion = _distinct(controls, motion)
    found = spread(controls, motion.reshape(len(controls), -1), nodes)
    return found.reshape(len(nodes), 2, len(Mode))


def _distinct(controls: Points, motion: NDArray[np.float64]) -> tuple[Points, NDArray[np.float64]]:
    """Without points that all but coincide with an earlier one: a spline cannot part them."""
    away = controls[:, None] - controls[None]
    near = (away * away).sum(axis=2) < _SAME_PLACE**2
    kept = ~np.tril(near, -1).any(axis=1)
    return controls[kept], motion[kept]


def _window(grid: FaceGrid) -> NDArray[np.float64]:
    """1 inside, falling to 0 at the grid's border, so that the skin beyond stays where it is."""

    def edge(count: int, soft: float) -> NDArray[np.float64]:
        to_border = np.minimum(np.arange(count), count - 1 - np.arange(count)) / (count - 1)
        return smoothstep(0.0, soft, to_border)

    return np.outer(edge(grid.rows, 0.12), edge(grid.columns, 0.12)).ravel()


def _along(frame: FaceFrame, grid: FaceGrid) -> tuple[slice, Field]:
    """How far what is seen at the nodes goes with the face, 0 to 1: rows, and (rows, columns, 1) of those.

    All the way on the face, and less and less from its jaw on: a chin slides over neck and collar.
    """
    jaw = frame.points[list(JAW_LINE)]
    jaw = jaw[np.argsort(jaw[:, 0], kind="stable")]
    # The outline goes on upwards from both ends.
    jaw = np.concatenate([[[jaw[0, 0], _TOP]], jaw, [[jaw[-1, 0], _TOP]]])
    nodes = grid.nodes()
    start, way = jaw[:-1], np.diff(jaw, axis=0)
    length = np.maximum((way * way).sum(axis=1), 1e-12)
    part = np.clip(((nodes[:, None] - start) * way).sum(axis=2) / length, 0.0, 1.0)
    apart = nodes[:, None] - start - part[..., None] * way
    away = np.sqrt((apart * apart).sum(axis=2).min(axis=1))
    inside = nodes[:, 1] < np.interp(nodes[:, 0], jaw[:, 0], jaw[:, 1], left=_TOP, right=_TOP)
    along = 1.0 - smoothstep(*_BELOW_JAW, np.where(inside, 0.0, away))
    along = along.reshape(grid.rows, grid.columns, 1).astype(np.float32)
    first = int(np.flatnonzero((along < 1.0).any(axis=(1, 2)))[0])
    return slice(first, grid.rows), np.ascontiguousarray(along[first:])


def _planes(sheet: NDArray[np.float64], shape: tuple[int, int, int, int]) -> NDArray[np.float32]:
    return np.ascontiguousarray(np.moveaxis(sheet, 2, 0).reshape(shape) * CELLS, dtype=np.float32)


def _mix(planes: NDArray[np.float32], weights: NDArray[np.float64]) -> Field:
    mixed: Field = planes[0] * np.float32(weights[0])
    for plane, weight in zip(planes[1:], weights[1:], strict=True):
        if weight != 0.0:
            mixed += plane * np.float32(weight)
    return mixed
