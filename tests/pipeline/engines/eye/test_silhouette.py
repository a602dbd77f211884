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
    cv2.circle(certainty, (24, 32), 18, 0.98, -1)
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


def test_a_wall_that_is_half_taken_for_the_person_is_none() -> None:
    """What is but likely counts at the person's edge; a few pixels farther it does not."""
    certainty = np.zeros((_SIDE, _SIDE), np.float32)
    certainty[:, 20:] = 0.7
    cv2.circle(certainty, (12, 32), 10, 0.98, -1)
    found = silhouette(certainty, (32, 12))
    assert found is not None
    assert found[32, 2:26].min() == 255
    assert found[:, 28:].max() == 0
    assert found[:20].max() == 0


def test_what_is_sure_again_beyond_a_thin_bridge_belongs_to_the_person() -> None:
    """The end of a pair of glasses, of which the network sees the middle hardly."""
    certainty = np.zeros((_SIDE, _SIDE), np.float32)
    cv2.circle(certainty, (20, 32), 14, 0.98, -1)
    certainty[32, 34:42] = 0.6
    certainty[30:35, 42:46] = 0.98
    found = silhouette(certainty, (32, 20))
    assert found is not None
    assert found[32, 34:46].min() == 255


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
