"""What is promised of a film where its portrait does not reach."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.plan.canvas import Area
from pipeline.steps.backdrop import before, blurred, through
from tests.support import portraits

SHOWN = portraits.leo()[:720, :540]
MIDDLE = Area(x=370, y=0, width=540, height=720)


def test_the_middle_of_the_portrait_is_untouched() -> None:
    """Only a narrow rim melts into the background."""
    film = blurred(SHOWN, MIDDLE, 1280, 720)
    assert film.shape == (720, 1280, 3)
    rim = 36 + 1
    assert np.array_equal(film[:, 370 + rim : 910 - rim], SHOWN[:, rim:-rim])


def test_a_wall_stays_a_wall() -> None:
    """The background goes on in the colour that the portrait's edge has."""
    shown = np.full((720, 540, 3), (90, 120, 150), np.uint8)
    film = blurred(shown, MIDDLE, 1280, 720)
    assert np.abs(film.astype(int) - (90, 120, 150)).max() <= 1


def test_a_line_at_the_edge_of_a_scan_is_not_drawn_out() -> None:
    """Scans and screenshots have frames of a pixel or two; they leave no streak and no bright band."""
    shown = np.full((720, 540, 3), 90, np.uint8)
    shown[:, :3] = 255
    shown[:, -3:] = 0
    film = blurred(shown, MIDDLE, 1280, 720)
    assert np.abs(film.astype(int) - 90).max() <= 12


@pytest.mark.parametrize(
    ("at", "size"),
    [
        (Area(x=0, y=200, width=540, height=560), (540, 960)),
        (Area(x=0, y=400, width=540, height=560), (540, 960)),
        (Area(x=20, y=30, width=540, height=560), (600, 700)),
    ],
)
def test_above_below_and_all_around(at: Area, size: tuple[int, int]) -> None:
    """Bands on any sides are filled, and where the portrait reaches the film's edge, it stays sharp."""
    shown = portraits.leo()[300:860, 270:810]
    film = blurred(shown, at, *size)
    assert film.shape == (size[1], size[0], 3)
    steps = np.abs(np.diff(film[: at.y + 30].astype(int), axis=0)).mean(axis=(1, 2))
    assert steps.max() < 8
    if at.y + at.height == size[1]:
        assert np.array_equal(film[-40:, 30:-30], shown[-40:, 30:-30])


def test_a_colour_is_that_colour() -> None:
    """All that the portrait leaves of the film, to the pixel."""
    film = before(SHOWN, MIDDLE, 1280, 720, (95, 58, 31))
    assert np.array_equal(film[:, 370:910], SHOWN)
    assert (film[:, :370] == (95, 58, 31)).all()
    assert (film[:, 910:] == (95, 58, 31)).all()


def test_a_picture_fills_what_the_portrait_leaves() -> None:
    """The middle of it, as much as has the film's shape; the portrait stands before it unchanged."""
    behind = np.zeros((900, 1000, 3), np.uint8)
    behind[:, :500], behind[:, 500:] = (200, 0, 0), (0, 0, 200)
    film = before(SHOWN, MIDDLE, 1280, 720, behind)
    assert np.array_equal(film[:, 370:910], SHOWN)
    assert np.abs(film[:, :370].astype(int) - (200, 0, 0)).max() <= 1
    assert np.abs(film[:, 910:].astype(int) - (0, 0, 200)).max() <= 1


@pytest.mark.parametrize("side", [360, 720, 1440])
def test_a_picture_is_seen_through_a_portrait(side: int) -> None:
    """It covers the whole film, sharp where nothing is before it; no grey is left at an edge of any size."""
    behind = np.zeros((900, 1600, 3), np.uint8)
    behind[:, ::8] = (0, 0, 90)
    y, x = np.mgrid[:side, :side]
    inside = np.clip(side / 3 - np.hypot(x - side / 2, y - side / 2), -2, 2)
    opacity = np.round((inside + 2) * 255 / 4).astype(np.uint8)
    # A black disc, as it was read before the studio's grey.
    cut = np.repeat(np.round((255 - opacity[..., None].astype(int)) * 216 / 255), 3, axis=2).astype(np.uint8)
    at = Area(x=280, y=0, width=720, height=720)
    film = through(cut, opacity, behind, at=at, width=1280, height=720)
    still = before(np.zeros((1, 1, 3), np.uint8), Area(x=0, y=0, width=1, height=1), 1280, 720, behind)
    outside = np.hypot(*(np.mgrid[:720, :1280] - np.array([360, 640])[:, None, None])) > 260
    outside[0, 0] = False
    assert np.array_equal(film[outside], still[outside])
    assert film[200:520, 480:800].max() == 0
    assert film[..., :2].max() <= 2
    assert film[..., 2].max() <= 120


def test_half_transparent_parts_show_half_of_a_picture() -> None:
    """As much of what is behind as is not hidden."""
    opacity = np.full((100, 100), 128, np.uint8)
    cut = np.full((100, 100, 3), (108, 158, 208), np.uint8)
    behind = np.full((50, 50, 3), (16, 116, 216), np.uint8)
    at = Area(x=0, y=0, width=100, height=100)
    film = through(cut, opacity, behind, at=at, width=100, height=100)
    assert np.abs(film.astype(int) - (8, 108, 208)).max() <= 1
