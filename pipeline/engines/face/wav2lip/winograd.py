"""Convolutions of 3 x 3 with a third to a quarter of the multiplications: Winograd's minimal filtering.

A tile of the outcome, and the tile of what it is made from, one pixel larger on each side, are polynomials;
they are multiplied by their values at a few points. For tiles of 4 x 4 that takes 36 multiplications for
each pair of channels instead of 144. Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
2016 (arXiv 1509.09308). The points are symmetric and near 1, where rounding stays as small as that of the
direct sums (Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep
Neural Networks", 2020, arXiv 1803.10986).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

#: Sides of the tiles that can be made, each with its points beside infinity.
_POINTS: Mapping[int, tuple[Fraction, ...]] = MappingProxyType(
    {
        3: (Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2)),
        4: (Fraction(0), Fraction(3, 4), Fraction(-3, 4), Fraction(3, 2), Fraction(-3, 2)),
    }
)

_KERNEL = 3

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Transforms:
    """The three linear maps for tiles of one side; tiles and kernels are vectors, row by row.

    ``made = back @ ((kernel @ weights) * (given @ tile))``, with sums over channels in the middle.

    Attributes:
        tile: side of the tile that is made; that of what it is made from is larger by 2.
        given: (side², side²), of the tile that is given.
        kernel: (side², 9), of the kernel.
        back: (tile², side²), of the products.
    """

    tile: int
    given: Matrix
    kernel: Matrix
    back: Matrix

    @property
    def side(self) -> int:
        """Side of the tile that is given."""
        return self.tile + _KERNEL - 1


def transforms(tile: int) -> Transforms:
    """The maps for tiles of side 3 or 4, by Cook's and Toom's construction.

    Raises:
        KeyError: tiles of that side are not made.
    """
    points = _POINTS[tile]
    back = [[*(point**power for point in points), Fraction(int(power == tile - 1))] for power in range(tile)]
    kernel = [[point**power / _spread(point, points) for power in range(_KERNEL)] for point in points]
    kernel.append([Fraction(0), Fraction(0), Fraction(1)])
    others = [[other for other in points if other != point] for point in points]
    given = [[*_polynomial(roots), Fraction(0)] for roots in others]
    given.append(_polynomial(points))
    return Transforms(tile=tile, given=_both_ways(given), kernel=_both_ways(kernel), back=_both_ways(back))


def tile_for(size: int) -> int:
    """The side of tile that a map of that size is a whole number of: 4, or 3 for the smallest maps.

    Raises:
        ValueError: it is neither.
    """
    for tile in sorted(_POINTS, reverse=True):
        if size % tile == 0:
            return tile
    raise ValueError(size)


def _spread(point: Fraction, points: Sequence[Fraction]) -> Fraction:
    """The product of its distances from all others."""
    product = Fraction(1)
    for other in points:
        if other != point:
            product *= point - other
    return product


def _polynomial(roots: Sequence[Fraction]) -> list[Fraction]:
    """The coefficients, lowest power first, of the polynomial with these roots."""
    made = [Fraction(1)]
    for root in roots:
        higher = [Fraction(0), *made]
        lower = [*made, Fraction(0)]
        made = [above - root * below for above, below in zip(higher, lower, strict=True)]
    return made


def _both_ways(matrix: Sequence[Sequence[Fraction]]) -> Matrix:
    """The map along one axis as one along both, of tiles row by row."""
    once = np.array([[float(value) for value in row] for row in matrix])
    return np.kron(once, once)
