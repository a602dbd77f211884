"""The lower face's skin."""

from __future__ import annotations

import numpy as np

from pipeline.engines.eye.mesh import CHIN
from pipeline.engines.face.warp.faceframe import face_frame
from pipeline.engines.face.warp.fields import CELLS, LowerFace
from pipeline.engines.face.warp.lips import Mouth, lip_rig
from tests.support.faces import drawn_canvas


def test_what_is_below_the_jaw_soon_stands_still() -> None:
    """The chin goes down with the jaw; a collar a quarter of the eyes' distance below it does not."""
    landmarks = drawn_canvas().face.landmarks
    assert landmarks is not None
    frame = face_frame(landmarks)
    lips = lip_rig(frame)
    face = LowerFace(frame, lips)
    for sheet in face.backward(lips.weights(Mouth(jaw=1.0, aperture=1.0))):
        at = frame.points[CHIN] - (face.grid.left, face.grid.top)
        column, row = np.round(at * CELLS).astype(int)
        went = -sheet[:, column, 1] / CELLS
        assert went[row] > 0.08
        assert not went[row + round(0.25 * CELLS) :].any()
        # Nothing is seen twice: farther down is always farther down in the portrait.
        assert (1.0 + np.diff(sheet[row:, column, 1])).min() > 0.0
