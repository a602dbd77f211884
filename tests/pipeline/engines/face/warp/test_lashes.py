"""How far lashes reach above an eye."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.eyeshape import DENSE, EyeShape, place
from pipeline.engines.face.warp.lashes import along_edge, lash_reach
from pipeline.engines.face.warp.lattice import Box

Picture = NDArray[np.uint8]

_WIDTH, _HEIGHT, _UNIT = 400, 300, 400.0
_BOX = Box(left=0, top=0, right=_WIDTH, bottom=_HEIGHT)
_MIDDLE = DENSE // 2


def _eye() -> EyeShape:
    part = np.linspace(-1, 1, DENSE)
    bow, across = 1 - part * part, np.linspace(110, 290, DENSE)
    return EyeShape(
        upper=np.stack([across, 150 - 40 * bow], axis=1),
        lower=np.stack([across, 150 + 30 * bow], axis=1),
        brow=np.array([(110.0, 30.0), (290.0, 30.0)]),
        pupil=np.array([200.0, 145.0]),
        iris=32.0,
        unit=_UNIT,
        down=np.array([0.0, 1.0]),
        outer=1,
    )


def _drawn(lashes: int, colour: tuple[int, int, int] = (30, 30, 35)) -> Picture:
    """Skin, and lashes of so many pixels above the lid's edge."""
    picture = np.full((_HEIGHT, _WIDTH, 3), (140, 170, 215), np.uint8)
    edge = _eye().upper
    outline = np.concatenate([edge, edge[::-1] - (0, lashes)])
    cv2.fillPoly(picture, [np.round(outline).astype(np.int32)], colour)
    return picture


def test_lashes_reach_as_far_as_they_are_dark() -> None:
    """Thick lashes are found up to their end, and about as thick as they are."""
    reach, thick = lash_reach(_eye(), _BOX, _drawn(18))
    assert 16 <= reach[_MIDDLE] <= 23
    assert 12 <= thick[_MIDDLE] <= 19


def test_pale_lashes_are_thin() -> None:
    """Lashes hardly darker than skin make no line; the lid's edge has some height all the same."""
    reach, thick = lash_reach(_eye(), _BOX, _drawn(18, (126, 155, 198)))
    assert 0 < reach[_MIDDLE] < 9
    assert thick[_MIDDLE] < 2


def test_a_dark_socket_is_no_lashes() -> None:
    """What is dark far above the eye is shade, a brow or a rim."""
    reach, thick = lash_reach(_eye(), _BOX, _drawn(52))
    assert reach[_MIDDLE] < 9
    assert thick[_MIDDLE] < 2


def test_every_pixel_has_what_its_edge_has() -> None:
    """What is given along the edge is told above and below it, and beyond the corners as in them."""
    eye = _eye()
    told = along_edge(eye, place(eye, _BOX, step=1), np.linspace(0, 24, DENSE))
    assert told.shape == (_HEIGHT, _WIDTH)
    assert np.array_equal(told[10], told[200])
    assert told[150, 20] == 0
    assert told[150, 390] == 24
    assert abs(told[150, 200] - 12) < 0.2
