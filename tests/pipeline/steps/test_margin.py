"""Thin lines at a picture's edges are found, and nothing is taken from a picture that has none."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.plan.canvas import Area
from pipeline.steps.margin import without_margin
from tests.support import portraits
from tests.support.portraits import Picture


def _framed(
    picture: Picture, *, top: int = 0, bottom: int = 0, left: int = 0, right: int = 0, colour: int = 250
) -> Picture:
    return np.pad(picture, ((top, bottom), (left, right), (0, 0)), constant_values=colour)


@pytest.mark.parametrize("picture", [portraits.astronaut(), portraits.leo()], ids=["photograph", "drawing"])
def test_a_picture_without_a_frame_is_whole(picture: Picture) -> None:
    """Flags, collars and shoulders that end at the edge are none."""
    assert without_margin(picture) == Area(x=0, y=0, width=picture.shape[1], height=picture.shape[0])


@pytest.mark.parametrize("colour", [0, 250])
def test_what_is_left_of_a_frame_is_left_out(colour: int) -> None:
    """Lines of one colour at any edge, and the first one of the picture, which holds some of it."""
    framed = _framed(portraits.leo(), top=2, left=5, right=3, colour=colour)
    assert without_margin(framed) == Area(x=6, y=3, width=1080 - 2, height=1080 - 1)


def test_a_broad_edge_is_meant() -> None:
    """What is wider than a frame's rest belongs to the picture."""
    framed = _framed(portraits.leo(), bottom=40)
    assert without_margin(framed).height == framed.shape[0]


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (8, 8), (300, 4)])
def test_no_shape_of_picture_is_lost(size: tuple[int, int]) -> None:
    """However thin a picture is, something of it is left."""
    for picture in (np.zeros((*size, 3), np.uint8), np.tile(np.uint8([[[0] * 3, [255] * 3]]), (*size, 1))):
        inner = without_margin(np.ascontiguousarray(picture))
        assert inner.width > 0
        assert inner.height > 0
