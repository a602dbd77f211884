"""Lattices of nodes over a picture, each in the middle of a cell of whole pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.faceframe import Points

Field = NDArray[np.float32]


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

    def shared(self, other: Box) -> Box:
        """The part that both have; without width or height, or less, where they have none."""
        return Box(
            left=max(self.left, other.left),
            top=max(self.top, other.top),
            right=min(self.right, other.right),
            bottom=min(self.bottom, other.bottom),
        )

    def within(self, corner: Box) -> tuple[slice, slice]:
        """Rows and columns of this box in an array whose first pixel is the corner of another."""
        return (
            slice(self.top - corner.top, self.bottom - corner.top),
            slice(self.left - corner.left, self.right - corner.left),
        )

    def moved(self, right: int, down: int) -> Box:
        """A box of the same size, so many pixels farther to the right and down."""
        return Box(
            left=self.left + right, top=self.top + down, right=self.right + right, bottom=self.bottom + down
        )

    def halved(self) -> Box:
        """The same part in a plane of half the width and height."""
        return Box(left=self.left // 2, top=self.top // 2, right=self.right // 2, bottom=self.bottom // 2)


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """Cells of `cell` by `cell` pixels, `cell` even; the first one's corner is the pixel `left`, `top`."""

    left: int
    top: int
    columns: int
    rows: int
    cell: int

    def nodes(self) -> Points:
        """Pixel coordinates of the nodes, (rows, columns, 2)."""
        x = self.left + (np.arange(self.columns) + 0.5) * self.cell - 0.5
        y = self.top + (np.arange(self.rows) + 0.5) * self.cell - 0.5
        return np.stack(np.meshgrid(x, y), axis=-1)

    def read(self, field: Field, points: Field) -> Field:
        """A field that is given at the nodes, between them, at pixels (n, 2)."""
        half = np.float32(0.5)
        corner = np.array([self.left, self.top], np.float32)
        at = (points - corner + half) / np.float32(self.cell) - half
        found: Field = read(field, at[None], cv2.BORDER_REPLICATE)[0]
        return found


def spread(field: Field, cell: int, interpolation: int) -> Field:
    """A field that is given at nodes, in the middle of `cell` by `cell` pixels each, at every pixel."""
    size = (field.shape[1] * cell, field.shape[0] * cell)
    return np.asarray(cv2.resize(field, size, interpolation=interpolation), np.float32)


def read(field: Field, at: Field, border: int) -> Field:
    """A field of any number of channels, read between its nodes."""
    found = cv2.remap(field, at, None, cv2.INTER_LINEAR, borderMode=border)  # type: ignore[call-overload]
    return np.asarray(found, dtype=np.float32)
