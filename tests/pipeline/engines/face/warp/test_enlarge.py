"""Pictures at twice their size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.engines.face.warp.enlarge import ENLARGED, enlarged
from pipeline.engines.face.warp.lattice import Box
from tests.support.portraits import leo

_PARTS = [
    pytest.param(Box(left=0, top=0, right=120, bottom=90), id="all of it"),
    pytest.param(Box(left=10, top=20, right=70, bottom=88), id="inside"),
    pytest.param(Box(left=118, top=0, right=120, bottom=2), id="a corner"),
]


@pytest.mark.parametrize("box", _PARTS)
@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_what_a_general_map_with_the_same_kernel_gives(box: Box, channels: int) -> None:
    """To one level, OpenCV's affine map with Lanczos's kernel; every second pixel is the picture's own."""
    picture = np.ascontiguousarray(leo()[300:390, 400:520])
    if channels == 1:
        picture = np.ascontiguousarray(picture[..., 1])
    large = enlarged(picture, box)
    matrix = np.array([[ENLARGED, 0.0, -ENLARGED * box.left], [0.0, ENLARGED, -ENLARGED * box.top]])
    size = (ENLARGED * box.width, ENLARGED * box.height)
    mapped = cv2.warpAffine(
        picture, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101
    )
    assert large.shape == mapped.shape
    assert np.abs(large.astype(int) - mapped).max() <= 1
    assert np.array_equal(large[::2, ::2], picture[box.top : box.bottom, box.left : box.right])


def test_a_plain_picture_stays_plain() -> None:
    """No kernel adds or takes light."""
    for level in (0, 16, 255):
        picture = np.full((9, 12), level, np.uint8)
        assert np.all(enlarged(picture, Box(left=0, top=0, right=12, bottom=9)) == level)
