"""What bringing a picture to another size promises."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest

from pipeline.steps.resize import Picture, resized
from tests.support import portraits


def checks(side: int, cell: int) -> Picture:
    """A chequered board of black and white."""
    rows, columns = np.indices((side, side)) // cell
    return np.repeat(((rows + columns) % 2 * 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("size", [(17, 9), (60, 40), (61, 41), (240, 160), (333, 90)])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (3, 127, 250)])
def test_a_plain_picture_stays_plain(size: tuple[int, int], colour: tuple[int, int, int]) -> None:
    """Whatever the size, one colour stays that colour."""
    plain = np.full((40, 60, 3), colour, np.uint8)
    changed = resized(plain, *size)
    assert changed.shape == (size[1], size[0], 3)
    assert np.abs(changed.astype(int) - colour).max() <= 1


def test_the_same_size_is_the_same_picture() -> None:
    """Nothing is filtered that keeps its size."""
    picture = portraits.astronaut()
    assert np.array_equal(resized(picture, 512, 512), picture)


def test_shrinking_averages_light() -> None:
    """Half black, half white, seen from afar, is the grey that gives half the light: 188, not 128 (sRGB)."""
    small = resized(checks(512, 1), 64, 64)
    assert np.abs(small[8:-8, 8:-8].astype(int) - 188).max() <= 1


def test_shrinking_much_keeps_places() -> None:
    """A dot stays where it was, to half a pixel, also where blocks of pixels do not fit the size."""
    large = np.zeros((1999, 3001, 3), np.uint8)
    large[1500:1540, 2500:2540] = 255
    small = resized(large, 300, 200)[..., 0].astype(float)
    rows, columns = np.indices(small.shape)
    assert (rows * small).sum() / small.sum() + 0.5 == pytest.approx(1520 / 1999 * 200, abs=0.5)
    assert (columns * small).sum() / small.sum() + 0.5 == pytest.approx(2520 / 3001 * 300, abs=0.5)


@pytest.mark.parametrize("times", [1.3, 2, 4.4])
def test_what_grows_has_no_halos(times: float) -> None:
    """No pixel leaves the range of the original's pixels around it, and edges stay steep."""
    picture = portraits.astronaut()[20:260, 120:360]
    side = round(240 * times)
    large = resized(picture, side, side)
    near = np.ones((5, 5), np.uint8)
    least, most = (
        cv2.resize(change(picture, near), (side, side), interpolation=cv2.INTER_NEAREST)
        for change in (cv2.erode, cv2.dilate)
    )
    assert (large >= least).all()
    assert (large <= most).all()


def test_what_grows_is_sharper_than_plain_interpolation() -> None:
    """Enlarged 4.5 times, slopes are steeper than Lanczos' kernel alone makes them."""
    picture = portraits.astronaut()[20:260, 120:360]
    plain = np.asarray(cv2.resize(picture, (1080, 1080), interpolation=cv2.INTER_LANCZOS4), np.uint8)
    slopes = [
        float(np.percentile(np.abs(np.diff(each[..., 1].astype(int), axis=1)), 99))
        for each in (resized(picture, 1080, 1080), plain)
    ]
    assert slopes[0] > 1.1 * slopes[1]


def test_every_machine_gives_the_same_bytes() -> None:
    """Grown and shrunk noise has the bytes that it has always had, on any number of threads."""
    noise = np.random.default_rng(7).integers(0, 256, (90, 120, 3), np.uint8)
    threads = cv2.getNumThreads()
    for count in (1, 3):
        cv2.setNumThreads(count)
        made = resized(noise, 301, 222).tobytes() + resized(noise, 50, 40).tobytes()
        assert hashlib.sha256(made).hexdigest()[:16] == "6fc1ed4b63556301"
    cv2.setNumThreads(threads)
