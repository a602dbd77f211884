"""The outline of one person in what a network is sure of."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.silhouette import silhouette

_SIDE = 64


def _two_people() -> NDArray[np.float32]:
    """A large disc with a gap inside it, and a small one apart."""
    certainty = np.zeros((_SIDE, _SIDE), np.float32)
    cv2.circle(certainty, (24, 32), 18, 0.9, -1)
    cv2.circle(certainty, (24, 40), 4, 0.1, -1)
    cv2.circle(certainty, (56, 32), 5, 0.8, -1)
    return certainty


def test_one_person_without_gaps() -> None:
    """Who is at the seed is there whole, and whoever stands apart is not."""
    found = silhouette(_two_people(), (24, 24))
    assert found is not None
    whole = np.zeros((_SIDE, _SIDE), np.uint8)
    cv2.circle(whole, (24, 32), 18, 255, -1)
    assert np.array_equal(found, whole)


def test_nobody_is_found_where_nobody_is() -> None:
    """A seed on the background, or a network that is sure of nothing, gives none."""
    assert silhouette(_two_people(), (2, 2)) is None
    assert silhouette(np.full((_SIDE, _SIDE), 0.2, np.float32), (32, 32)) is None


def test_a_person_who_fills_the_picture_is_all_of_it() -> None:
    """There need be no background."""
    found = silhouette(np.ones((_SIDE, _SIDE), np.float32), (32, 32))
    assert found is not None
    assert found.min() == 255


def test_last_bits_of_the_network_do_not_show() -> None:
    """A millionth more or less gives the same outline."""
    certainty = _two_people()
    noise = np.random.Generator(np.random.PCG64(3)).uniform(-1e-6, 1e-6, certainty.shape)
    found = [silhouette(each.astype(np.float32), (24, 24)) for each in (certainty, certainty + noise)]
    assert found[0] is not None
    assert np.array_equal(found[0], found[1])
