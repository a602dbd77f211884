"""The shape of an eye in a picture, and where each pixel lies in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.brush import curve_matrix, smooth_curve
from pipeline.engines.face.warp.faceframe import Points
from pipeline.engines.face.warp.lattice import Box

Values = NDArray[np.float32]

#: Points of a lid's smooth edge.
DENSE = 25


@dataclass(frozen=True, kw_only=True, eq=False)
class EyeShape:
    """An eye in pixels of a picture.

    Attributes:
        upper, lower: edges of the lids from the picture's left to its right, (25, 2).
        brow: landmarks of the brow, (n, 2).
        pupil: the iris's middle.
        iris: the iris's radius.
        unit: the inter-ocular distance.
        down: unit vector down the face.
        outer: -1 where the corner away from the nose is the left one, 1 where it is the right one.
    """

    upper: Points
    lower: Points
    brow: Points
    pupil: Points
    iris: float
    unit: float
    down: Points
    outer: int

    @property
    def along(self) -> Points:
        """Unit vector along the line of the eyes."""
        return np.array([self.down[1], -self.down[0]])

    @property
    def width(self) -> float:
        """From corner to corner."""
        across = self.upper[-1] - self.upper[0]
        return float(np.sqrt(across[0] * across[0] + across[1] * across[1]))

    @property
    def openness(self) -> float:
        """How far the lids are apart in the middle, as a part of the eye's width."""
        gap = (self.lower - self.upper)[DENSE // 4 : -DENSE // 4]
        apart = gap[:, 0] * self.down[0] + gap[:, 1] * self.down[1]
        return float(np.median(apart)) / max(self.width, 1.0)

    def box(self, reach: tuple[float, float, float], size: tuple[int, int]) -> Box | None:
        """The part of a picture of a width and height around the eye; even. None where nothing of it is.

        Args:
            reach: how far above and below the lids and beside their corners, in inter-ocular distances.
            size: of the picture.
        """
        above, below, beside = (self.unit * part for part in reach)
        along, down = self.along, self.down
        corners = np.concatenate(
            [
                edge + side * beside * along + way * down
                for edge, way in ((self.upper, -above), (self.lower, below))
                for side in (-1, 1)
            ]
        )
        first = np.clip(np.floor(corners.min(axis=0)), 0, size).astype(int) // 2 * 2
        last = np.clip(np.ceil(corners.max(axis=0)), 0, size).astype(int) // 2 * 2
        if (last - first).min() < 8:  # noqa: PLR2004 - nothing of the eye is in the picture
            return None
        return Box(left=int(first[0]), top=int(first[1]), right=int(last[0]), bottom=int(last[1]))


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """Where the pixels of a plane lie in an eye, all (height, width), lengths in pixels of the picture.

    Attributes:
        depth: how far below the upper lid, in the direction down the face.
        gap: how far the lids are apart there; 0 beside the eye.
        side: -1 in the eye's left corner, 1 in its right one.
        across, under: from the pupil, along the line of the eyes and down.
    """

    depth: Values
    gap: Values
    side: Values
    across: Values
    under: Values


def place(eye: EyeShape, box: Box, *, step: int) -> Place:
    """Where the pixels of a part of a plane lie; a plane's pixel is `step` of the picture's wide and high."""
    x = box.left + (np.arange(box.width // step) + 0.5) * step - 0.5
    y = box.top + (np.arange(box.height // step) + 0.5) * step - 0.5
    middle = (eye.upper + eye.lower).mean(axis=0) / 2
    along, down = eye.along, eye.down
    u, v = _turned(x[None, :] - middle[0], y[:, None] - middle[1], along, down)
    upper, lower = (
        np.stack(_turned(edge[:, 0] - middle[0], edge[:, 1] - middle[1], along, down), axis=1)
        for edge in (eye.upper, eye.lower)
    )
    at = np.maximum.accumulate((upper[:, 0] + lower[:, 0]) / 2)
    # In its corners an eye has no height.
    top, bottom = upper[:, 1], np.maximum(lower[:, 1], upper[:, 1])
    gap = bottom - top
    gap[[0, -1]] = 0.0
    half = max((at[-1] - at[0]) / 2, 1.0)
    across, under = _turned(x[None, :] - eye.pupil[0], y[:, None] - eye.pupil[1], along, down)
    return Place(
        depth=(v - np.interp(u, at, top)).astype(np.float32),
        gap=np.interp(u, at, gap).astype(np.float32),
        side=((u - (at[0] + at[-1]) / 2) / half).astype(np.float32),
        across=across.astype(np.float32),
        under=under.astype(np.float32),
    )


def eye_shape(
    pixels: Points, unit: float, down: Points, *, lids: Sequence[Sequence[int]], brow: Sequence[int],
    iris: Sequence[int], outer: int,
) -> EyeShape:  # fmt: skip
    """The shape of one eye.

    Args:
        pixels: all landmarks, in pixels of the picture.
        unit: the inter-ocular distance, in pixels.
        down: unit vector down the face.
        lids: landmarks of the upper and of the lower lid, from left to right.
        brow: landmarks of the brow.
        iris: landmarks of the iris: its middle and four points around it.
        outer: -1 where the corner away from the nose is the left one, 1 where it is the right one.
    """
    upper, lower = (pixels[list(lid)] for lid in lids)
    matrix = curve_matrix(len(upper), DENSE)
    pupil, around = pixels[iris[0]], pixels[list(iris[1:])]
    away = around - pupil
    return EyeShape(
        upper=smooth_curve(upper, matrix),
        lower=smooth_curve(lower, matrix),
        brow=pixels[list(brow)],
        pupil=pupil,
        iris=float(np.mean(np.sqrt(away[:, 0] * away[:, 0] + away[:, 1] * away[:, 1]))),
        unit=unit,
        down=down,
        outer=outer,
    )


def _turned(
    x: NDArray[np.float64], y: NDArray[np.float64], along: Points, down: Points
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Components of vectors along the line of the eyes and down the face."""
    return x * along[0] + y * along[1], x * down[0] + y * down[1]
