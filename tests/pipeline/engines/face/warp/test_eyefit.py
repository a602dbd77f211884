"""Where eyes end, seen by their white."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.eyefit import fitted
from pipeline.engines.face.warp.eyeshape import DENSE, EyeShape
from pipeline.engines.face.warp.lattice import Box

Picture = NDArray[np.uint8]

_WIDTH, _HEIGHT, _UNIT = 400, 300, 400.0
_SKIN, _WHITE, _IRIS = (140, 170, 215), (238, 238, 238), (60, 70, 50)
_BOX = Box(left=0, top=0, right=_WIDTH, bottom=_HEIGHT)
_LEFT, _RIGHT, _LEVEL = 110.0, 290.0, 150.0


def _edge(height: float) -> NDArray[np.float64]:
    """A lid's edge from corner to corner, so many pixels high in the middle; down is positive."""
    part = np.linspace(-1, 1, DENSE)
    return np.stack([np.linspace(_LEFT, _RIGHT, DENSE), _LEVEL + height * (1 - part * part)], axis=1)


def _shape(lower: float) -> EyeShape:
    return EyeShape(
        upper=_edge(-45.0),
        lower=_edge(lower),
        brow=np.array([(110.0, 50.0), (290.0, 50.0)]),
        pupil=np.array([200.0, 145.0]),
        iris=32.0,
        unit=_UNIT,
        down=np.array([0.0, 1.0]),
        outer=1,
    )


def _drawn(lower: float, *, skin: tuple[int, int, int] = _SKIN, shade: float = 1.0) -> Picture:
    """An eye whose white really reaches so far down, its right half lit by a part of the light."""
    picture = np.full((_HEIGHT, _WIDTH, 3), skin, np.uint8)
    outline = np.concatenate([_edge(-45.0), _edge(lower)[::-1]])
    cv2.fillPoly(picture, [np.round(outline * 16).astype(np.int32)], _WHITE, cv2.LINE_AA, 4)
    cv2.circle(picture, (200, 145), 32, _IRIS, -1, cv2.LINE_AA)
    light = np.linspace(1.0, shade, _WIDTH)
    return np.round(picture * light[None, :, None]).astype(np.uint8)


def test_an_eye_goes_down_as_far_as_its_white() -> None:
    """Where landmarks lie too high, the lower lid is found at the white's end, in shade as well."""
    for shade in (1.0, 0.6):
        found, white = fitted(_shape(18.0), _BOX, _drawn(40.0, shade=shade))
        away = found.lower[4:-4, 1] - _edge(40.0)[4:-4, 1]
        assert np.abs(away).max() < 0.012 * _UNIT
        assert white[int(_LEVEL) + 20, 150]
        assert not white[int(_LEVEL) + 60].any()


def test_landmarks_that_are_right_stay() -> None:
    """An eye whose lids are where landmarks say is moved by less than anybody sees."""
    found, _ = fitted(_shape(40.0), _BOX, _drawn(40.0))
    assert np.abs(found.lower - _edge(40.0)).max() < 0.012 * _UNIT
    assert np.abs(found.upper - _edge(-45.0)).max() < 0.012 * _UNIT


def test_where_skin_is_as_white_as_the_eye_landmarks_stay() -> None:
    """Nothing is told from white that goes on over the skin."""
    shape = _shape(18.0)
    found, white = fitted(shape, _BOX, _drawn(40.0, skin=(225, 230, 235)))
    assert found is shape
    assert not white.any()
