"""What a smile leaves on a face."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.warp.creases import relaxed
from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from tests.support.faces import landmarks

_SIDE = 512
_SKIN = 180
# Along the fold on the picture's left, and the middle of the lower lip.
_FOLD, _LOWER_LIP = (203, 206, 216, 212), (15, 16)


def _face(*, fold: int, glint: int) -> tuple[FaceFrame, NDArray[np.uint8]]:
    """Plain skin with a fold that is so many levels darker, and a spot on the lower lip that is lighter."""
    points = landmarks() * (_SIDE / 256)
    picture = np.full((_SIDE, _SIDE, 3), _SKIN, np.uint8)
    line = np.round(points[list(_FOLD), :2]).astype(np.int32)
    cv2.polylines(picture, [line], False, (_SKIN - fold,) * 3, 3)  # noqa: FBT003
    x, y = np.round(points[list(_LOWER_LIP), :2].mean(axis=0)).astype(int)
    picture[y - 1 : y + 2, x - 1 : x + 2] = _SKIN + glint
    return face_frame(points), picture


def test_a_fold_becomes_fainter_and_stays_a_fold() -> None:
    """A third of its depth and more is filled, nothing is made lighter than the skin beside it."""
    frame, picture = _face(fold=60, glint=0)
    calm = relaxed(frame, picture)
    line = picture < _SKIN
    assert _SKIN - 40 < calm[line].mean() < _SKIN - 5
    assert picture[line].mean() == _SKIN - 60
    assert calm.max() <= _SKIN + 1


def test_a_glint_on_the_lips_is_dimmed() -> None:
    """A small light spot on a lip loses most of its light, none of it becomes dark."""
    frame, picture = _face(fold=0, glint=60)
    calm = relaxed(frame, picture)
    assert calm.max() < picture.max() - 15
    assert calm.min() >= _SKIN - 1


def test_skin_without_folds_stays_as_it_is() -> None:
    """Plain skin is not touched, nor is anything away from mouth and nose; the picture itself never is."""
    frame, picture = _face(fold=0, glint=0)
    assert np.array_equal(relaxed(frame, picture), picture)
    frame, folded = _face(fold=60, glint=60)
    before = folded.copy()
    calm = relaxed(frame, folded)
    assert np.array_equal(folded, before)
    far = int(frame.origin[1] - frame.unit)
    assert np.array_equal(calm[:far], folded[:far])
