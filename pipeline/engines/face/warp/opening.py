"""The hole between the lips, and how a frame shows it.

Lengths are inter-ocular distances unless a name says pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import smooth_curve
from pipeline.engines.face.warp.faceframe import Points
from pipeline.engines.face.warp.lips import LipRig

Grey = NDArray[np.float32]

# Of the points along an inner edge of the lips.
_MIDDLE = 5
# Lips that are so far apart bare the teeth wholly.
_BARED = 0.13


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """How a frame shows the face: an affine map of the face's frame around the mouth to pixels.

    Attributes:
        axes: pixels per unit along x (first column) and y (second), (2, 2).
        origin: the pixel of the face's origin.
    """

    axes: NDArray[np.float64]
    origin: Points

    def to_face(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Grey, Grey]:
        """The face's coordinates of pixels."""
        (a, b), (c, d) = self.axes
        area = a * d - b * c
        px, py = x - self.origin[0], y - self.origin[1]
        across, down = (px * d - py * b) / area, (py * a - px * c) / area
        return across.astype(np.float32), down.astype(np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Opening:
    """The hole between the lips.

    Attributes:
        upper, lower: edges of the lips from left to right, smooth; in pixels where a frame is painted.
        gap: how far the lips are apart in the middle, in the face's frame.
        lower_y: where the lower one is there.
    """

    upper: Points
    lower: Points
    gap: float
    lower_y: float

    @property
    def bared(self) -> float:
        """How much the lips bare the teeth, 0 to 1: smoothly, so that no tooth appears in a single frame."""
        apart = min(self.gap / _BARED, 1.0)
        return apart * apart * (3.0 - 2.0 * apart)


def opening_of(lips: LipRig, weights: NDArray[np.float64], curve: NDArray[np.float64]) -> Opening:
    """The hole between the lips of the still head, in the face's frame.

    Args:
        lips: the lips.
        weights: of their modes.
        curve: what smooths their edges, of `brush.curve_matrix`.
    """
    upper, lower = lips.upper_inner.moved(weights), lips.lower_inner.moved(weights)
    lower[:, 1] = np.maximum(lower[:, 1], upper[:, 1])
    return Opening(
        upper=smooth_curve(upper, curve),
        lower=smooth_curve(lower, curve),
        gap=float(lower[_MIDDLE, 1] - upper[_MIDDLE, 1]),
        lower_y=float(lower[_MIDDLE, 1]),
    )
