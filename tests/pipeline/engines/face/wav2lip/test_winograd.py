"""Convolutions with fewer multiplications are convolutions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.winograd import tile_for, transforms


def _sums(given_tile: NDArray[np.float64], weights: NDArray[np.float64], tile: int) -> NDArray[np.float64]:
    """Each pixel as the sum of nine products."""
    return np.array(
        [
            [(given_tile[row : row + 3, column : column + 3] * weights).sum() for column in range(tile)]
            for row in range(tile)
        ]
    )


@given(st.sampled_from([3, 4]), st.integers(0, 1000))
def test_a_tile_is_the_sums_of_products(tile: int, seed: int) -> None:
    """For any tile and kernel, to the rounding of double precision."""
    chance = np.random.default_rng(seed)
    maps = transforms(tile)
    shown = chance.standard_normal((maps.side, maps.side))
    weights = chance.standard_normal((3, 3))
    made = maps.back @ ((maps.kernel @ weights.ravel()) * (maps.given @ shown.ravel()))
    assert np.allclose(made.reshape(tile, tile), _sums(shown, weights, tile), atol=1e-12)


@pytest.mark.parametrize("tile", [3, 4])
def test_single_precision_loses_little(tile: int) -> None:
    """Over hundreds of channels the error stays below a hundred thousandth of what is made."""
    chance = np.random.default_rng(tile)
    maps = transforms(tile)
    shown = np.abs(chance.standard_normal((256, maps.side, maps.side)))
    weights = chance.standard_normal((256, 3, 3)) / 16
    true = sum(_sums(*pair, tile) for pair in zip(shown, weights, strict=True))
    single = [part.astype(np.float32) for part in (maps.given, maps.kernel, maps.back)]
    points = single[0] @ shown.astype(np.float32).reshape(256, -1).T
    kernels = single[1] @ weights.astype(np.float32).reshape(256, -1).T
    made = single[2] @ (points * kernels).sum(axis=1)
    assert np.abs(made.reshape(tile, tile) - true).max() < 1e-5 * np.abs(true).max()


@pytest.mark.parametrize(("size", "tile"), [(3, 3), (6, 3), (12, 4), (24, 4), (48, 4), (96, 4)])
def test_maps_are_whole_numbers_of_tiles(size: int, tile: int) -> None:
    """Every size of the decoder's."""
    assert tile_for(size) == tile


def test_other_sizes_have_no_tiles() -> None:
    """They are refused, by their number."""
    with pytest.raises(ValueError, match="5"):
        tile_for(5)
