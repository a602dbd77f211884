"""The grain of a picture."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face.warp.faceframe import face_frame
from pipeline.engines.face.warp.grain import grain
from tests.support.faces import landmarks

_SIDE = 512
_SIZE = (130, 62)


def _picture(*, noise: float) -> NDArray[np.uint8]:
    """An even picture with some noise."""
    rough = 150 + noise * np.random.default_rng(3).standard_normal((_SIDE, _SIDE, 1))
    return np.clip(np.repeat(rough, 3, axis=2), 0, 255).astype(np.uint8)


def test_a_smooth_picture_has_no_grain() -> None:
    """What is laid into it stays as it is."""
    frame = face_frame(landmarks() * (_SIDE / 256))
    found = grain(frame, _picture(noise=0.0), _SIZE)
    assert found.shape == _SIZE[::-1]
    assert np.abs(found - 1.0).max() < 1e-5


@pytest.mark.parametrize("noise", [5.0, 15.0])
def test_grain_is_the_pictures_own(noise: float) -> None:
    """It is as strong as the picture's, somewhat less, does not change the mean, and is limited."""
    frame = face_frame(landmarks() * (_SIDE / 256))
    found = grain(frame, _picture(noise=noise), _SIZE)
    assert 0.4 * noise / 150 < found.std() < noise / 150
    assert found.mean() == pytest.approx(1.0, abs=0.01)
    assert np.abs(grain(frame, _picture(noise=200.0), _SIZE) - 1.0).max() < 0.2


def test_a_line_on_one_cheek_is_no_grain() -> None:
    """The plainer cheek tells it."""
    points = landmarks() * (_SIDE / 256)
    picture = _picture(noise=0.0)
    x, y = points[50, :2].astype(int)
    picture[y - 40 : y + 40, x : x + 3] = 20
    assert np.abs(grain(face_frame(points), picture, _SIZE) - 1.0).max() < 1e-5
