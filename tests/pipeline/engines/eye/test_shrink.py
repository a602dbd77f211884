"""Pictures that are made smaller: sizes, scales, and no shape that breaks."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.eye.shrink import halve, shrink


@pytest.mark.parametrize(
    ("size", "small", "scale"),
    [
        ((300, 200), (300, 200), 1.0),
        ((900, 512), (512, 291), 512 / 900),
        ((2049, 1025), (512, 256), 512 / 1024 / 2),
        ((1, 4096), (1, 512), 512 / 4096),
    ],
)
def test_a_picture_fits_and_tells_its_scale(
    size: tuple[int, int], small: tuple[int, int], scale: float
) -> None:
    """Its longer side is what was asked, or what it was."""
    shown, by = shrink(np.full((*size, 3), 90, np.uint8), 512)
    assert shown.shape == (*small, 3)
    assert by == scale
    assert (shown == 90).all()


def test_what_is_halved_keeps_its_place() -> None:
    """A spot is found at the scale that is told, whatever odd lines were left out."""
    picture = np.zeros((1031, 2063, 3), np.uint8)
    picture[800:804, 1600:1604] = 255
    shown, by = halve(picture, 512)
    assert by == 0.25
    assert shown[200, 400].min() == 255
    assert shown.sum() == 255 * 3


def test_no_thin_picture_is_lost() -> None:
    """One line stays one line."""
    assert halve(np.zeros((1, 9000, 3), np.uint8), 512)[0].shape == (1, 9000, 3)
