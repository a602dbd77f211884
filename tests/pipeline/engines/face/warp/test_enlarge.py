"""Pictures at some times their size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.engines.face.warp.enlarge import enlarged
from pipeline.engines.face.warp.lattice import Box
from tests.support.portraits import leo

_PARTS = [
    pytest.param(Box(left=0, top=0, right=120, bottom=90), id="all of it"),
    pytest.param(Box(left=10, top=20, right=70, bottom=88), id="inside"),
    pytest.param(Box(left=118, top=0, right=120, bottom=2), id="a corner"),
]
_TIMES = pytest.mark.parametrize("times", [2, 3])


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("box", _PARTS)
@pytest.mark.parametrize("channels", [1, 3])
def test_its_own_pixels_stay_and_what_is_between_them_fits(box: Box, channels: int, times: int) -> None:
    """Some pixels are the picture's own; the others are near to what Lanczos's kernel puts there."""
    picture = np.ascontiguousarray(leo()[300:390, 400:520])
    if channels == 1:
        picture = np.ascontiguousarray(picture[..., 1])
    large = enlarged(picture, box, times)
    matrix = np.array([[times, 0.0, -times * box.left], [0.0, times, -times * box.top]], np.float64)
    size = (times * box.width, times * box.height)
    mapped = cv2.warpAffine(
        picture, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101
    )
    assert large.shape == mapped.shape
    assert np.abs(large.astype(int) - mapped).mean() <= 1
    assert np.array_equal(large[::times, ::times], picture[box.top : box.bottom, box.left : box.right])


@_TIMES
def test_a_plain_picture_stays_plain(times: int) -> None:
    """No kernel adds or takes light."""
    for level in (0, 16, 255):
        picture = np.full((9, 12), level, np.uint8)
        assert np.all(enlarged(picture, Box(left=0, top=0, right=12, bottom=9), times) == level)


@_TIMES
@pytest.mark.parametrize("waves", [40.0, 12.0, 5.0, 3.0])
def test_read_linearly_fine_detail_keeps_its_strength(waves: float, times: int) -> None:
    """Waves some pixels long, moved by every part of a pixel, are on the mean as strong as they were."""
    x = np.arange(240, dtype=np.float64)
    picture = np.round(128 + 30 * np.cos(2 * np.pi * x / waves))[None].repeat(4, axis=0).astype(np.uint8)
    large = enlarged(picture, Box(left=0, top=0, right=240, bottom=4), times)[0].astype(np.float64)
    strengths = []
    for part in np.linspace(0, 1, 24, endpoint=False):
        moved = np.interp((x + part) * times, np.arange(len(large)), large)[12:-12]
        inside = (x + part)[12:-12]
        strengths.append(2 * np.mean((moved - 128) * np.cos(2 * np.pi * inside / waves)) / 30)
    assert np.mean(strengths) == pytest.approx(1.0, abs=0.12)
    assert min(strengths) > 0.8


@_TIMES
def test_hard_edges_do_not_ring(times: int) -> None:
    """Two pixels beside an edge and farther, what is plain differs by a few levels at most."""
    picture = np.full((12, 40), 40, np.uint8)
    picture[:, 20:] = 220
    for turned in (False, True):
        given = np.ascontiguousarray(picture.T) if turned else picture
        height, width = given.shape
        large = enlarged(given, Box(left=0, top=0, right=width, bottom=height), times)
        line = (large.T if turned else large)[0].astype(int)
        assert np.abs(line[: 18 * times] - 40).max() <= 4
        assert np.abs(line[22 * times :] - 220).max() <= 4
        assert line.min() > 40 - 30
        assert line.max() < 220 + 30


def test_a_soft_picture_needs_none_of_it() -> None:
    """One that was enlarged three times loses a twentieth of its sharpness at most when read linearly."""
    small = leo()[300:390, 400:520, 1]
    soft = cv2.resize(small, None, fx=3, fy=3, interpolation=cv2.INTER_LANCZOS4)
    halfway = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    moved = cv2.warpAffine(soft, halfway, (soft.shape[1], soft.shape[0]), flags=cv2.INTER_LINEAR)
    steps = [
        np.sqrt(np.square(np.diff(part[8:-8, 8:-8].astype(float), axis=1)).mean()) for part in (soft, moved)
    ]
    assert steps[1] > 0.95 * steps[0]
