"""What stands behind a head: the portrait's background goes on a little way behind it, and stands still.

The head is laid before it with a soft edge that goes with it, so that nothing behind the head bends.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import disc
from pipeline.engines.face.warp.lattice import Box, Field, Lattice, read
from pipeline.engines.face.warp.layers import part_of
from pipeline.engines.face.warp.outline import Outline
from pipeline.media.picture import Planes

Picture = NDArray[np.uint8]
_Values = NDArray[np.int16]

# The head's cover is given in so many parts, as a power of two.
_BITS = 7
_ALL = 1 << _BITS

# How far the head moves in most frames, and at most, in inter-ocular distances; behind it the background goes
# on some more.
_REACHES = (0.06, 0.16)
_BEHIND = 0.25

# So many groups are looked up in a row: the longest row that OpenCV reads is 32767.
_ROW = 256

# Kinds of numbers by their bytes: pixels beside one another are fetched and laid down together.
_KINDS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Edge:
    """Where the head's edge can be: n groups of `across` blocks of two by two pixels, one of chroma each.

    Attributes:
        across: blocks beside one another in a group.
        nodes: the groups' middles in columns and rows of the lattice, (rows, `_ROW`, 2), the last repeated.
        luma: indices of the groups' upper and lower rows in the frame's plane, in groups, (2, n).
        chroma: indices into its planes, in groups, (n,).
        behind_luma: what stands behind the head there, (2, n, 2 * across).
        behind_blue, behind_red: likewise, (n, across).
    """

    across: int
    nodes: Field
    luma: NDArray[np.intp]
    chroma: NDArray[np.intp]
    behind_luma: _Values
    behind_blue: _Values
    behind_red: _Values


class Plate:
    """The background around a head and a little way behind it.

    Args:
        still: the portrait's planes.
        outline: of the person.
        drawn: which blocks of two by two pixels in `box` may move, (height / 2, width / 2).
        box: the part of the picture that moves.
        lattice: the nodes over it.
        unit: the inter-ocular distance, in pixels.
    """

    def __init__(
        self,
        still: Planes,
        outline: Outline,
        drawn: NDArray[np.bool_],
        *,
        box: Box,
        lattice: Lattice,
        unit: float,
    ) -> None:
        x, y = (
            2.0 * np.arange(side // 2) + first + 0.5
            for first, side in ((box.left, box.width), (box.top, box.height))
        )
        blocks = np.stack(np.meshgrid(x, y), axis=-1)
        self._cover = np.round(outline.cover(blocks) * _ALL).astype(np.uint8)
        self._unit = unit
        part = part_of(still, box.left, box.top, box.height, box.width)
        behind = Planes(*(plane.copy() for plane in still))
        inner = part_of(behind, box.left, box.top, box.height, box.width)
        for plane, continued in zip(inner, _continued(part, outline.hidden(blocks), unit), strict=True):
            plane[...] = continued
        self._edges = tuple(
            _edge(behind, self._may_show(round(reach * unit / 2)) & drawn, box, lattice) for reach in _REACHES
        )

    def lay(self, out: Planes, wide: Field, farthest: float) -> None:
        """Lay the background around a head that was drawn, where the head does not cover it.

        Args:
            out: the whole frame, written in place.
            wide: where in the part that moves each node was read, in its pixels.
            farthest: how far, in pixels, anything of the head is from where it was.
        """
        edge = self._edges[farthest > _REACHES[0] * self._unit]
        count, across = len(edge.chroma), edge.across
        if not count:
            return
        # From pixels of the part to its blocks; within a group they are side by side.
        middles = (read(wide, edge.nodes, cv2.BORDER_REPLICATE) - np.float32(0.5)) / 2
        at = np.repeat(middles, across, axis=1)
        at.reshape(-1, across, 2)[..., 0] += np.arange(across, dtype=np.float32) - np.float32(
            (across - 1) / 2
        )
        found = cv2.remap(self._cover, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
        cover = np.asarray(found).reshape(-1, across)[:count].astype(np.int16)
        _lay(out.luma, edge.luma, edge.behind_luma, np.repeat(cover, 2, axis=1))
        _lay(out.blue, edge.chroma, edge.behind_blue, cover)
        _lay(out.red, edge.chroma, edge.behind_red, cover)

    def _may_show(self, reach: int) -> NDArray[np.bool_]:
        """Blocks at which a head that is moved by this much may not cover all."""
        return np.asarray(cv2.erode(self._cover, disc(reach)) < _ALL)


def _edge(behind: Planes, blocks: NDArray[np.bool_], box: Box, lattice: Lattice) -> _Edge:
    height, width = behind.blue.shape
    across = 4 if width % 4 == 0 else 1
    whole = np.zeros((height, width), np.bool_)
    part = box.halved()
    whole[part.top : part.bottom, part.left : part.right] = blocks
    rows, columns = np.nonzero(whole.reshape(height, -1, across).any(axis=2))
    middles = np.stack([(2 * columns + 1) * across - 1, 2 * rows], axis=-1) - (lattice.left, lattice.top)
    nodes = ((middles + 1.0) / lattice.cell - 0.5).astype(np.float32)
    filled = np.pad(nodes, ((0, -len(nodes) % _ROW), (0, 0)), mode="edge") if len(nodes) else nodes
    many = width // across
    luma = 2 * many * rows + columns + np.array([[0], [many]])
    chroma = many * rows + columns
    return _Edge(
        across=across,
        nodes=filled.reshape(-1, _ROW, 2),
        luma=luma,
        chroma=chroma,
        behind_luma=_pixels(behind.luma, luma, 2 * across).astype(np.int16),
        behind_blue=_pixels(behind.blue, chroma, across).astype(np.int16),
        behind_red=_pixels(behind.red, chroma, across).astype(np.int16),
    )


def _pixels(plane: Picture, at: NDArray[np.intp], together: int) -> Picture:
    """The pixels of groups of so many, (..., together)."""
    groups = plane.reshape(-1).view(_KINDS[together])[at]
    return groups.view(np.uint8).reshape(*at.shape, together)


def _lay(plane: Picture, at: NDArray[np.intp], behind: _Values, cover: _Values) -> None:
    """The plane where the head covers, what is behind where it does not; itself where both are equal."""
    together = behind.shape[-1]
    more = np.subtract(_pixels(plane, at, together), behind, dtype=np.int16)
    more *= cover
    more >>= _BITS
    more += behind
    mixed = more.astype(np.uint8)
    plane.reshape(-1).view(_KINDS[together])[at] = mixed.view(_KINDS[together])[..., 0]


def _continued(part: Planes, hidden: NDArray[np.bool_], unit: float) -> Planes:
    """A part of the portrait in which the background goes on, some way, behind what hides it."""
    # A place is found to a part of a block, so that a head at rest may be read a little beside it.
    whole = np.asarray(cv2.erode(hidden.astype(np.uint8), disc(1)), np.uint8)
    ring = whole - np.asarray(cv2.erode(whole, disc(round(_BEHIND * unit / 2))), np.uint8)
    large = np.repeat(np.repeat(ring, 2, axis=0), 2, axis=1)
    return Planes(
        *(
            np.asarray(cv2.inpaint(np.ascontiguousarray(plane), mask, 3, cv2.INPAINT_TELEA), np.uint8)
            for plane, mask in zip(part, (large, ring, ring), strict=True)
        )
    )
